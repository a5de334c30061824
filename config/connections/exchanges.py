"""The log of calls abroad: what was asked, what came back, what it cost."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.outbound.api import recent_exchanges
from foundation.shops.api import ShopRequest, shop_page

PAGE = 50


@require_safe
@shop_page()
def exchange_list(request: ShopRequest) -> HttpResponse:
    """List a shop's exchanges, the latest first; ``?failed=1`` keeps those that failed."""
    failed = request.GET.get("failed") == "1"
    cursor = request.GET.get("before", "")
    before = int(cursor) if cursor.isdecimal() and len(cursor) <= 18 else None  # noqa: PLR2004 -- a bigint has 18 full digits
    rows = recent_exchanges(request.shop.pk, failed=failed, before=before, limit=PAGE + 1)
    return render(
        request,
        "connections/exchanges.html",
        {
            "title": "Exchanges",
            "lead": "Every call to an outside system: what it asked, what came back, how long it "
            "took, what it cost. Secrets and customers' data are not in it.",
            "rows": rows[:PAGE],
            "older": rows[PAGE - 1].id if len(rows) > PAGE else None,
            "failed": failed,
        },
    )
