"""Ops' view of the inbox: look, and hand a message to its listeners again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from foundation.readonly_admin import ReadOnlyAdmin

from .models import InboxMessage
from .services import handle_again

SHOWN_BYTES = 20_000


@admin.register(InboxMessage)
class InboxMessageAdmin(ReadOnlyAdmin):
    """Read-only list and detail."""

    list_display = ("id", "source", "topic", "shop", "state", "received_at")
    list_filter = ("source", "state", "topic")
    search_fields = ("external_id",)
    list_select_related = ("shop",)
    actions = ("handle_selected_again",)
    fields = (
        "source",
        "topic",
        "shop",
        "connection_id",
        "external_id",
        "state",
        "reason",
        "received_at",
        "headers",
        "text",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxMessage]:
        """Leave the bodies in the database; a list of 100 may weigh 200 MB."""
        found: QuerySet[InboxMessage] = super().get_queryset(request)
        return found.defer("body")

    @admin.display(description="Body")
    def text(self, message: InboxMessage) -> str:
        """Show the beginning of the body."""
        body = bytes(message.body)
        rest = f"\n… {len(body) - SHOWN_BYTES} bytes more" if len(body) > SHOWN_BYTES else ""
        return body[:SHOWN_BYTES].decode(errors="replace") + rest

    @admin.action(description="Handle again", permissions=["view"])
    def handle_selected_again(self, request: HttpRequest, chosen: QuerySet[InboxMessage]) -> None:
        """Give the listeners of the chosen messages a new job each."""
        actor: Any = request.user
        jobs = handle_again(list(chosen.values_list("pk", flat=True)), actor_id=actor.pk)
        messages.success(request, f"{jobs} jobs are queued.")
