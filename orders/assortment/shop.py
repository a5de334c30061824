"""Change a print shop: its name and seller, where it is reached, whether it is open."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from orders.contracts import Refused
from orders.models import PrintShop

from .amending import amend

COLUMNS = (
    "name",
    "hosts",
    "seller_name",
    "seller_address",
    "tax_number",
    "contact_email",
    "ships_to",
    "open",
)


def print_shop_of(shop_id: UUID) -> PrintShop | None:
    """Return a merchant's print shop with its shop, if there is one. One query."""
    rows = PrintShop.objects.for_shop(shop_id).select_related("shop")
    found: PrintShop | None = rows.first()
    return found


def taken_hosts(hosts: Iterable[str], *, but: UUID) -> list[str]:
    """Return which of these names lead to the print shop of another merchant. One query."""
    wanted = set(hosts)
    others = PrintShop.objects.filter(hosts__overlap=sorted(wanted)).exclude(shop_id=but)
    return sorted(wanted & {host for each in others for host in each.hosts})


def clashes(print_shop: PrintShop) -> list[PrintShop]:
    """Return the print shops of others that visitors of this one may be led to, or the reverse.

    Two that answer to the same name, or two that answer to any. One query.
    """
    same = Q(hosts__overlap=print_shop.hosts) if print_shop.hosts else Q(hosts=[])
    return list(PrintShop.objects.filter(same).exclude(pk=print_shop.pk).select_related("shop"))


@transaction.atomic
def change_print_shop(
    *, shop_id: UUID, values: Mapping[str, Any], actor_id: UUID | None
) -> dict[str, list[Any]]:
    """Change a merchant's print shop; returns what was and is by column, nothing if all was so.

    Raises :class:`orders.contracts.Refused` when there is none, or a name is another's.
    """
    row = PrintShop.objects.select_for_update().filter(shop_id=shop_id).first()
    if row is None:
        raise Refused("no-print-shop", "There is no print shop yet. Open one first.")
    taken = taken_hosts(values.get("hosts", ()), but=shop_id)
    if taken:
        raise Refused(
            "host-taken",
            f"{', '.join(taken)} leads to another print shop already. Leave it out.",
        )
    return amend(
        row,
        {name: values[name] for name in COLUMNS if name in values},
        shop_id=shop_id,
        verb="orders.print_shop.changed",
        object_type="print_shop",
        actor_id=actor_id,
    )
