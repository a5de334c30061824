"""The audit page: who did what in the shop, when and why.

Here, in the top layer: ``foundation.audit`` stands below ``foundation.shops``, whose doors guard
every page.
"""

import json

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.audit.api import events_for_shop, presented
from foundation.audit.forms import AuditFilterForm
from foundation.paging import page_of
from foundation.shops.api import ShopRequest, shop_page


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
    rows = [
        (event, json.dumps(event.details, ensure_ascii=False) if event.details else "")
        for event in presented(page.items)
    ]
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
