"""`Shop` as GraphQL shows it."""

from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.shopify import clock
from sandbox.shopify.entities import gid

if TYPE_CHECKING:
    from sandbox.shopify.execution import Call

Args: TypeAlias = dict[str, Any]
Doc: TypeAlias = dict[str, Any]

PLAN_NAMES = {
    "standard": "Basic",
    "advanced": "Advanced",
    "plus": "Shopify Plus",
    "enterprise": "Commerce Components",
}


def shop_doc(_root: Any, _args: Args, call: "Call") -> Doc:
    """Fields of `Shop`."""
    facts = call.shop.facts
    return {
        "__typename": "Shop",
        "id": gid("Shop", facts.id),
        "name": facts.name,
        "email": facts.email,
        "myshopifyDomain": facts.domain,
        "currencyCode": facts.currency,
        "ianaTimezone": facts.zone,
        "timezoneOffset": clock.local(clock.now_ms(), facts.zone)[-6:].replace(":", ""),
        "taxesIncluded": facts.taxes_included,
        "plan": {
            "publicDisplayName": PLAN_NAMES[facts.plan],
            "shopifyPlus": facts.plan in {"plus", "enterprise"},
            "partnerDevelopment": False,
        },
        "resourceLimits": {
            "maxProductVariants": 2048,
            "maxProductOptions": 3,
            "locationLimit": 200 if facts.plan in {"plus", "enterprise"} else 10,
        },
    }
