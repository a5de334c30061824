"""The audit page: who did what in the shop, when and why.

Here, in the top layer: ``foundation.audit`` stands below ``foundation.shops``, whose doors guard
every page.
"""

import json
from dataclasses import dataclass
from typing import Self

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from foundation.audit.api import Event, events_for_shop, presented
from foundation.audit.forms import AuditFilterForm
from foundation.paging import page_of
from foundation.shops.api import ShopRequest, shop_page

# What the record calls a thing: its word, and its page with the name of the page's argument.
OBJECTS = {
    "alert": ("Alert", "alerts:list", ""),
    "approval_policy": ("Approval", "pricing:approval", ""),
    "connection": ("Connection", "connections:detail", "connection_id"),
    "export": ("Export", "exports:list", ""),
    "inbox_message": ("Webhook", "", ""),
    "installation": ("Installation", "", ""),
    "job": ("Job", "work:job", "job_id"),
    "mail": ("Mail", "mails:detail", "mail_id"),
    "price_list": ("Price list", "pricing:file", "file_id"),
    "price_lock": ("Price lock", "pricing:locks", ""),
    "pricing_job": ("Price job", "pricing:job", "job_id"),
    "rule_set": ("Rule set", "pricing:rule_sets", ""),
    "saved_filter": ("Saved filter", "pricing:filters", ""),
    "shop": ("Shop", "", ""),
    "user": ("Person", "", ""),
}


# A state that a price job came to, as the deed it was.
DEEDS = {
    "pricing.job.created": "Price job asked for",
    "pricing.job.planned": "Price job planned",
    "pricing.job.running": "Price job confirmed",
    "pricing.job.completed": "Price job completed",
    "pricing.job.failed": "Price job failed",
    "pricing.job.cancelling": "Price job told to stop",
    "pricing.job.cancelled": "Price job stopped",
    "pricing.job.expired": "Plan expired",
}


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A line of the page: ``url`` leads to the object, if it has a page."""

    event: Event
    words: str
    details: str
    thing: str
    url: str

    @classmethod
    def of(cls, event: Event) -> Self:
        """Put an event into words."""
        thing, page, argument = OBJECTS.get(event.object_type, (event.object_type, "", ""))
        url = ""
        if page:
            try:
                url = reverse(page, kwargs={argument: event.object_id} if argument else None)
            except NoReverseMatch:
                # An id of another kind, of an older version: the line stays without a link.
                url = ""
        details = json.dumps(event.details, ensure_ascii=False) if event.details else ""
        return cls(event, DEEDS.get(event.verb, event.words), details, thing, url)


@require_safe
@shop_page()
def audit_list(request: ShopRequest) -> HttpResponse:
    """List what was done in the shop, the latest first."""
    form = AuditFilterForm(request.GET)
    form.is_valid()
    chosen = form.cleaned_data
    events = events_for_shop(
        request.shop.pk, text=chosen.get("text") or "", actor_id=chosen.get("who")
    )
    page = page_of(events, request.GET)
    rows = [AuditRow.of(event) for event in presented(page.items)]
    return render(
        request,
        "audit/audit_list.html",
        {
            "title": "Audit",
            "lead": "Who did what, when and why. Nothing here can be changed or deleted, "
            "not by us either: the database refuses.",
            "page": page,
            "rows": rows,
            "filters": form,
        },
    )
