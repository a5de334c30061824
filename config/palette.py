"""The command palette: pages by their names, jobs by their number."""

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from unfold.dataclasses import SearchResult

from config.frame import entries_for
from foundation.shops.api import ShopRequest, shop_page

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 20


@shop_page()
def palette(request: ShopRequest) -> HttpResponse:
    """Answer what the person typed with places to go to; no database query."""
    text = request.GET.get("s", "").strip().lower()[:80]
    if not text:
        return HttpResponse()
    results = list(_places(request, text))[:MOST]
    paginator = Paginator(results, MOST)
    return render(
        request,
        "unfold/helpers/command_results.html",
        {
            "results": paginator.page(1),
            "page_obj": paginator,
            "page_counter": 0,
            "execution_time": 0,
            "command_show_history": True,
        },
    )


def _places(request: ShopRequest, text: str) -> "Iterator[SearchResult]":
    if text.lstrip("#").isdigit():
        number = int(text.lstrip("#"))
        try:
            link = reverse("work:job", args=[number])
        except NoReverseMatch:
            pass
        else:
            yield SearchResult(f"Job {number}", "Operations", link, "bolt")
    for group, entries in entries_for(request.user):
        for entry, url in entries:
            if text in f"{entry.title} {entry.words} {group}".lower():
                yield SearchResult(entry.title, group or "Home", url, entry.icon)
    for query, title, icon in (
        ("pricing:job_list", "Search price jobs for", "sell"),
        ("campaigns:list", "Search campaigns for", "campaign"),
        ("orders:list", "Search orders for", "receipt_long"),
        ("catalog:product_list", "Search the catalogue for", "inventory_2"),
    ):
        try:
            link = reverse(query)
        except NoReverseMatch:
            continue
        yield SearchResult(f"{title} “{text}”", "Search", f"{link}?q={text}", icon)
