"""Orders in every state, in the database alone: nothing is drawn, nobody is called."""

import datetime as dt
import io
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from foundation.shops.models import Connection
from foundation.storage.api import save
from orders.contracts import Why
from orders.enums import OrderStatus, PaymentStatus, RenderStatus
from orders.models import Design, Order, PaymentAttempt, PrintSize, Refund, RenderJob
from orders.people.callers import Caller
from orders.renders.finalising import finalise
from orders.sales.addresses import Address
from orders.sales.drafting import create_order
from orders.sales.lines import Item
from orders.sales.states import move_payment, transition
from tests.factories import stripe_connection
from tests.orders import shop as makers

HOME = Address(**makers.ADDRESS)
BY_TEST = Why("test")
S = OrderStatus
WAY = (S.PAID, S.IN_PRODUCTION, S.READY_TO_SHIP, S.SHIPPED, S.DELIVERED)
_unique = count(1)


class Desk:
    """Makes orders of one print shop; the designs of a line are made once."""

    def __init__(self, caller: Caller, size: PrintSize) -> None:
        """``size`` is what is ordered unless another is named."""
        self.caller, self.size = caller, size
        self._designs: dict[Any, Design] = {}

    @property
    def account(self) -> Connection:
        """The shop's account at Stripe, which nobody calls."""
        rows = Connection.objects.filter(shop_id=self.caller.shop_id, kind="stripe")
        return rows.first() or stripe_connection(self.caller.print_shop.shop)

    def design(self, size: PrintSize, place: int = 0) -> Design:
        """A design that may be ordered."""
        found = self._designs.get((size.pk, place))
        if found is None:
            found = self._designs[size.pk, place] = makers.design_for(self.caller, size)
            finalise(caller=self.caller, design_id=found.pk)
        return found

    def forget_designs(self) -> None:
        """Let the next order be of other designs."""
        self._designs = {}

    def draft(
        self, *, lines: int = 1, quantity: int = 2, size: PrintSize | None = None, **columns: Any
    ) -> Order:
        """A draft with so many lines."""
        chosen = size or self.size
        items = [Item(self.design(chosen, place).pk, quantity) for place in range(lines)]
        order = create_order(caller=self.caller, items=items, address=HOME)
        if columns:
            Order.objects.filter(pk=order.pk).update(**columns)
        return Order.objects.get(pk=order.pk)

    def order(self, status: OrderStatus, *, rendered: bool = True, **options: Any) -> Order:
        """An order that was paid and came so far; its print files are there, or are not."""
        columns = {name: options.pop(name) for name in set(options) - {"lines", "quantity", "size"}}
        order = self.draft(**options)
        if rendered:
            self.render(order)
        self.pay(order)
        for step in WAY[1 : WAY.index(status) + 1]:
            transition(order.pk, step, why=BY_TEST)
        if columns:
            Order.objects.filter(pk=order.pk).update(**columns)
        return Order.objects.get(pk=order.pk)

    def pay(self, order: Order) -> PaymentAttempt:
        """Let the customer have paid it."""
        attempt = self.attempt(order, state="succeeded", settles=True)
        transition(order.pk, S.PENDING_PAYMENT, why=BY_TEST)
        with transaction.atomic():
            row = Order.objects.select_for_update().get(pk=order.pk)
            paid = {"paid_total": row.total}
            move_payment(row, PaymentStatus.SUCCEEDED, why=BY_TEST, columns=paid)
        transition(order.pk, S.PAID, why=BY_TEST)
        return attempt

    def attempt(self, order: Order, **columns: Any) -> PaymentAttempt:
        """A payment page of an order; paid with what it costs where it succeeded."""
        number = PaymentAttempt.objects.filter(order=order).count() + 1
        if columns.get("state") == "succeeded":
            columns = {
                "received": order.total,
                "received_currency": order.currency,
                "paid_at": timezone.now(),
                **columns,
            }
        unique = next(_unique)
        return PaymentAttempt.objects.create(
            shop_id=order.shop_id,
            connection=self.account,
            order=order,
            number=number,
            amount=order.total,
            currency=order.currency,
            idempotency_key=f"test-{uuid4()}",
            ask={},
            payment_intent=f"pi_test{unique}",
            stripe_checkout_session_id=f"cs_test_{uuid4().hex}",
            expires_at=timezone.now() + dt.timedelta(hours=1),
            **columns,
        )

    def refund(self, order: Order, amount: str, state: str = "succeeded", **columns: Any) -> Refund:
        """A refund of what was paid for an order."""
        attempt = PaymentAttempt.objects.filter(order=order).order_by("-settles")[0]
        return Refund.objects.create(
            shop_id=order.shop_id,
            attempt=attempt,
            state=state,
            cause=columns.pop("cause", "staff"),
            amount=Decimal(amount),
            currency=order.currency,
            idempotency_key=f"test-{uuid4()}",
            **columns,
        )

    def render(self, order: Order) -> None:
        """Have the print files of an order made: two small files that are none."""
        for render in renders_of(order).exclude(status=RenderStatus.COMPLETED):
            stem = f"prints/{order.shop_id}/{render.pk}/1-1"
            for kind in ("png", "pdf"):
                save(f"{stem}.{kind}", io.BytesIO(f"{kind} of {render.pk}".encode()))
            RenderJob.objects.filter(pk=render.pk).update(
                status=RenderStatus.COMPLETED,
                completed_at=timezone.now(),
                image_key=f"{stem}.png",
                pdf_key=f"{stem}.pdf",
                byte_size=1_234_567,
                sha256="ab" * 32,
                parity=0.42,
            )

    def fail_render(self, order: Order, reason: str = "The paper is out.", **columns: Any) -> None:
        """Let the print files of an order have failed for good."""
        renders_of(order).update(
            status=RenderStatus.FAILED, failure_reason=reason, attempt=5, **columns
        )


def renders_of(order: Order) -> Any:
    """Return the renders of an order's print files."""
    versions = order.lines.values("version_id")
    return RenderJob.objects.filter(version_id__in=versions, kind="print")


def standing(order: Order) -> tuple[str, str]:
    """Return where an order stands now."""
    row = Order.objects.get(pk=order.pk)
    return row.status, row.payment_status
