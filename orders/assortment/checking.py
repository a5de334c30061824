"""All that keeps one print shop from selling: its tables, its account at Stripe, its names."""

from collections.abc import Sequence

from django.utils import timezone

from foundation.shops.api import ConnectionKind, ConnectionState
from foundation.zones import local_in
from orders.models import PrintShop

from .gaps import Gap, gaps_in, rows_of
from .shop import clashes


def problems_of(print_shop: PrintShop) -> list[Gap]:
    """Return what lacks, for those who run the installation: other merchants are named.

    ``shop`` must be loaded. Five queries.
    """
    return [*lacking(print_shop, stripe_account(print_shop)), *_clashing(print_shop)]


def lacking(print_shop: PrintShop, account: object) -> list[Gap]:
    """Return what lacks in the tables and for payments, for the merchant. Three queries.

    ``account`` is the one at Stripe, or None.
    """
    day = local_in(print_shop.shop.timezone, timezone.now()).date()
    return [
        *gaps_in(print_shop, rows_of(print_shop.shop_id), day=day),
        *_unpaid(account),
    ]


def stripe_account(print_shop: PrintShop) -> object:
    """Return the shop's account at Stripe; None when there is none. One query."""
    return print_shop.shop.connections.filter(kind=ConnectionKind.STRIPE).first()


def _unpaid(account: object) -> Sequence[Gap]:
    if account is None:
        return [Gap("payments", "Stripe is not connected: nobody can pay.", blocks=True)]
    if getattr(account, "state", "") != ConnectionState.ACTIVE:
        reason = getattr(account, "parked_reason", "") or "its page says why."
        return [Gap("payments", f"The connection to Stripe is parked: {reason}", blocks=True)]
    return ()


def _clashing(print_shop: PrintShop) -> list[Gap]:
    return [
        Gap("shop", f"It answers to the same names as {each.name} of {each.shop}.", blocks=True)
        for each in clashes(print_shop)
    ]
