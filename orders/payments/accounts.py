"""A shop's account at Stripe, and whether it can be used now."""

from typing import Final
from uuid import UUID

from django.apps import apps

from foundation.shops.api import ConnectionState, connection_access
from orders.contracts import Refused

from .facts import Account

KIND: Final = "stripe"


def account_of(shop_id: UUID) -> Account:
    """Return the account customers of a shop pay to.

    Raises :class:`orders.contracts.Refused`, in words for customers, when there is none or when
    it must not be used now: staff have an alert about that already.
    """
    # By name, as foreign keys are: the door of shops has no verb for it.
    rows = apps.get_model("shops", "Connection").objects.filter(shop_id=shop_id, kind=KIND)
    ids = rows.order_by("state", "created_at").values_list("id", flat=True)[:1]
    if not ids:
        message = "This shop cannot take payments yet. Your order is kept."
        raise Refused("payments-not-connected", message)
    access = connection_access(ids[0])
    if access.parked or access.frozen:
        raise closed()
    return Account(connection_id=access.id, shop_id=shop_id)


def active_accounts() -> list[Account]:
    """Return all accounts that may be asked now."""
    rows = apps.get_model("shops", "Connection").objects.filter(
        kind=KIND, state=ConnectionState.ACTIVE
    )
    return [Account(*row) for row in rows.order_by("pk").values_list("id", "shop_id")]


def account_at(connection_id: UUID) -> Account:
    """Return the account of a connection."""
    rows = apps.get_model("shops", "Connection").objects.filter(pk=connection_id)
    return Account(connection_id, rows.values_list("shop_id", flat=True).get())


def closed() -> Refused:
    """Say to a customer that nothing can be paid for the moment."""
    return Refused(
        "payments-closed",
        "Payments are closed for the moment. Your order is kept: please come back to it later.",
    )


def unavailable() -> Refused:
    """Say to a customer that Stripe did not answer."""
    return Refused(
        "payments-unavailable",
        "The payment page could not be opened just now. Nothing was charged: please try again in "
        "a minute.",
    )
