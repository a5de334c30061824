"""Verbs on orders that are not paid yet: make one, change it, order again."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from foundation.audit.api import record
from orders.contracts import Refused, Why
from orders.designs.freezing import freeze
from orders.designs.sizes import refuse_gone
from orders.enums import OrderStatus
from orders.models import Design, DesignVersion, Order, OrderLine
from orders.people.callers import Caller

from .addresses import FIELDS, Address
from .lines import MOST_PIECES, Item, line, lines_of, refuse_closed
from .numbering import next_number
from .quoting import quote
from .states import begin_history, locked, tell


@transaction.atomic
def create_order(
    *,
    caller: Caller,
    items: Sequence[Item],
    address: Address | None = None,
    shipping_method: str = "",
) -> Order:
    """Make a draft of finalised designs, with totals as far as the address is known.

    Raises :class:`orders.contracts.Refused`.
    """
    refuse_closed(caller.print_shop)
    lines = lines_of(caller, items)
    order = _new_order(caller, Order(shipping_method=shipping_method), Why(cause=_who(caller)))
    _add_lines(order, lines)
    if address is not None:
        _take_address(order, address)
    quote(order)
    tell(order)
    return order


def _who(caller: Caller) -> str:
    return "staff" if caller.staff_id else "customer"


def _new_order(caller: Caller, order: Order, why: Why) -> Order:
    shop = caller.print_shop.shop
    order.shop = shop
    order.number = next_number(shop.pk)
    order.visitor = caller.visitor
    order.customer = caller.customer
    order.currency = shop.currency
    if caller.customer and not order.email:
        order.email, order.name = caller.customer.email, caller.customer.name
    order.save(force_insert=True)
    begin_history(order, why)
    record(
        "orders.order.created",
        shop_id=shop.pk,
        actor_id=why.actor_id,
        object_type="order",
        object_id=order.pk,
        reason=why.reason,
        details={"number": order.number, "cause": why.cause},
    )
    return order


def _add_lines(order: Order, lines: Sequence[OrderLine]) -> None:
    for each in lines:
        each.order = order
    OrderLine.objects.bulk_create(lines)


def _take_address(order: Order, address: Address) -> None:
    for name, value in address.columns().items():
        setattr(order, name, value)
    order.save(update_fields=list(address.columns()))


def draft_locked(order_id: UUID) -> Order:
    """Return a draft's row, locked. Raises :class:`orders.contracts.Refused` for any other."""
    order = locked(order_id)
    if order.status == OrderStatus.PENDING_PAYMENT:
        raise Refused(
            "payment-open",
            "A payment page is open for this order. Go on with it, or take the order back to "
            "change it.",
        )
    if order.status != OrderStatus.DRAFT:
        raise Refused(
            "not-a-draft",
            f"The order is {OrderStatus(order.status).label.lower()}: it cannot be changed any "
            "more. Order again to make another one of it.",
        )
    return order


@transaction.atomic
def set_address(*, order_id: UUID, address: Address, shipping_method: str = "") -> Order:
    """Say where a draft goes, and how; its totals follow.

    Raises :class:`orders.contracts.Refused`.
    """
    order = draft_locked(order_id)
    order.shipping_method = shipping_method or order.shipping_method
    _take_address(order, address)
    quote(order)
    tell(order)
    return order


@transaction.atomic
def set_shipping(*, order_id: UUID, method: str) -> Order:
    """Choose another way to send a draft. Raises :class:`orders.contracts.Refused`."""
    order = draft_locked(order_id)
    order.shipping_method = method
    options = quote(order)
    if order.shipping_method != method:
        known = ", ".join(each.method for each in options) or "none before there is an address"
        raise Refused("no-such-shipping", f"There is no shipping {method!r}: there is {known}.")
    tell(order)
    return order


def price_again(order: Order) -> Order:
    """Return an order at today's prices, as it is to be paid: a priced draft is priced once more.

    Raises :class:`orders.contracts.Refused` when a size or the way to send it is gone.
    """
    if order.status != OrderStatus.DRAFT or order.priced_at is None:
        return order
    return set_shipping(order_id=order.pk, method=order.shipping_method)


@transaction.atomic
def set_items(*, caller: Caller, order_id: UUID, items: Sequence[Item]) -> Order:
    """Replace a draft's designs and quantities. Raises :class:`orders.contracts.Refused`."""
    order = draft_locked(order_id)
    lines = lines_of(caller, items)
    order.lines.all().delete()
    _add_lines(order, lines)
    quote(order)
    tell(order)
    return order


@transaction.atomic
def reorder(*, caller: Caller, order: Order) -> Order:
    """Make a draft of what an order had: copies of its designs, at today's prices.

    The copies name what they were copied from and may be edited before paying. Raises
    :class:`orders.contracts.Refused` when the order has nothing printed or a size is gone, and
    while the shop is closed.
    """
    refuse_closed(caller.print_shop)
    old = list(
        order.lines.filter(version__isnull=False)
        .select_related("version__size__product", "version__photo", "size__product")
        .order_by("position")
    )
    if not old:
        raise Refused("nothing-to-reorder", "There is nothing printed in this order.")
    for each in old:
        if each.version is None:
            continue
        refuse_gone(each.version.size)
        if each.version.photo.forgotten_at is not None:
            raise Refused(
                "photo-gone",
                "The photo of this order was deleted. Upload it again and design it anew.",
            )
    new = _new_order(
        caller,
        Order(
            reordered_from=order,
            shipping_method=order.shipping_method,
            **{name: getattr(order, name) for name in FIELDS},
        ),
        Why(cause=_who(caller), actor_id=caller.staff_id, reason=f"Ordered again: {order}"),
    )
    lines = []
    for position, each in enumerate(old):
        version = _copied(caller, each)
        lines.append(line(version, version.size, position=position, quantity=each.quantity))
    _add_lines(new, lines)
    quote(new)
    tell(new)
    return new


def _copied(caller: Caller, old: OrderLine) -> DesignVersion:
    """Copy a line's design as it was printed, and freeze the copy as its first version."""
    was = old.version
    if was is None:
        message = "Only a line with a version is copied."
        raise ValueError(message)
    copy = Design.objects.create(
        shop_id=was.shop_id,
        visitor=caller.visitor,
        customer=caller.customer,
        size=was.size,
        photo=was.photo,
        document=was.document,
        checksum=was.checksum,
        digest=was.digest,
        original_design_id=was.design_id,
    )
    return freeze(copy)


@transaction.atomic
def change_quantity(*, order_id: UUID, position: int, quantity: int) -> Order:
    """Order more or fewer pieces of a line; none takes the line away.

    Raises :class:`orders.contracts.Refused`, also when it was the last line.
    """
    order = draft_locked(order_id)
    row = order.lines.filter(position=position).first()
    if row is None:
        raise Refused("no-such-line", "That line is gone. Look at the order again.")
    if not 0 <= quantity <= MOST_PIECES:
        raise Refused("bad-quantity", f"Order 1 to {MOST_PIECES} pieces of a design.")
    if quantity:
        order.lines.filter(pk=row.pk).update(quantity=quantity, total=row.unit_price * quantity)
    else:
        row.delete()
        if not order.lines.exists():
            raise Refused("last-line", "This is all the order has. Cancel the order instead.")
    quote(order)
    tell(order)
    return order
