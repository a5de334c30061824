"""Resolvers of the shop, the installed app, API versions and webhook subscriptions."""

from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.shopify import paging, versions
from sandbox.shopify.entities import Subscription, gid
from sandbox.shopify.ids import number_of
from sandbox.shopify.paging import Page
from sandbox.shopify.plan import resolves
from sandbox.shopify.shop_doc import shop_doc

if TYPE_CHECKING:
    from sandbox.shopify.execution import Call

Args: TypeAlias = dict[str, Any]
Doc: TypeAlias = dict[str, Any]

for _type in ("QueryRoot", "ProductCreatePayload", "ProductDeletePayload"):
    resolves(_type, "shop")(shop_doc)


@resolves("QueryRoot", "currentAppInstallation")
def _installation(_root: None, _args: Args, call: "Call") -> Doc:
    return {
        "__typename": "AppInstallation",
        "id": gid("AppInstallation", call.shop.facts.installation_id),
        "accessScopes": [
            {"handle": scope, "description": scope.replace("_", " ").capitalize()}
            for scope in call.shop.facts.scopes
        ],
    }


@resolves("QueryRoot", "publicApiVersions")
def _versions(_root: None, _args: Args, _call: "Call") -> list[Doc]:
    return [versions.doc(handle) for handle in versions.PUBLIC]


@resolves("QueryRoot", "webhookSubscription")
def _subscription(_root: None, args: Args, call: "Call") -> Subscription | None:
    number = number_of(args["id"], "WebhookSubscription")
    return None if number is None else call.shop.subscriptions.get(number)


@resolves("QueryRoot", "webhookSubscriptions")
def _subscriptions(_root: None, args: Args, call: "Call") -> Page:
    paging.size(call, args, call.settings.array_ceiling)
    topics, uri, form = args.get("topics"), args.get("uri"), args.get("format")
    rows = [
        hook
        for hook in call.shop.subscriptions.values()
        if (not topics or hook.topic in topics)
        and (uri is None or hook.uri == uri)
        and (form is None or hook.format == form)
    ]
    return paging.sliced(rows, args, lambda hook: hook.created)


@resolves("WebhookSubscription", "id")
def _hook_id(hook: Subscription, _args: Args, _call: "Call") -> str:
    return gid("WebhookSubscription", hook.id)


@resolves("WebhookSubscription", "apiVersion")
def _hook_version(hook: Subscription, _args: Args, _call: "Call") -> Doc:
    return versions.doc(hook.api_version)


def _hook_field(name: str, attribute: str) -> None:
    resolves("WebhookSubscription", name)(lambda hook, _args, _call: getattr(hook, attribute))


for _name, _attribute in {
    "topic": "topic",
    "uri": "uri",
    "name": "name",
    "filter": "filter",
    "format": "format",
    "includeFields": "include_fields",
    "metafieldNamespaces": "metafield_namespaces",
}.items():
    _hook_field(_name, _attribute)
