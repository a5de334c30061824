"""Orders before they are paid, and on their way after: totals, histories, production, mails."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from foundation.alerts.models import Alert
from foundation.mail.models import Mail
from foundation.shops.models import User
from foundation.work.models import Job
from orders.contracts import IllegalMove, Refused, Why
from orders.enums import ORDER_MOVES, OrderStatus, PaymentStatus
from orders.models import (
    Design,
    Order,
    OrderLine,
    OrderStatusChange,
    PrintSize,
    RenderJob,
    ShippingRate,
    TaxRate,
)
from orders.people.callers import Caller
from orders.renders.finalising import finalise, render_again
from orders.sales.addresses import Address
from orders.sales.drafting import (
    change_quantity,
    create_order,
    reorder,
    set_address,
    set_items,
    set_shipping,
)
from orders.sales.lines import Item
from orders.sales.moving import bring_to, possible_for_staff, reprint
from orders.sales.states import move_payment, transition

from . import shop as makers

pytestmark = pytest.mark.django_db(transaction=True)
HOME = Address(**makers.ADDRESS)
BY_TEST = Why("test")


def finalised(caller: Caller, size: PrintSize) -> Design:
    """A design that may be ordered."""
    design = makers.design_for(caller, size)
    finalise(caller=caller, design_id=design.pk)
    return design


def drafted(caller: Caller, size: PrintSize, quantity: int = 2) -> Order:
    """A draft with an address."""
    design = finalised(caller, size)
    return create_order(caller=caller, items=[Item(design.pk, quantity)], address=HOME)


def paid(caller: Caller, size: PrintSize) -> Order:
    """An order that somebody paid, before anything happened because of it."""
    order = drafted(caller, size)
    transition(order.pk, OrderStatus.PENDING_PAYMENT, why=BY_TEST)
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=order.pk)
        move_payment(row, PaymentStatus.SUCCEEDED, why=BY_TEST, columns={"paid_total": row.total})
    return transition(order.pk, OrderStatus.PAID, why=BY_TEST)


def amounts(order: Order) -> tuple[str, str, str, str]:
    """Goods, shipping, taxes, total."""
    row = Order.objects.get(pk=order.pk)
    return str(row.items_total), str(row.shipping_total), str(row.tax_total), str(row.total)


def history(order: Order, field: str = "status") -> list[tuple[str, str, str]]:
    """The moves of one of an order's states, with their causes."""
    rows = OrderStatusChange.objects.filter(order=order, field=field)
    return [(each.before, each.after, each.cause) for each in rows]


def test_a_draft_is_priced_from_the_tables(caller: Caller, size: PrintSize) -> None:
    order = drafted(caller, size)
    # Two posters at 24.00, a tube for 9.00 + 2.50, HST of 13 % on both.
    assert amounts(order) == ("48.00", "11.50", "7.74", "67.24")
    assert [(each.name, each.amount) for each in order.taxes.all()] == [("HST", Decimal("7.74"))]
    line = order.lines.get()
    assert (line.title, line.quantity, line.total) == ("Poster, 6 x 8 cm", 2, Decimal("48.00"))
    assert history(order) == [("", "draft", "customer")]


def test_without_an_address_there_are_only_goods(caller: Caller, size: PrintSize) -> None:
    order = create_order(caller=caller, items=[Item(finalised(caller, size).pk, 1)])
    assert amounts(order) == ("24.00", "0.00", "0.00", "24.00")
    assert order.priced_at is None
    set_address(order_id=order.pk, address=HOME)
    assert amounts(order) == ("24.00", "9.00", "4.29", "37.29")


def test_the_closest_rate_and_the_newest_tax_count(caller: Caller, size: PrintSize) -> None:
    shop = caller.print_shop.shop
    ShippingRate.objects.create(
        shop=shop,
        country="CA",
        province="ON",
        parcel_class="tube",
        first_piece=Decimal("5.00"),
        each_further=Decimal("1.00"),
        days_least=1,
        days_most=3,
    )
    for day, rate in (("2025-01-01", "0.10"), ("2099-01-01", "0.99")):
        TaxRate.objects.create(
            shop=shop,
            country="CA",
            province="ON",
            name="HST",
            rate=Decimal(rate),
            valid_from=day,
        )
    assert amounts(drafted(caller, size)) == ("48.00", "6.00", "5.40", "59.40")


def test_numbers_count_per_shop(caller: Caller, size: PrintSize) -> None:
    assert [drafted(caller, size).number for _ in range(3)] == [1001, 1002, 1003]


def test_a_way_to_send_is_chosen_by_name(caller: Caller, size: PrintSize) -> None:
    ShippingRate.objects.create(
        shop=caller.print_shop.shop,
        country="CA",
        method="Express",
        parcel_class="tube",
        first_piece=Decimal("22.00"),
        each_further=Decimal("4.00"),
        days_least=1,
        days_most=2,
    )
    order = drafted(caller, size)
    assert order.shipping_method == "Standard"
    set_shipping(order_id=order.pk, method="Express")
    assert amounts(order)[1] == "26.00"
    with pytest.raises(Refused) as refused:
        set_shipping(order_id=order.pk, method="Rocket")
    assert refused.value.code == "no-such-shipping"
    assert amounts(order)[1] == "26.00"


def test_what_cannot_be_sent_there_is_refused(caller: Caller, size: PrintSize) -> None:
    ShippingRate.objects.all().delete()
    with pytest.raises(Refused) as refused:
        drafted(caller, size)
    assert refused.value.code == "not-sent-there"
    assert not Order.objects.exists()


def test_only_what_was_finalised_as_it_is_can_be_ordered(caller: Caller, size: PrintSize) -> None:
    design = makers.design_for(caller, size)
    with pytest.raises(Refused) as refused:
        create_order(caller=caller, items=[Item(design.pk, 1)])
    assert refused.value.code == "not-finalised"
    other = finalised(makers.visit(caller.print_shop), size)
    with pytest.raises(Refused) as refused:
        create_order(caller=caller, items=[Item(other.pk, 1)])
    assert refused.value.code == "no-such-design"


def test_a_draft_takes_the_prices_of_the_day_it_is_changed(caller: Caller, size: PrintSize) -> None:
    order = drafted(caller, size)
    PrintSize.objects.update(price=Decimal("30.00"))
    change_quantity(order_id=order.pk, position=0, quantity=1)
    assert amounts(order)[0] == "30.00"
    with pytest.raises(Refused) as refused:
        change_quantity(order_id=order.pk, position=0, quantity=0)
    assert refused.value.code == "last-line"
    assert order.lines.count() == 1


def test_an_order_that_is_being_paid_cannot_be_changed(caller: Caller, size: PrintSize) -> None:
    order = drafted(caller, size)
    transition(order.pk, OrderStatus.PENDING_PAYMENT, why=BY_TEST)
    before = amounts(order)
    acts: list[Callable[[], Order]] = [
        lambda: set_address(order_id=order.pk, address=HOME),
        lambda: change_quantity(order_id=order.pk, position=0, quantity=5),
        lambda: set_items(caller=caller, order_id=order.pk, items=[]),
    ]
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "payment-open"
    assert amounts(order) == before


@pytest.mark.parametrize("start", list(OrderStatus))
@pytest.mark.parametrize("to", list(OrderStatus))
def test_only_the_table_s_moves_happen(caller: Caller, start: OrderStatus, to: OrderStatus) -> None:
    order = Order.objects.create(
        shop=caller.print_shop.shop,
        number=1,
        currency="CAD",
        status=start,
        shipped_at="2026-01-01T00:00:00Z",
        delivered_at="2026-01-02T00:00:00Z",
    )
    if to in ORDER_MOVES[start]:
        transition(order.pk, to, why=BY_TEST)
        assert history(order) == [(start, to, "test")]
        return
    with pytest.raises(IllegalMove) as illegal:
        transition(order.pk, to, why=BY_TEST)
    assert illegal.value.allowed == ORDER_MOVES[start]
    assert (Order.objects.get().status, history(order)) == (start, [])


def test_the_history_is_append_only(caller: Caller, size: PrintSize) -> None:
    order = drafted(caller, size)
    lines = OrderStatusChange.objects.filter(order=order)
    with pytest.raises(DatabaseError), transaction.atomic():
        lines.update(after="paid")
    with pytest.raises(DatabaseError), transaction.atomic():
        lines.delete()
    assert history(order) == [("", "draft", "customer")]


def test_a_paid_order_is_produced_when_its_print_files_are_there(
    caller: Caller, size: PrintSize
) -> None:
    order = paid(caller, size)
    makers.run_all("fast")
    assert Order.objects.get().status == OrderStatus.PAID
    with pytest.raises(Refused) as refused:
        bring_to(order_id=order.pk, to=OrderStatus.IN_PRODUCTION, actor_id=None)
    assert refused.value.code == "not-rendered"
    makers.run_all()
    row = Order.objects.get()
    assert row.status == OrderStatus.IN_PRODUCTION
    assert row.in_production_at is not None
    assert history(order)[-1] == ("paid", "in_production", "print files ready")


def test_a_disputed_order_waits(caller: Caller, size: PrintSize) -> None:
    order = paid(caller, size)
    with transaction.atomic():
        row = Order.objects.select_for_update().get()
        move_payment(row, PaymentStatus.DISPUTED, why=BY_TEST)
    makers.run_all()
    assert Order.objects.get().status == OrderStatus.PAID
    with pytest.raises(Refused) as refused:
        bring_to(order_id=order.pk, to=OrderStatus.IN_PRODUCTION, actor_id=None)
    assert refused.value.code == "disputed"
    with transaction.atomic():
        row = Order.objects.select_for_update().get()
        move_payment(row, PaymentStatus.SUCCEEDED, why=Why("the dispute was won"))
    makers.run_all()
    assert Order.objects.get().status == OrderStatus.IN_PRODUCTION


def test_a_paid_order_that_cannot_be_rendered_alarms(
    caller: Caller, size: PrintSize, files: Any
) -> None:
    order = paid(caller, size)
    photo = files / Design.objects.select_related("photo").get().photo.original_key
    photo.rename(photo.with_suffix(".away"))
    for _ in range(6):
        makers.run_all()
        Job.objects.filter(state="queued").update(run_after="2026-01-01T00:00:00Z")
    alert = Alert.objects.get(key=f"render:{RenderJob.objects.get().pk}")
    assert (alert.severity, alert.title) == (
        "critical",
        f"Order #{order.number} is paid and cannot be printed",
    )
    assert Order.objects.get().status == OrderStatus.PAID
    photo.with_suffix(".away").rename(photo)
    render_again(render_id=RenderJob.objects.get().pk)
    makers.run_all()
    alert.refresh_from_db()
    assert alert.closed_at is not None
    assert Order.objects.get().status == OrderStatus.IN_PRODUCTION


def test_the_customer_is_told_once_of_each_step(
    caller: Caller, size: PrintSize, owner: User
) -> None:
    order = paid(caller, size)
    makers.run_all()
    for to in (OrderStatus.READY_TO_SHIP, OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        bring_to(
            order_id=order.pk,
            to=to,
            actor_id=owner.pk,
            parcel={"carrier": "Canada Post", "tracking_number": "PG123456785CA"}
            if to is OrderStatus.SHIPPED
            else None,
        )
        makers.run_all()
    row = Order.objects.get()
    assert (row.carrier, row.tracking_number) == ("Canada Post", "PG123456785CA")
    assert row.shipped_at is not None
    assert row.delivered_at is not None
    mails = Mail.objects.filter(key__startswith=f"order:{order.pk}:").order_by("created_at")
    assert [(each.subject, each.to) for each in mails] == [
        (f"Order #{order.number} is paid", "ada@example.com"),
        (f"Order #{order.number} is on its way", "ada@example.com"),
        (f"Order #{order.number} has arrived", "ada@example.com"),
    ]
    shipped = mails[1]
    assert "PG123456785CA" in shipped.text
    assert "PG123456785CA" in shipped.html


def test_staff_s_moves_end_where_the_table_ends(caller: Caller, size: PrintSize) -> None:
    order = paid(caller, size)
    with pytest.raises(IllegalMove) as illegal:
        bring_to(order_id=order.pk, to=OrderStatus.SHIPPED, actor_id=None)
    assert illegal.value.allowed == ("in_production", "canceled")
    draft = drafted(caller, size)
    with pytest.raises(IllegalMove):
        bring_to(order_id=draft.pk, to=OrderStatus.PAID, actor_id=None)
    assert possible_for_staff(draft) == ("canceled",)


def test_ordering_again_copies_the_designs_at_today_s_prices(
    caller: Caller, size: PrintSize
) -> None:
    order = paid(caller, size)
    PrintSize.objects.update(price=Decimal("30.00"))
    new = reorder(caller=caller, order=order)
    assert amounts(new) == ("60.00", "11.50", "9.30", "80.80")
    assert (new.reordered_from, new.status, new.city) == (order, "draft", "Toronto")
    old_line, new_line = OrderLine.objects.order_by("id")
    assert new_line.design_id != old_line.design_id
    copy = new_line.design
    assert copy
    assert copy.original_design_id == old_line.design_id
    assert copy.document == old_line.design.document  # type: ignore[union-attr]
    # Nothing is rendered before somebody pays or finalises.
    assert RenderJob.objects.filter(design=copy).count() == 0


def test_ordering_again_is_refused_kindly_when_the_product_is_gone(
    caller: Caller, size: PrintSize
) -> None:
    order = paid(caller, size)
    PrintSize.objects.update(active=False)
    with pytest.raises(Refused) as refused:
        reorder(caller=caller, order=order)
    assert refused.value.code == "size-gone"
    assert str(refused.value) == (
        "Poster, 6 x 8 cm is no longer sold. Your design is kept: choose another product or size "
        "for it."
    )
    assert (Order.objects.count(), Design.objects.count()) == (1, 1)


def test_a_free_reprint_is_produced_with_its_reason(
    caller: Caller, size: PrintSize, owner: User
) -> None:
    order = paid(caller, size)
    with pytest.raises(Refused) as refused:
        reprint(order=order, positions=[0], reason="Scratched", actor_id=owner.pk)
    assert refused.value.code == "not-produced"
    makers.run_all()
    order.refresh_from_db()
    with pytest.raises(Refused) as refused:
        reprint(order=order, positions=[0], reason=" ", actor_id=owner.pk)
    assert refused.value.code == "no-reason"
    again = reprint(order=order, positions=[0], reason="Scratched", actor_id=owner.pk)
    assert (again.status, str(again.total), again.reprint_reason) == (
        "in_production",
        "0.00",
        "Scratched",
    )
    assert RenderJob.objects.count() == 1
    assert history(again)[0] == ("", "draft", "reprint")
    makers.run_all()
    mail = Mail.objects.get(key=f"order:{again.pk}:confirmed")
    assert mail.subject == f"Order {again}: printed again for you"
    assert f"free of charge, as order {again} in place of order {order}." in mail.text
    goes = f"It goes to: {again.name}, {again.line1}, {again.city} {again.province}"
    assert f"{goes} {again.postal_code}, Canada" in mail.text


def test_pricing_takes_as_many_queries_whatever_the_lines(
    caller: Caller,
    size: PrintSize,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    designs = [finalised(caller, size) for _ in range(3)]
    counts = []
    for number in (1, 3):
        items = [Item(each.pk, 1) for each in designs[:number]]
        with django_assert_num_queries(19):
            create_order(caller=caller, items=items, address=HOME)
        counts.append(number)
    assert counts == [1, 3]
