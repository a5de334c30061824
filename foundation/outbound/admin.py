"""Ops look at budgets and the exchange log; nobody edits them."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin

from .models import Budget, Exchange


@admin.register(Budget)
class BudgetAdmin(ReadOnlyAdmin):
    """Vendors' rate limits."""

    list_display = (
        "key",
        "available",
        "capacity",
        "restore_rate",
        "waits",
        "throttled",
        "last_throttled_at",
    )
    search_fields = ("key",)


@admin.register(Exchange)
class ExchangeAdmin(ReadOnlyAdmin):
    """Calls abroad."""

    list_display = (
        "at",
        "connection",
        "operation",
        "status",
        "failure",
        "milliseconds",
        "requested_cost",
        "actual_cost",
        "job_id",
    )
    list_filter = ("failure", "operation")
    list_select_related = ("connection",)
    search_fields = ("vendor_request_id", "request_id", "job_id")
