"""Prices before and after a write, and webhook subscriptions."""

from decimal import Decimal

from msgspec import field

from .envelope import Nodes, Time, UserError, Wire


class Price(Wire):
    """Selection of VariantPriceCheck and PriceWrite."""

    id: str
    price: Decimal
    updated_at: Time
    compare_at_price: Decimal | None = None


class PricesData(Wire):
    """Answer of VariantPriceCheck."""

    nodes: list[Price | None]


class PricePayload(Wire):
    """Payload of PriceWrite; no variants when nothing was written."""

    variants: list[Price] | None = field(name="productVariants")
    errors: list[UserError] = field(name="userErrors")


class PriceWriteData(Wire):
    """Answer of PriceWrite."""

    payload: PricePayload = field(name="productVariantsBulkUpdate")


class Version(Wire):
    """An API version."""

    handle: str


class Hook(Wire):
    """Selection of HookList and HookCreate."""

    id: str
    topic: str
    uri: str
    format: str
    include_fields: list[str]
    api_version: Version
    created_at: Time
    updated_at: Time
    filter: str | None = None


class HooksData(Wire):
    """Answer of HookList."""

    hooks: Nodes[Hook] = field(name="webhookSubscriptions")


class HookCreatePayload(Wire):
    """Payload of HookCreate."""

    hook: Hook | None = field(name="webhookSubscription")
    errors: list[UserError] = field(name="userErrors")


class HookCreateData(Wire):
    """Answer of HookCreate."""

    payload: HookCreatePayload = field(name="webhookSubscriptionCreate")


class HookDeletePayload(Wire):
    """Payload of HookDelete."""

    deleted_id: str | None = field(name="deletedWebhookSubscriptionId")
    errors: list[UserError] = field(name="userErrors")


class HookDeleteData(Wire):
    """Answer of HookDelete."""

    payload: HookDeletePayload = field(name="webhookSubscriptionDelete")
