"""Ops look at money; nobody edits it: what changes it is a verb, and Stripe is the truth."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin
from orders.models import Dispute, PaymentAttempt, Refund, StripeEvent, StripeSweep


@admin.register(PaymentAttempt)
class PaymentAttemptAdmin(ReadOnlyAdmin):
    list_display = (
        *("order", "number", "shop", "state", "settles", "amount", "currency", "received"),
        *("created_at", "paid_at"),
    )
    list_filter = ("shop", "state", "settles")
    list_select_related = ("order", "shop")
    search_fields = ("stripe_checkout_session_id", "payment_intent", "charge", "order__email")


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "amount", "currency", "state", "cause", "created_at", "ended_at")
    list_filter = ("shop", "state", "cause")
    list_select_related = ("shop",)
    search_fields = ("stripe_refund_id", "attempt__payment_intent")


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    list_display = (
        *("stripe_dispute_id", "shop", "status", "reason", "amount", "currency", "due_by"),
        "closed_at",
    )
    list_filter = ("shop", "status")
    list_select_related = ("shop",)
    search_fields = ("stripe_dispute_id", "attempt__payment_intent")


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnlyAdmin):
    list_display = (
        *("event_id", "type", "shop", "outcome", "order", "by_sweep", "created_at", "handled_at"),
    )
    list_filter = ("shop", "outcome", "by_sweep", "type")
    list_select_related = ("shop", "order")
    search_fields = ("event_id", "object_id")


@admin.register(StripeSweep)
class StripeSweepAdmin(ReadOnlyAdmin):
    list_display = ("connection", "read_until", "swept_at", "missed")
    list_select_related = ("connection",)
