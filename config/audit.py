"""The audit page: who did what in the shop, when and why.

Here, in the top layer: ``foundation.audit`` stands below ``foundation.shops``, whose doors guard
every page.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfoNotFoundError

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from foundation.audit.api import Event, events_for_shop, presented
from foundation.audit.forms import AuditFilterForm
from foundation.audit.models import AuditEvent
from foundation.paging import page_of
from foundation.shops.api import ShopRequest, shop_page
from foundation.shops.models import Membership, Shop
from foundation.zones import moment_in

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


def audit_form(shop_id: UUID, said: Mapping[str, Any], *, who: str = "") -> AuditFilterForm:
    """Return the filters with what a shop has to choose from; ``who`` may have left it."""
    rows = Membership.objects.filter(shop_id=shop_id).select_related("user")
    people = sorted(((str(row.user_id), str(row.user)) for row in rows), key=lambda each: each[1])
    if who and who not in dict(people):
        people.append((who, who))
    kinds = sorted(((name, word) for name, (word, _, _) in OBJECTS.items()), key=lambda e: e[1])
    return AuditFilterForm(said, kinds=kinds, people=people)


def events_chosen(shop: Shop, form: AuditFilterForm) -> QuerySet[AuditEvent]:
    """Return a shop's events that the filters match; days are the shop's."""
    form.is_valid()
    said = form.cleaned_data
    since, until = said.get("since"), said.get("until")
    return events_for_shop(
        shop.pk,
        text=said.get("text") or "",
        actor_id=UUID(said["who"]) if said.get("who") else None,
        kind=said.get("kind") or "",
        since=since and _midnight(shop, since),
        until=until and _midnight(shop, until + dt.timedelta(days=1)),
    )


def _midnight(shop: Shop, day: dt.date) -> dt.datetime:
    try:
        return moment_in(shop.timezone, dt.datetime.combine(day, dt.time()))
    except (ZoneInfoNotFoundError, ValueError):
        return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)


@require_safe
@shop_page()
def audit_list(request: ShopRequest) -> HttpResponse:
    """List what was done in the shop, the latest first."""
    form = audit_form(request.shop.pk, request.GET)
    page = page_of(events_chosen(request.shop, form), request.GET)
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
            "params": form.params(),
        },
    )
