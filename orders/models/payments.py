"""What was paid and paid back, and what Stripe told about it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.shop_owned import ShopOwnedManager
from orders.enums import AttemptState, EventOutcome, RefundCause, RefundState


class PaymentAttempt(models.Model):
    """One Checkout Session, stored with its idempotency key before Stripe is asked for it.

    ``settles``: its money is what the order counts as paid; one attempt of an order at most.
    ``ask`` is the request as it was stored, so that a repetition asks for exactly the same.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=10, choices=AttemptState.choices, default=AttemptState.STORED
    )
    settles = models.BooleanField(default=False)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    idempotency_key = models.CharField(max_length=120, unique=True)
    ask = models.JSONField()
    stripe_checkout_session_id = models.CharField(max_length=120, null=True, unique=True)
    url = models.URLField(max_length=2000, blank=True)
    payment_intent = models.CharField(max_length=120, blank=True)
    charge = models.CharField(max_length=120, blank=True)
    received = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, help_text="What Stripe says was paid."
    )
    received_currency = models.CharField(max_length=3, blank=True)
    failure_reason = models.TextField(blank=True)
    failed_at = models.DateTimeField(
        null=True, help_text="Stripe's clock at the newest failure; events come in any order."
    )
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    objects = ShopOwnedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "number"], name="payment_attempt_number"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(settles=True), name="payment_attempt_settles_once"
            ),
            models.CheckConstraint(
                name="payment_attempt_settles_when_paid",
                condition=Q(settles=False) | Q(state=AttemptState.SUCCEEDED),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["payment_intent"],
                condition=~Q(payment_intent=""),
                name="payment_attempt_intent",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(state__in=["stored", "open", "processing"]),
                name="payment_attempt_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order}, attempt {self.number}"


class Refund(models.Model):
    """Money on its way back. Stored with its idempotency key before Stripe is asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="refunds")
    state = models.CharField(max_length=16, choices=RefundState.choices, default=RefundState.WANTED)
    cause = models.CharField(max_length=20, choices=RefundCause.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300, blank=True, help_text="In the words of staff.")
    idempotency_key = models.CharField(max_length=120, unique=True)
    stripe_refund_id = models.CharField(max_length=120, null=True, unique=True)
    failure_reason = models.TextField(blank=True)
    requested_by = models.ForeignKey(
        "shops.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(
        null=True, help_text="When Stripe was first asked: it knows the key for a day from then."
    )
    ended_at = models.DateTimeField(null=True)

    objects = ShopOwnedManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="refund_amount", condition=Q(amount__gt=0)),
            # The house pays back by itself once, however often it is told.
            models.UniqueConstraint(
                fields=["attempt"],
                condition=Q(cause__in=["second_payment", "paid_after_cancel"]),
                name="refund_by_itself_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["wanted", "sent"]),
                name="refund_unsent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} of {self.attempt}"

    @property
    def lost(self) -> bool:
        """Whether the customer never gets it."""
        return self.state in (RefundState.FAILED, RefundState.CANCELED)


class Dispute(models.Model):
    """A customer's bank takes money back. ``status`` and ``reason`` are Stripe's own words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="disputes")
    stripe_dispute_id = models.CharField(max_length=120, unique=True)
    status = models.CharField(max_length=40)
    reason = models.CharField(max_length=60)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    due_by = models.DateTimeField(null=True, help_text="Until when evidence is taken.")
    opened_at = models.DateTimeField()
    read_at = models.DateTimeField(help_text="When it was last read from Stripe.")
    closed_at = models.DateTimeField(null=True)

    objects = ShopOwnedManager()

    def __str__(self) -> str:
        return f"{self.stripe_dispute_id}: {self.status}"


class StripeEvent(models.Model):
    """An event of Stripe that was met, once per account, and what became of it."""

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    event_id = models.CharField(max_length=120)
    type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(help_text="Stripe's clock, in whole seconds.")
    handled_at = models.DateTimeField(db_default=Now())
    by_sweep = models.BooleanField(
        default=False, help_text="No webhook brought it; we asked Stripe for what we had missed."
    )
    outcome = models.CharField(max_length=8, choices=EventOutcome.choices)
    detail = models.CharField(max_length=300, blank=True)
    order = models.ForeignKey(
        "orders.Order", null=True, on_delete=models.PROTECT, related_name="stripe_events"
    )

    objects = ShopOwnedManager()

    class Meta:
        db_table = "stripe_event_log"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "event_id"], name="stripe_event_log_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "-handled_at", "-id"], name="stripe_event_log_list"),
            models.Index(fields=["handled_at"], name="stripe_event_log_prune"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.type}: {self.outcome}"


class StripeSweep(models.Model):
    """How far Stripe's list of events has been read, per account."""

    connection = models.OneToOneField(
        "shops.Connection", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    read_until = models.DateTimeField(help_text="Stripe's clock: all events before were met.")
    swept_at = models.DateTimeField(null=True)
    missed = models.PositiveIntegerField(default=0, help_text="Events only the last sweep found.")

    def __str__(self) -> str:
        return f"{self.connection} until {self.read_until}"
