"""Where an order's money stands, computed from its payments, refunds and disputes; pure.

Only the attempt that settles the order counts. A second payment is on its way back by itself, and
one of another amount waits for a person: neither is what the customer paid for this order.

An attempt that failed for good (a delayed method that did not clear) leaves the order ``failed``
until another one is clearing or succeeds; an expired one leaves it as it was. In both cases the
order itself stays where it is, so that the customer can try again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from orders.enums import AttemptState, PaymentStatus, RefundState
from orders.models import Dispute, PaymentAttempt, Refund

DISPUTE_OVER: Final = frozenset({"won", "warning_closed", "prevented"})
"""Stripe's words for a dispute that takes no money any more."""
DISPUTE_LOST: Final = "lost"
DISPUTE_CLOSED: Final = DISPUTE_OVER | {DISPUTE_LOST}
REFUND_UNDER_WAY: Final = frozenset(
    {RefundState.WANTED, RefundState.SENT, RefundState.PENDING, RefundState.REQUIRES_ACTION}
)
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an order's payments, refunds and disputes add up to.

    ``under_way`` is asked for and not back yet. ``refundable`` is what may still be paid back.
    """

    payment_status: PaymentStatus
    paid_total: Decimal
    refunded_total: Decimal
    under_way: Decimal

    @property
    def refundable(self) -> Decimal:
        """What is left to pay back. Stripe's dashboard may have paid more than we knew."""
        return max(NOTHING, self.paid_total - self.refunded_total - self.under_way)


def standing(
    attempts: Iterable[PaymentAttempt], refunds: Iterable[Refund], disputes: Iterable[Dispute]
) -> Standing:
    """Compute it from all rows of one order."""
    attempts = list(attempts)
    settled = next((each for each in attempts if each.settles), None)
    if settled is None:
        return Standing(_unsettled(attempts), NOTHING, NOTHING, NOTHING)
    paid = settled.received or NOTHING
    mine = [each for each in refunds if each.attempt_id == settled.pk]
    refunded = refunded_of(mine)
    disputed = any(
        each.attempt_id == settled.pk and each.status not in DISPUTE_OVER for each in disputes
    )
    return Standing(_settled(paid, refunded, disputed=disputed), paid, refunded, under_way_of(mine))


def refunded_of(refunds: Iterable[Refund]) -> Decimal:
    """Add up what is back with the customer."""
    return sum((each.amount for each in refunds if each.state == RefundState.SUCCEEDED), NOTHING)


def under_way_of(refunds: Iterable[Refund]) -> Decimal:
    """Add up what was asked for and is not back yet."""
    return sum((each.amount for each in refunds if each.state in REFUND_UNDER_WAY), NOTHING)


def _unsettled(attempts: list[PaymentAttempt]) -> PaymentStatus:
    states = {each.state for each in attempts}
    if AttemptState.PROCESSING in states:
        return PaymentStatus.PROCESSING
    return PaymentStatus.FAILED if AttemptState.FAILED in states else PaymentStatus.UNPAID


def _settled(paid: Decimal, refunded: Decimal, *, disputed: bool) -> PaymentStatus:
    if disputed:
        return PaymentStatus.DISPUTED
    if refunded == NOTHING:
        return PaymentStatus.SUCCEEDED
    return PaymentStatus.PARTIALLY_REFUNDED if refunded < paid else PaymentStatus.REFUNDED
