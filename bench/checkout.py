"""Orders from draft to paid on the whole stack, with Stripe's webhooks, and how soon those answer.

Six customers at once open a payment page and pay it; Stripe's stand-in tells of it by two webhooks
an order, and workers take them in. The orders per second are from the first page to the last order
paid. Baseline: the same rows of an order, its attempt, its history, its audit and its events,
written bare, one connection, one transaction where the house has one. Then the same number of
events is posted at half the rate of the intake, and the slowest answers are looked at.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import psycopg

from bench import load
from bench._house import WORKERS, django_on
from bench.memory import peak_mb
from bench.rows import Row, claim
from config.door.stack import Options, Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from config.demo.stripe_account import StripeAccount
    from foundation.shops.models import Connection, Shop
    from orders.models import Order

ORDERS, CUSTOMERS = 240, 6
SERVICES = frozenset({"stripe-sandbox", "web", *WORKERS, "beat"})
WEBHOOKS_PER_SECOND, WEBHOOK_SECONDS = 200.0, 5.0
WANTED_P99_MS = 50.0
PAID_SECONDS = 120.0
FULFILLED: Final = ("paid", "in_production")


@claim("checkout")
def measure() -> list[Row]:
    """Pay, write bare, post webhooks."""
    options = Options(services=SERVICES, stripe_arguments=("--rate", "0"))
    with django_on(options) as stack:
        till = _Till()
        seconds = till.pay(ORDERS)
        figure = ORDERS / seconds
        floor = _bare_orders(stack, till)
        half = load.paced(
            stack.addresses.web_port,
            till.webhooks(stack.addresses.web_port),
            WEBHOOKS_PER_SECOND,
            WEBHOOK_SECONDS,
        )
        memory = peak_mb(pid for name in WORKERS for pid in stack.supervisor.pids(name))
        return [
            Row(
                name="checkout",
                figure=round(figure, 1),
                unit="orders/s from draft to paid",
                floor=round(floor, 1),
                ratio=round(figure / floor, 4),
                peak_rss_mb=memory,
                baseline="bare INSERTs of the same rows, by one connection, nothing abroad",
                facts={
                    "orders": ORDERS,
                    "customers_at_once": CUSTOMERS,
                    "paid_once": till.paid_once(),
                    "paid_to_known_p99_ms": till.known_after(),
                    "webhook_p50_ms": round(half.percentile(0.5), 2),
                    "webhook_p99_ms": round(half.percentile(0.99), 2),
                    "webhook_p99_ms_wanted": WANTED_P99_MS,
                    "webhooks_per_second": round(half.per_second, 1),
                    "webhooks_refused": half.refused,
                },
            )
        ]


class _Till:
    """A shop that is connected to Stripe's stand-in."""

    shop: Shop
    connection: Connection
    stripe: StripeAccount

    def __init__(self) -> None:
        from config.demo.payable_orders import connect_stripe  # noqa: PLC0415 -- Django is set up
        from config.demo.stripe_account import StripeAccount  # noqa: PLC0415 -- likewise
        from foundation.shops.api import open_shop  # noqa: PLC0415 -- likewise
        from foundation.shops.models import User  # noqa: PLC0415 -- likewise

        owner = User.objects.create_user("till@bench.test")
        self.shop = open_shop(name="Till", owner=owner)
        self.connection = connect_stripe(self.shop)
        self.stripe = StripeAccount()
        self.orders: list[UUID] = []
        self._leave_the_budget_out()

    def _leave_the_budget_out(self) -> None:
        """Let the calls a second that Stripe allows be no measure of this house."""
        from foundation.outbound.models import Budget  # noqa: PLC0415 -- Django is set up only now

        rows = Budget.objects.filter(key=f"stripe:{self.connection.pk}")
        rows.update(capacity=100_000, restore_rate=100_000, available=100_000)

    def pay(self, count: int) -> float:
        """Let so many orders be paid; returns the seconds until the last is known to be."""
        from config.demo.payable_orders import priced_order  # noqa: PLC0415 -- Django is set up
        from config.demo.waiting import wait_until  # noqa: PLC0415 -- likewise
        from orders.models import Order  # noqa: PLC0415 -- likewise

        orders = [priced_order(self.shop) for _ in range(count)]
        self.orders = [each.pk for each in orders]
        paid = Order.objects.filter(pk__in=self.orders, status__in=FULFILLED)
        began = time.perf_counter()
        with ThreadPoolExecutor(CUSTOMERS) as customers:
            list(customers.map(self._one, orders))
        wait_until(
            lambda: paid.count() == count, "all orders to be paid", seconds=PAID_SECONDS, every=0.05
        )
        return time.perf_counter() - began

    def _one(self, order: Order) -> None:
        from config.demo.payable_orders import CANCEL, SUCCESS  # noqa: PLC0415 -- Django is set up
        from orders.payments.checkout import checkout  # noqa: PLC0415 -- likewise

        attempt = checkout(order=order, success_url=SUCCESS, cancel_url=CANCEL)
        self.stripe.pay(attempt.stripe_checkout_session_id or "")

    def paid_once(self) -> int:
        """Count the orders that became paid exactly once, by exactly one attempt."""
        from django.db.models import Count, Q  # noqa: PLC0415 -- Django is set up only now

        from orders.models import Order  # noqa: PLC0415 -- likewise

        rows = Order.objects.filter(pk__in=self.orders, attempts__settles=True).annotate(
            moves=Count("history", filter=Q(history__field="status", history__after="paid"))
        )
        return rows.filter(moves=1).count()

    def known_after(self) -> float:
        """Return the 99th percentile from a webhook's arrival to its order being paid, in ms."""
        with psycopg.connect(self._url()) as raw:
            row = raw.execute(_KNOWN_AFTER).fetchone()
        return round(float(row[0]), 1) if row and row[0] is not None else 0.0

    def _url(self) -> str:
        import os  # noqa: PLC0415 -- what `django_on` has put there

        return os.environ["DATABASE_URL"]

    def webhooks(self, port: int) -> Iterator[bytes]:
        """Give webhook after webhook, each of another event about a payment we do not know."""
        from foundation.shops.api import connection_access  # noqa: PLC0415 -- Django is set up

        secret = connection_access(self.connection.pk).secrets["webhook_secret"].encode()
        [*_, event] = self.stripe.events(kind="checkout.session.completed")
        while True:
            event["id"] = f"evt_bench_{uuid.uuid4().hex}"
            yield _request(port, event, secret)


def _request(port: int, event: dict[str, Any], secret: bytes) -> bytes:
    body = json.dumps(event).encode()
    moment = int(time.time())
    signed = hmac.digest(secret, f"{moment}.".encode() + body, hashlib.sha256).hex()
    head = (
        "POST /webhooks/stripe/ HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        f"Stripe-Signature: t={moment},v1={signed}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


# Of each order: the first webhook that told of its session or payment, and its move.
_KNOWN_AFTER = """
SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) FROM (
  SELECT 1000 * extract(epoch FROM min(h.at) - min(m.received_at)) AS ms
  FROM order_status_history h
  JOIN stripe_event_log e ON e.order_id = h.order_id
  JOIN inbox_inboxmessage m ON m.external_id = e.event_id AND m.source = 'stripe'
  WHERE h.field = 'status' AND h.after = 'paid'
  GROUP BY h.order_id) told
"""


def _bare_orders(stack: Stack, till: _Till) -> float:
    """Write the rows of as many orders as were paid, bare; returns orders per second."""
    with psycopg.connect(stack.environment["DATABASE_OWNER_URL"], autocommit=True) as raw:
        for table in COPIED:
            raw.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
        began = time.perf_counter()
        for order in till.orders:
            _copy(raw, order)
        return len(till.orders) / (time.perf_counter() - began)


def _copy(raw: psycopg.Connection[Any], order: UUID) -> None:
    # In the transactions of the house: the page asked for, the page open, each of two events.
    for tables in STEPS:
        with raw.transaction():
            for table in tables:
                raw.execute(COPIED[table], {"order": order}, prepare=True)


COPIED: Final = {
    "orders_paymentattempt": "INSERT INTO bare_orders_paymentattempt"
    " SELECT * FROM orders_paymentattempt WHERE order_id = %(order)s",
    "order_status_history": "INSERT INTO bare_order_status_history"
    " SELECT * FROM order_status_history WHERE order_id = %(order)s",
    "audit_auditevent": "INSERT INTO bare_audit_auditevent SELECT * FROM audit_auditevent"
    " WHERE object_type = 'order' AND object_id = %(order)s::text",
    "stripe_event_log": "INSERT INTO bare_stripe_event_log"
    " SELECT * FROM stripe_event_log WHERE order_id = %(order)s",
    "orders_order": "INSERT INTO bare_orders_order SELECT * FROM orders_order WHERE id = %(order)s",
}
STEPS: Final = (
    ("orders_paymentattempt",),
    ("orders_order", "order_status_history"),
    ("stripe_event_log", "audit_auditevent"),
)
