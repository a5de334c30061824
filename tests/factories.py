"""Make the things most tests need."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from catalog_sync.models import Variant
from foundation.shops.api import ConnectionKind, Role, connect, open_shop, set_role
from foundation.shops.models import Connection, Shop, User
from pricing.models import CoveredVariant, PriceLayer, PricingRule

PASSWORD = "correct horse battery staple"
ACCESS_TOKEN = "shpat_test"
STRIPE_WEBHOOK_SECRET = "whsec_demo00000000000000000000000000"
WEBHOOK_SECRET = "shpss_test_0000000000000000000000000000"


def user(email: str, *, is_staff: bool = False) -> User:
    """Make a person who can log in."""
    return User.objects.create_user(email, PASSWORD, is_staff=is_staff)


def shop(name: str, owner: User) -> Shop:
    """Open a shop."""
    return open_shop(name=name, owner=owner)


def member(email: str, of: Shop, role: Role = Role.EDITOR) -> User:
    """Make a person with a role in a shop."""
    person = user(email)
    set_role(shop_id=of.pk, user=person, role=role, actor_id=None)
    return person


def shopify_connection(
    of: Shop,
    *,
    account: str = "demo-shop.myshopify.com",
    secret: str = WEBHOOK_SECRET,
    token: str = ACCESS_TOKEN,
) -> Connection:
    """Connect a shop to a Shopify account."""
    return connect(
        shop_id=of.pk,
        kind=ConnectionKind.SHOPIFY,
        account=account,
        secrets={"access_token": token, "webhook_secret": secret},
        actor_id=None,
    )


def stripe_connection(
    of: Shop,
    *,
    account: str = "acct_1DemoMapleMutt00",
    secret: str = STRIPE_WEBHOOK_SECRET,
    key: str = "sk_test_demo0000000000000000000000000000",
) -> Connection:
    """Connect a shop to a Stripe account, by default the sandbox's."""
    return connect(
        shop_id=of.pk,
        kind=ConnectionKind.STRIPE,
        account=account,
        secrets={"secret_key": key, "webhook_secret": secret},
        actor_id=None,
    )


def cover(
    variant: Variant,
    rules: Sequence[dict[str, Any]],
    *,
    base_price: str | Decimal,
    name: str = "Sale",
) -> CoveredVariant:
    """Lay a layer with these rules over one variant whose own price is ``base_price``."""
    layer = PriceLayer.objects.create(
        shop_id=variant.shop_id, connection_id=variant.connection_id, ref=uuid.uuid4(), name=name
    )
    for position, definition in enumerate(rules, 1):
        PricingRule.objects.create(layer=layer, position=position, definition=definition)
    return CoveredVariant.objects.create(
        variant=variant,
        shop_id=variant.shop_id,
        connection_id=variant.connection_id,
        stack=[layer.pk],
        base_price=Decimal(base_price),
        base_at=variant.vendor_updated_at,
    )
