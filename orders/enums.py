"""States of designs, renders, orders and payments with their moves; kinds and causes."""

from typing import Final

from django.db import models


class ProductKind(models.TextChoices):
    """What a design is printed on."""

    POSTER = "poster", "Poster"
    CANVAS = "canvas", "Canvas"
    MUG = "mug", "Mug"
    CARD = "card", "Card"
    OTHER = "other", "Other"


class ParcelClass(models.TextChoices):
    """What a print travels in; rates are per class."""

    LETTER = "letter", "Flat envelope"
    TUBE = "tube", "Tube"
    BOX = "box", "Box"
    LARGE_BOX = "large_box", "Large box"


class DesignStatus(models.TextChoices):
    """Where a design stands. An edit of what was finalised makes it a draft again."""

    DRAFT = "draft", "Draft"
    QUEUED = "queued", "Waiting for its render"
    READY = "ready", "Ready"
    FAILED = "failed", "Render failed"


DESIGN_MOVES: Final[dict[DesignStatus, tuple[DesignStatus, ...]]] = {
    DesignStatus.DRAFT: (DesignStatus.QUEUED, DesignStatus.READY),
    DesignStatus.QUEUED: (DesignStatus.READY, DesignStatus.FAILED, DesignStatus.DRAFT),
    DesignStatus.READY: (DesignStatus.DRAFT, DesignStatus.QUEUED),
    DesignStatus.FAILED: (DesignStatus.QUEUED, DesignStatus.READY, DesignStatus.DRAFT),
}


class RenderKind(models.TextChoices):
    """What a render is for."""

    PREVIEW = "preview", "High-quality preview"
    PRINT = "print", "Print files"


class RenderStatus(models.TextChoices):
    """Where a render stands. FAILED with attempts left is queued again with a delay."""

    QUEUED = "queued", "Queued"
    PROCESSING = "processing", "Rendering"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"


RENDER_MOVES: Final[dict[RenderStatus, tuple[RenderStatus, ...]]] = {
    # Another worker takes over what a killed one left: processing again.
    RenderStatus.QUEUED: (RenderStatus.PROCESSING, RenderStatus.FAILED),
    RenderStatus.PROCESSING: (
        RenderStatus.PROCESSING,
        RenderStatus.COMPLETED,
        RenderStatus.FAILED,
    ),
    RenderStatus.FAILED: (RenderStatus.QUEUED, RenderStatus.PROCESSING),
    RenderStatus.COMPLETED: (),
}
RENDER_OPEN: Final = (RenderStatus.QUEUED, RenderStatus.PROCESSING)


class Channel(models.TextChoices):
    """Where an order came from."""

    PRINT_SHOP = "print_shop", "Print shop"


class OrderStatus(models.TextChoices):
    """Where an order stands on its way to the customer."""

    DRAFT = "draft", "Draft"
    PENDING_PAYMENT = "pending_payment", "Waiting for payment"
    PAID = "paid", "Paid"
    IN_PRODUCTION = "in_production", "In production"
    READY_TO_SHIP = "ready_to_ship", "Ready to ship"
    SHIPPED = "shipped", "Shipped"
    DELIVERED = "delivered", "Delivered"
    CANCELED = "canceled", "Cancelled"


ORDER_MOVES: Final[dict[OrderStatus, tuple[OrderStatus, ...]]] = {
    # A reprint is paid for by the house: from draft straight to paid.
    OrderStatus.DRAFT: (OrderStatus.PENDING_PAYMENT, OrderStatus.PAID, OrderStatus.CANCELED),
    # Back to draft: the customer changes it, after its open session was expired.
    OrderStatus.PENDING_PAYMENT: (OrderStatus.PAID, OrderStatus.DRAFT, OrderStatus.CANCELED),
    OrderStatus.PAID: (OrderStatus.IN_PRODUCTION, OrderStatus.CANCELED),
    OrderStatus.IN_PRODUCTION: (OrderStatus.READY_TO_SHIP, OrderStatus.CANCELED),
    OrderStatus.READY_TO_SHIP: (OrderStatus.SHIPPED, OrderStatus.CANCELED),
    OrderStatus.SHIPPED: (OrderStatus.DELIVERED,),
    OrderStatus.DELIVERED: (),
    OrderStatus.CANCELED: (),
}
UNPAID_STATUSES: Final = (OrderStatus.DRAFT, OrderStatus.PENDING_PAYMENT)


class PaymentStatus(models.TextChoices):
    """Where an order's money stands; follows from its payments, refunds and disputes."""

    UNPAID = "unpaid", "Unpaid"
    PROCESSING = "processing", "Processing"
    SUCCEEDED = "succeeded", "Paid"
    PARTIALLY_REFUNDED = "partially_refunded", "Partly refunded"
    REFUNDED = "refunded", "Refunded"
    FAILED = "failed", "Failed"
    DISPUTED = "disputed", "Disputed"


_SETTLED: Final = (
    PaymentStatus.SUCCEEDED,
    PaymentStatus.PARTIALLY_REFUNDED,
    PaymentStatus.REFUNDED,
    PaymentStatus.DISPUTED,
)
PAYMENT_MOVES: Final[dict[PaymentStatus, tuple[PaymentStatus, ...]]] = {
    PaymentStatus.UNPAID: (PaymentStatus.PROCESSING, PaymentStatus.FAILED, *_SETTLED),
    # Back to unpaid: another amount than the order's came in, which waits for a person.
    PaymentStatus.PROCESSING: (PaymentStatus.UNPAID, PaymentStatus.FAILED, *_SETTLED),
    # Another attempt may still succeed.
    PaymentStatus.FAILED: (PaymentStatus.PROCESSING, *_SETTLED),
    # A refund may fail days later, a dispute may be won: among these all is possible.
    **{each: tuple(other for other in _SETTLED if other is not each) for each in _SETTLED},
}


class AttemptState(models.TextChoices):
    """Where one attempt to pay stands. It only ever moves to a higher rank."""

    STORED = "stored", "Being opened"
    OPEN = "open", "Waiting for the customer"
    PROCESSING = "processing", "Clearing"
    EXPIRED = "expired", "Expired"
    FAILED = "failed", "Failed"
    SUCCEEDED = "succeeded", "Paid"

    @property
    def rank(self) -> int:
        """Order in which states follow each other; EXPIRED and FAILED are of one rank."""
        return _ATTEMPT_RANKS[self]


_ATTEMPT_RANKS: Final = {
    AttemptState.STORED: 0,
    AttemptState.OPEN: 1,
    AttemptState.PROCESSING: 2,
    AttemptState.EXPIRED: 3,
    AttemptState.FAILED: 3,
    AttemptState.SUCCEEDED: 4,
}


class RefundState(models.TextChoices):
    """Where a refund stands. WANTED and SENT are ours, the others Stripe's; ranks only rise."""

    WANTED = "wanted", "Asked for"
    SENT = "sent", "Being sent"
    PENDING = "pending", "On its way"
    REQUIRES_ACTION = "requires_action", "Waiting for the customer"
    SUCCEEDED = "succeeded", "Refunded"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Cancelled"

    @property
    def rank(self) -> int:
        """Order in which states follow each other; a refund may fail after it succeeded."""
        return list(RefundState).index(self) if self is not RefundState.CANCELED else 5


class RefundCause(models.TextChoices):
    """Why money goes back."""

    STAFF = "staff", "By staff"
    CANCELED_ORDER = "canceled_order", "The order was cancelled"
    SECOND_PAYMENT = "second_payment", "The order was paid twice"
    PAID_AFTER_CANCEL = "paid_after_cancel", "Paid after it was cancelled"
    OUTSIDE = "outside", "In Stripe's dashboard"


class EventOutcome(models.TextChoices):
    """What became of an event of Stripe."""

    APPLIED = "applied", "Applied"
    STALE = "stale", "Nothing new"
    NOT_OURS = "not_ours", "Not of this shop"
    REFUSED = "refused", "Refused"


class StatusField(models.TextChoices):
    """Which of an order's two states a line of its history is about."""

    STATUS = "status", "Order"
    PAYMENT_STATUS = "payment_status", "Payment"
