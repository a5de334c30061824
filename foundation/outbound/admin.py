"""Ops look at budgets and the exchange log; nobody edits them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from .models import Budget, Exchange


class ReadOnlyAdmin(ModelAdmin):
    """Every row can be opened, none changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- Django's hook
        """Rows are written by calls."""
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 -- Django's hook
        obj: Any = None,  # noqa: ARG002 -- Django's hook
    ) -> bool:
        """Rows are records."""
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 -- Django's hook
        obj: Any = None,  # noqa: ARG002 -- Django's hook
    ) -> bool:
        """Rows go by policy."""
        return False


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
    # Counting millions of rows would cost more than the page.
    show_full_result_count = False
