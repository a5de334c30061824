"""Webhook subscriptions by mutation, with the userErrors of contract §7."""

import re
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from sandbox.shopify import access
from sandbox.shopify.entities import Subscription, gid
from sandbox.shopify.errors import FieldError
from sandbox.shopify.ids import number_of
from sandbox.shopify.plan import resolves
from sandbox.shopify.state import Work
from sandbox.webhook_addresses import is_local

if TYPE_CHECKING:
    from sandbox.shopify.execution import Call

Doc: TypeAlias = dict[str, Any]

NAME_FORM = re.compile(r"[A-Za-z0-9_-]{1,50}")
OTHER_TARGETS = re.compile(r"pubsub://[\w-]+:[\w.-]+|arn:aws:events:[\w:/.-]+")
# Topics that know no XML; the vendor's list is not published, these are recorded ones (?).
JSON_ONLY = frozenset({"APP_SCOPES_UPDATE", "BULK_OPERATIONS_FINISH"})


def _error(message: str, name: str = "callbackUrl") -> Doc:
    return {"field": ["webhookSubscription", name], "message": message}


def address_problem(uri: str) -> str | None:
    """Why the vendor refuses an address, None when it takes it."""
    if not uri.strip():
        return "Address can't be blank"
    if OTHER_TARGETS.fullmatch(uri):
        return None
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        return "Address is invalid"
    if parts.scheme == "http":
        return "Address protocol http:// is not supported"
    if parts.scheme != "https" or not host or "." not in host or is_local(host):
        return "Address is invalid"
    return None


class _Wish:
    """A subscription input, checked."""

    def __init__(self, call: "Call", given: Doc, topic: str, own: Subscription | None) -> None:
        self.call = call
        self.given = given
        self.topic = topic
        self.own = own
        uri = given.get("uri") or given.get("callbackUrl")
        self.uri = str(uri) if uri is not None else (own.uri if own else "")
        self.format = given.get("format") or (own.format if own else "JSON")

    def errors(self) -> list[Doc]:
        problem = address_problem(self.uri)
        if problem is not None:
            return [_error(problem)]
        if self.format == "XML" and self.topic in JSON_ONLY:
            message = "Format 'xml' is invalid for this webhook topic. Allowed formats: json"
            return [_error(message, "format")]
        others = [hook for hook in self.call.shop.subscriptions.values() if hook is not self.own]
        if any(
            (hook.topic, hook.uri, hook.format) == (self.topic, self.uri, self.format)
            for hook in others
        ):
            return [_error("Address for this topic has already been taken")]
        return self.name_errors(others)

    def name_errors(self, others: list[Subscription]) -> list[Doc]:
        name = self.given.get("name")
        if name is None:
            return []
        if not NAME_FORM.fullmatch(name):
            message = "Name is invalid: at most 50 letters, digits, hyphens and underscores"
            return [_error(message, "name")]
        if any((hook.name or "").lower() == name.lower() for hook in others):
            return [_error("Name already exists, no duplicate allowed", "name")]
        return []

    def apply(self, hook: Subscription) -> None:
        hook.uri, hook.format = self.uri, self.format
        given = self.given
        if "filter" in given:
            hook.filter = given["filter"]
        if "name" in given:
            hook.name = given["name"]
        if "includeFields" in given:
            hook.include_fields = given["includeFields"] or []
        if "metafieldNamespaces" in given:
            hook.metafield_namespaces = given["metafieldNamespaces"] or []


def _work(call: "Call", operation: str) -> Work:
    return Work(call.shop, source="api", operation=operation, request_id=call.request_id)


@resolves("Mutation", "webhookSubscriptionCreate")
def create(_root: None, args: Doc, call: "Call") -> Doc:
    """Subscribe; the topic's scope is needed."""
    topic = args["topic"]
    _check_scope(call, topic)
    wish = _Wish(call, args["webhookSubscription"], topic, None)
    errors = wish.errors()
    if errors:
        return {"webhookSubscription": None, "userErrors": errors}
    work = _work(call, "webhookSubscriptionCreate")
    work.edit(call.shop.facts)
    hook = Subscription(
        id=call.shop.take_ids(1),
        topic=topic,
        uri="",
        format="JSON",
        filter=None,
        include_fields=[],
        metafield_namespaces=[],
        name=None,
        api_version=call.settings.webhook_api_version,
        created=work.at,
        updated=work.at,
    )
    wish.apply(hook)
    call.shop.subscriptions[hook.id] = hook
    work.add(hook)
    work.effect(changed=True, subscription_id=hook.id, topic=topic, uri=hook.uri)
    call.world.commit(work)
    return {"webhookSubscription": hook, "userErrors": []}


def _check_scope(call: "Call", topic: str) -> None:
    family = topic.rpartition("_")[0]
    needed = access.OF_TOPIC.get(family) or access.OF_TOPIC.get(topic.partition("_")[0], ())
    if needed and not access.granted(call.shop.facts.scopes, needed):
        text = access.required_text(needed)
        raise FieldError(
            "ACCESS_DENIED",
            f"Access denied for webhookSubscriptionCreate field. Required access: {text}",
            documentation="https://shopify.dev/api/usage/access-scopes",
            requiredAccess=text,
        )


def _missing() -> list[Doc]:
    return [{"field": ["id"], "message": "Webhook subscription does not exist"}]


@resolves("Mutation", "webhookSubscriptionUpdate")
def update(_root: None, args: Doc, call: "Call") -> Doc:
    """Change a subscription."""
    hook = call.shop.subscriptions.get(number_of(args["id"], "WebhookSubscription") or 0)
    if hook is None:
        return {"webhookSubscription": None, "userErrors": _missing()}
    wish = _Wish(call, args["webhookSubscription"], hook.topic, hook)
    errors = wish.errors()
    if errors:
        return {"webhookSubscription": hook, "userErrors": errors}
    work = _work(call, "webhookSubscriptionUpdate")
    work.edit(hook)
    wish.apply(hook)
    hook.updated = work.at
    work.effect(changed=True, subscription_id=hook.id, topic=hook.topic, uri=hook.uri)
    call.world.commit(work)
    return {"webhookSubscription": hook, "userErrors": []}


@resolves("Mutation", "webhookSubscriptionDelete")
def delete(_root: None, args: Doc, call: "Call") -> Doc:
    """Unsubscribe; deliveries already triggered still go out."""
    hook = call.shop.subscriptions.pop(number_of(args["id"], "WebhookSubscription") or 0, None)
    if hook is None:
        return {"deletedWebhookSubscriptionId": None, "userErrors": _missing()}
    work = _work(call, "webhookSubscriptionDelete")
    work.remove(hook)
    work.effect(changed=True, subscription_id=hook.id, topic=hook.topic, uri=hook.uri)
    call.world.commit(work)
    deleted = gid("WebhookSubscription", hook.id)
    return {"deletedWebhookSubscriptionId": deleted, "userErrors": []}
