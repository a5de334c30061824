"""One order with all that belongs to it, as its page and its receipt need it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from foundation.audit.api import Event, events_of
from foundation.mail.api import WrittenMail, written_as
from orders.models import (
    Dispute,
    Order,
    OrderLine,
    OrderStatusChange,
    OrderTax,
    PaymentAttempt,
    Refund,
    StripeEvent,
)
from orders.payments.standing import Standing, standing
from orders.sales.letters import prefix_of

from .production import NOTHING, Piece, prints_of

MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """The rows of an order's money, and what they add up to."""

    attempts: Sequence[PaymentAttempt]
    refunds: Sequence[Refund]
    disputes: Sequence[Dispute]

    @property
    def standing(self) -> Standing:
        """Where the money stands, computed from these rows."""
        return standing(self.attempts, self.refunds, self.disputes)

    @property
    def mismatched(self) -> Sequence[PaymentAttempt]:
        """Payments that settle nothing and are not on their way back: a person decides."""
        back = {each.attempt_id for each in self.refunds if not each.lost}
        return [
            each
            for each in self.attempts
            if each.state == "succeeded" and not each.settles and each.pk not in back
        ]


@dataclass(frozen=True, slots=True)
class OrderStory:
    """What happened to an order, by kind; a page tells it in one line of time."""

    changes: Sequence[OrderStatusChange] = ()
    events: Sequence[StripeEvent] = ()
    mails: Sequence[WrittenMail] = ()
    deeds: Sequence[Event] = field(default=())


def order_of(shop_id: UUID, order_id: UUID) -> Order | None:
    """Return a shop's order with what it was made from. One query."""
    rows = Order.objects.for_shop(shop_id).filter(pk=order_id)
    found: Order | None = rows.select_related("shop", "reordered_from", "reprint_of").first()
    return found


def pieces_with_prints(order: Order) -> list[Piece]:
    """Return an order's lines with their print files, in their order. Two queries."""
    lines = list(
        order.lines.select_related("version", "size__product")
        .defer("version__document")
        .order_by("position")
    )
    renders = prints_of(lines)
    return [Piece(line, renders.get(line.version_id or NOTHING)) for line in lines]


def lines_of(order: Order) -> list[OrderLine]:
    """Return an order's lines. One query."""
    return list(order.lines.order_by("position"))


def taxes_of(order: Order) -> list[OrderTax]:
    """Return an order's taxes. One query."""
    return list(order.taxes.order_by("name"))


def money_of(order: Order) -> OrderMoney:
    """Return an order's payments, refunds and disputes. Three queries."""
    return OrderMoney(
        list(PaymentAttempt.objects.filter(order=order).order_by("number")),
        list(
            Refund.objects.filter(attempt__order=order)
            .select_related("attempt", "requested_by")
            .order_by("created_at", "pk")
        ),
        list(Dispute.objects.filter(attempt__order=order).order_by("opened_at", "pk")),
    )


def story_of(order: Order) -> OrderStory:
    """Return what happened to an order. Four queries."""
    events = StripeEvent.objects.filter(order=order).order_by("-handled_at", "-pk")
    return OrderStory(
        list(order.history.select_related("actor")),
        list(events[:MOST_EVENTS])[::-1],
        written_as(order.shop_id, prefix_of(order.pk)),
        events_of("order", order.pk),
    )


def relatives_of(order: Order) -> list[Order]:
    """Return the reprints and reorders made of an order, the oldest first. One query."""
    rows = Order.objects.for_shop(order.shop_id).filter(
        Q(reprint_of=order) | Q(reordered_from=order)
    )
    return list(rows.order_by("number")[:50])
