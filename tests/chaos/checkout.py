"""The run ``checkout``: orders are paid while workers die and Stripe misbehaves.

Customers pay by card, are declined first, pay late, never, twice, or after a cancellation; staff
refund in the house and in the dashboard. Answers are lost, webhooks come twice, late, in another
order, forged, stale or never. In the end every order must be what the books at Stripe say.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import django

from config.door.stack import Options, Stack
from tests.chaos.house import FULL, HEAL_SECONDS, LEASES, Scale, Trouble, come_to_rest

if TYPE_CHECKING:
    from config.demo.stripe_account import StripeAccount
    from foundation.shops.models import Connection, Shop, User
    from orders.models import Order, PaymentAttempt
    from tests.chaos.model import Verdict

Facts = dict[str, Any]
CHANGES = "checkout.sessions|refunds.create"
ORDERS_FULL, ORDERS_SHORT = 600, 30
MOST_KILLS_SHORT = 4
TRIES = 12
PATIENCE = 0.2


@dataclass(slots=True)
class Till:
    """A house with a shop that is connected to Stripe."""

    stack: Stack
    stripe: "StripeAccount"
    shop: "Shop"
    owner: "User"
    connection: "Connection"
    rng: random.Random
    fates: Counter[str] = field(default_factory=Counter)
    orders: list["Order"] = field(default_factory=list)


def checkout(scale: Scale) -> tuple["Verdict", Facts]:
    """Let customers pay under fire, mend everything, sweep once, and compare with the books."""
    with open_till(scale) as till:
        return checkout_in(till, scale)


def checkout_in(till: Till, scale: Scale) -> tuple["Verdict", Facts]:
    """Play it in a house that is open."""
    from tests.chaos import books  # noqa: PLC0415 -- needs Django

    wanted = ORDERS_FULL
    if scale.products < FULL.products:
        wanted, scale = ORDERS_SHORT, replace(scale, kills=MOST_KILLS_SHORT)
    till.stripe.misbehave(*FAULTS, seed=scale.seed)
    facts: Facts = {"orders": wanted, "children_killed": 0, "groups_killed": 0}
    with Trouble(lambda: _kill(till, scale, facts), every=0.7):
        for _ in range(wanted):
            _serve(till)
        # Refunds are sent by jobs: they, too, are to meet killed workers and lost answers.
        _refunds_sent()
    facts["struck"] = till.stripe.faults_struck()
    till.stripe.behave()
    _heal(till)
    verdict = books.judge(till.stripe, till.orders)
    return verdict, {**facts, "fates": dict(till.fates), **books.summary(till.orders)}


FAULTS = (
    {"kind": "lose_answer", "operation": CHANGES, "rate": 0.15},
    {"kind": "5xx_after", "operation": CHANGES, "rate": 0.05},
    {"kind": "5xx_before", "rate": 0.04},
    {"kind": "reset", "rate": 0.04},
    {"kind": "refund_pending", "rate": 0.2},
    {"kind": "webhook_drop", "rate": 0.1},
    {"kind": "webhook_duplicate", "rate": 0.2},
    {"kind": "webhook_forged", "rate": 0.02},
    {"kind": "webhook_stale", "rate": 0.02, "seconds": 900},
    {"kind": "webhook_reorder", "rate": 0.4, "seconds": 3.0},
)


@contextmanager
def open_till(scale: Scale) -> Iterator[Till]:
    """Bring a private stack up with Stripe's stand-in, and a shop connected to it."""
    options = Options(
        services=frozenset(
            {"stripe-sandbox", "web", "worker-fast", "worker-remote", "worker-heavy", "beat"}
        ),
        stripe_arguments=("--rate", "0", "--retry-clock", "2000"),
        environment={
            **LEASES,
            "STRIPE_IN_FLIGHT_SECONDS": "-5",
            "DEMO": "1",
        },
    )
    with Stack(options) as stack:
        os.environ.update(stack.environment)
        django.setup()
        from config.demo.payable_orders import connect_stripe  # noqa: PLC0415 -- needs Django
        from config.demo.stripe_account import StripeAccount  # noqa: PLC0415 -- likewise
        from foundation.shops.api import open_shop  # noqa: PLC0415 -- likewise
        from foundation.shops.models import User  # noqa: PLC0415 -- likewise

        owner = User.objects.create_user("till@example.com")
        shop = open_shop(name="Till", owner=owner)
        connection = connect_stripe(shop)
        rng = random.Random(scale.seed)  # noqa: S311 -- the same troubles every time
        yield Till(stack, StripeAccount(), shop, owner, connection, rng)


def _kill(till: Till, scale: Scale, facts: Facts) -> None:
    if facts["children_killed"] + facts["groups_killed"] >= scale.kills:
        return
    group = till.rng.choice(["fast", "remote"])
    if till.rng.random() < 0.2:
        till.stack.kill_group(group)
        facts["groups_killed"] += 1
    elif till.stack.kill_child_randomly(group, till.rng):
        facts["children_killed"] += 1


def _serve(till: Till) -> None:
    """Let one customer order, and do what customers and staff do."""
    from config.demo.payable_orders import priced_order  # noqa: PLC0415 -- needs Django

    order = priced_order(till.shop, total=str(Decimal(till.rng.randrange(2_000, 30_000)) / 100))
    till.orders.append(order)
    fate = till.rng.choices(list(FATES), weights=[each[1] for each in FATES.values()])[0]
    till.fates[fate] += 1
    attempt = _page(order)
    if attempt is None:
        till.fates["gave up"] += 1
        return
    FATES[fate][0](till, order, attempt)


def _page(order: "Order") -> "PaymentAttempt | None":
    """Click until the payment page opens, as a patient customer does."""
    from config.demo.payable_orders import CANCEL, SUCCESS  # noqa: PLC0415 -- needs Django
    from orders.contracts import Refused  # noqa: PLC0415 -- likewise
    from orders.payments.checkout import checkout as pay_page  # noqa: PLC0415 -- likewise

    for _ in range(TRIES):
        try:
            return pay_page(order=order, success_url=SUCCESS, cancel_url=CANCEL)
        except Refused as refused:
            if refused.code != "payments-unavailable":
                raise
            # The calls a second that Stripe allows may be used up.
            time.sleep(PATIENCE)
    return None


def _session(attempt: "PaymentAttempt") -> str:
    return attempt.stripe_checkout_session_id or ""


def _pays(till: Till, _order: "Order", attempt: "PaymentAttempt") -> None:
    till.stripe.pay(_session(attempt))


def _is_declined_first(till: Till, order: "Order", attempt: "PaymentAttempt") -> None:
    till.stripe.decline(_session(attempt))
    _pays(till, order, attempt)


def _comes_back(till: Till, order: "Order", attempt: "PaymentAttempt") -> None:
    from orders.payments.checkout import read_back  # noqa: PLC0415 -- needs Django

    _pays(till, order, attempt)
    read_back(order=order)


def _clears(till: Till, _order: "Order", attempt: "PaymentAttempt") -> None:
    till.stripe.pay_delayed(_session(attempt))
    till.stripe.clear(_session(attempt))


def _bounces(till: Till, _order: "Order", attempt: "PaymentAttempt") -> None:
    till.stripe.pay_delayed(_session(attempt))
    till.stripe.bounce(_session(attempt))


def _goes_away(till: Till, _order: "Order", attempt: "PaymentAttempt") -> None:
    till.stripe.expire(_session(attempt))


def _pays_twice(till: Till, order: "Order", attempt: "PaymentAttempt") -> None:
    """Two pages of one order, which the house itself never has open at once."""
    from orders.models import PaymentAttempt  # noqa: PLC0415 -- needs Django

    mine = PaymentAttempt.objects.filter(pk=attempt.pk)
    mine.update(state="expired")
    second = _page(order)
    mine.update(state="open")
    _pays(till, order, attempt)
    if second is not None:
        _pays(till, order, second)


def _cancels(till: Till, order: "Order", attempt: "PaymentAttempt") -> None:
    """Pay and cancel at once; whichever is first."""
    from orders.contracts import IllegalMove, Refused  # noqa: PLC0415 -- needs Django
    from orders.payments.refunds import cancel_with_refund  # noqa: PLC0415 -- likewise

    _pays(till, order, attempt)
    refused: Exception | None = None
    for _ in range(TRIES):
        try:
            cancel_with_refund(order=order, reason="chaos", actor_id=till.owner.pk)
        except (Refused, IllegalMove) as error:
            refused = error
            time.sleep(PATIENCE)
        else:
            return
    till.fates[f"not cancelled: {refused}"] += 1


def _is_refunded(till: Till, order: "Order", attempt: "PaymentAttempt") -> None:
    from orders.contracts import Refused  # noqa: PLC0415 -- needs Django
    from orders.payments.checkout import read_back  # noqa: PLC0415 -- likewise
    from orders.payments.refunds import refund  # noqa: PLC0415 -- likewise

    _pays(till, order, attempt)
    for _ in range(TRIES):
        if read_back(order=order):
            break
    with suppress(Refused):
        refund(order=order, amount=Decimal("5.00"), reason="a scratch", actor_id=till.owner.pk)
        refund(order=order, amount=Decimal("7.50"), reason="another", actor_id=till.owner.pk)


def _is_refunded_outside(till: Till, order: "Order", attempt: "PaymentAttempt") -> None:
    _pays(till, order, attempt)
    sessions = till.stripe.objects("checkout.session")
    [intent] = [each["payment_intent"] for each in sessions if each["id"] == _session(attempt)]
    till.stripe.refund(intent, amount=300)
    till.stripe.refund_fails(till.stripe.refund(intent, amount=200, pending=True))


Fate = Callable[[Till, "Order", "PaymentAttempt"], None]
FATES: dict[str, tuple[Fate, int]] = {
    "pays": (_pays, 40),
    "is declined first": (_is_declined_first, 8),
    "comes back": (_comes_back, 8),
    "clears late": (_clears, 6),
    "bounces": (_bounces, 4),
    "goes away": (_goes_away, 6),
    "pays twice": (_pays_twice, 7),
    "cancels": (_cancels, 8),
    "is refunded": (_is_refunded, 8),
    "is refunded outside": (_is_refunded_outside, 5),
}


def _refunds_sent() -> None:
    from config.demo.waiting import wait_until  # noqa: PLC0415 -- needs Django
    from foundation.work.models import Job  # noqa: PLC0415 -- likewise

    # Not the sweep: it begins anew whenever one of its pages fails, as many do just now.
    due = Job.objects.filter(
        name__in=("orders.payments.event_arrived", "orders.send_refund"),
        state__in=("queued", "running"),
    )
    wait_until(lambda: not due.exists(), "the refunds", seconds=HEAL_SECONDS, every=0.2)


def _heal(till: Till) -> None:
    """Wait until every delivery has ended and no job is due; sweep until nothing is missing."""
    _quiet(till)
    for refund in till.stripe.objects("refund"):
        if refund["status"] == "pending":
            till.stripe.refund_arrives(refund["id"])
    for _ in range(2):
        till.stack.run_manage("payments", "sweep")
        _quiet(till)


def _quiet(till: Till) -> None:
    time.sleep(0.2)
    come_to_rest(till.stripe.deliveries_by_status)
