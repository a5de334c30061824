"""Admin pages for looking: what changes a row is a verb with its audit event, never a form."""

from typing import Any

from unfold.admin import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """Every row can be found and opened, none added, changed or deleted."""

    # Counting millions of rows would cost more than the page.
    show_full_result_count = False

    def has_add_permission(self, request: Any) -> bool:
        """Rows are written by services."""
        del request
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        """Rows are changed by services."""
        del request, obj
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        """Rows go by policy."""
        del request, obj
        return False
