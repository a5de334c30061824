"""What people are told about money: alerts that say what happened, why, and what now."""

from collections.abc import Sequence
from decimal import Decimal

from foundation.alerts.api import Severity, close_alert, open_alert
from orders.enums import RefundCause
from orders.models import Dispute, Order, PaymentAttempt, Refund

from .facts import Account
from .standing import DISPUTE_OVER


def page_of(order: Order) -> str:
    """Where staff look at an order."""
    return f"/orders/{order.pk}/"


def money(amount: Decimal | None, currency: str) -> str:
    """Write an amount for people."""
    return f"{amount or 0:,.2f} {currency.upper()}"


def mismatch(order: Order, attempt: PaymentAttempt) -> None:
    """Another amount came in than the order costs; a person decides."""
    received = money(attempt.received, attempt.received_currency)
    open_alert(
        shop_id=order.shop_id,
        key=_mismatch_key(attempt),
        severity=Severity.CRITICAL,
        title=f"Order {order} was paid with another amount: {received}",
        body=(
            f"Stripe took {received}; the payment was opened for "
            f"{money(attempt.amount, attempt.currency)} and the order costs "
            f"{money(order.total, order.currency)}. The order stays unpaid. Accept the payment or "
            "refund it, both on the order's page."
        ),
        url=page_of(order),
    )


def mismatch_over(attempt: PaymentAttempt, reason: str) -> None:
    """Somebody decided."""
    close_alert(key=_mismatch_key(attempt), reason=reason)


_RETURNED = {
    RefundCause.SECOND_PAYMENT: "was paid a second time",
    RefundCause.PAID_AFTER_CANCEL: "was paid after it was cancelled",
}


def returned(order: Order, attempt: PaymentAttempt, cause: RefundCause) -> None:
    """Money goes back by itself."""
    received = money(attempt.received, attempt.received_currency)
    open_alert(
        shop_id=order.shop_id,
        key=_returned_key(attempt),
        severity=Severity.WARNING,
        title=f"Order {order} {_RETURNED[cause]}: {received} go back",
        body=(
            f"Payment {attempt.number} of order {order} brought {received}, which the order does "
            "not need. It is refunded by itself; this closes when the customer has it back."
        ),
        url=page_of(order),
    )


def refund_ended(refund: Refund) -> None:
    """A refund arrived: what was said about its payment is over."""
    if refund.cause in _RETURNED:
        close_alert(key=_returned_key(refund.attempt), reason="The money is back.")


def refund_failed(order: Order, refund: Refund) -> None:
    """A refund failed, perhaps days after Stripe had taken it on."""
    amount = money(refund.amount, refund.currency)
    open_alert(
        shop_id=order.shop_id,
        key=f"refund-failed:{refund.pk}",
        severity=Severity.CRITICAL,
        title=f"{amount} of order {order} could not be paid back",
        body=(
            f"{refund.failure_reason or 'Stripe gave no reason.'} The customer does not have the "
            "money. Refund it again from the order's page, or pay it back in another way and close "
            "this alert."
        ),
        url=page_of(order),
    )


def disputed(order: Order, dispute: Dispute) -> None:
    """A dispute is open, lost, or over."""
    key = f"dispute:{dispute.stripe_dispute_id}"
    if dispute.status in DISPUTE_OVER:
        close_alert(key=key, reason=f"The dispute is over: {dispute.status}.")
        return
    amount = money(dispute.amount, dispute.currency)
    if dispute.status == "lost":
        title = f"The dispute about {amount} of order {order} was lost"
        body = f"The bank kept the money ({dispute.reason}). The order stays disputed."
    else:
        until = f"{dispute.due_by:%Y-%m-%d %H:%M} UTC" if dispute.due_by else "the date Stripe says"
        title = f"{amount} of order {order} are disputed"
        body = (
            f"The customer's bank asks for the money back ({dispute.reason}; Stripe calls it "
            f"{dispute.status}). Hand in evidence in Stripe's dashboard until {until}. Until it is "
            "decided the order is neither produced nor shipped, and cannot be refunded."
        )
    open_alert(
        shop_id=order.shop_id,
        key=key,
        severity=Severity.CRITICAL,
        title=title,
        body=body,
        url=page_of(order),
    )


def webhooks_missing(account: Account, *, missed: int) -> None:
    """Events came by asking only."""
    open_alert(
        shop_id=account.shop_id,
        key=_webhooks_key(account),
        severity=Severity.WARNING,
        title="Stripe's webhooks do not seem to arrive",
        body=(
            f"The last look at Stripe found {missed} events that no webhook had brought. They are "
            "taken in, some minutes late. See in Stripe's dashboard, under Webhooks, whether "
            "deliveries to this house fail, and why."
        ),
        url=f"/operations/connections/{account.connection_id}/",
    )


def webhooks_arrive(account: Account) -> None:
    """Nothing was missed."""
    close_alert(key=_webhooks_key(account), reason="The last look at Stripe found nothing missing.")


def events_stuck(account: Account, stuck: Sequence[str]) -> None:
    """Events that cannot be taken in, whoever brings them."""
    open_alert(
        shop_id=account.shop_id,
        key=_stuck_key(account),
        severity=Severity.CRITICAL,
        title=f"{len(stuck)} events of Stripe cannot be taken in",
        body=(
            f"What they say about payments is missing here: {'; '.join(stuck[:3])}. All others "
            "were taken in. Each sweep tries them again; this closes when they could be."
        ),
        url=f"/operations/connections/{account.connection_id}/",
    )


def events_taken_in(account: Account) -> None:
    """No event is left over."""
    close_alert(key=_stuck_key(account), reason="The last sweep could take in all events.")


def _stuck_key(account: Account) -> str:
    return f"stripe-stuck:{account.connection_id}"


def _mismatch_key(attempt: PaymentAttempt) -> str:
    return f"payment-mismatch:{attempt.pk}"


def _returned_key(attempt: PaymentAttempt) -> str:
    return f"payment-returned:{attempt.pk}"


def _webhooks_key(account: Account) -> str:
    return f"stripe-webhooks:{account.connection_id}"
