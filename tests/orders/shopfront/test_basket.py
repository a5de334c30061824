"""What lies in the order a visitor is putting together."""

import pytest

from orders.designs.services import change_design
from orders.models import Design, Order, PrintSize
from orders.people.callers import Caller
from orders.sales.drafting import reorder
from orders.shopfront.basket import order_design
from tests.orders import shop as makers

pytestmark = pytest.mark.django_db
PLAIN = {"kind": "plain", "colours": ["#aa3322"]}


def pieces(order: Order) -> list[tuple[str, int, int]]:
    """The lines: background, version and quantity."""
    return [
        (line.version.document["background"]["kind"], line.version.number, line.quantity)
        for line in order.lines.select_related("version")
        if line.version
    ]


def repainted(caller: Caller, design: Design) -> None:
    """Edit a design."""
    document = {**design.document, "background": PLAIN}
    change_design(caller=caller, design_id=design.pk, document=document)


def test_more_of_the_same_is_more(caller: Caller, size: PrintSize) -> None:
    design = makers.design_for(caller, size)
    order = order_design(caller=caller, design_id=design.pk, quantity=2)
    order_design(caller=caller, design_id=design.pk, quantity=3)
    assert pieces(order) == [("night", 1, 5)]


def test_who_orders_again_and_changes_it_first_pays_for_one(
    caller: Caller, size: PrintSize
) -> None:
    design = makers.design_for(caller, size)
    old = order_design(caller=caller, design_id=design.pk, quantity=2)
    Order.objects.filter(pk=old.pk).update(
        status="delivered", shipped_at="2026-01-01T00:00Z", delivered_at="2026-01-02T00:00Z"
    )
    new = reorder(caller=caller, order=old)
    copy = Design.objects.get(original_design=design)
    repainted(caller, copy)
    assert order_design(caller=caller, design_id=copy.pk, quantity=1) == new
    assert pieces(new) == [("plain", 2, 2)]
    assert pieces(old) == [("night", 1, 2)]
    new.refresh_from_db()
    assert str(new.items_total) == "48.00"
