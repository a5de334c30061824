"""A table of rates from a file: first what it would change, then, confirmed, the change."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from foundation.shops.api import ShopRequest, shop_page
from orders.assortment.rates import Change, change_table, difference
from orders.assortment.tables import Table
from orders.contracts import Refused
from orders.forms.rate_lists import MOST_BYTES, RateListForm, ReadList, read_list, written
from orders.presenting.tables import ChangeRow

from .rates import EDITS, table_or_404
from .setup import UNPROCESSABLE, no_print_shop, set_up_or_none

SHOWN_CHANGES: Final = 200
TOO_LARGE: Final = 413


@csrf_exempt  # checked below, once the body is known to be of a size that may be read
@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(EDITS)
def rate_import(request: ShopRequest, kind: str) -> HttpResponseBase:
    """Take a file of the table: first what it would change, then, confirmed, the change."""
    table_or_404(kind)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and (not length.isdigit() or int(length) > 4 * MOST_BYTES):
        form = RateListForm({})
        form.add_error("file", f"It is larger than {MOST_BYTES // 1024} KB. Is it the right one?")
        answer: HttpResponseBase = _import_page(request, kind, form, status=TOO_LARGE)
        # Nobody reads the rest of the body.
        answer["Connection"] = "close"
        return answer
    taken: HttpResponseBase = _take_in(request, kind)
    return taken


@csrf_protect
def _take_in(request: ShopRequest, kind: str) -> HttpResponse:
    table = table_or_404(kind)
    if set_up_or_none(request) is None:
        return no_print_shop(request, table.title)
    if request.method != "POST":
        return _import_page(request, kind, RateListForm())
    form = RateListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _import_page(request, kind, form, status=UNPROCESSABLE)
    content = io.BytesIO(form.cleaned_data["content"])
    found = read_list(content, table, currency=request.shop.currency)
    if found.problems:
        return _import_page(request, kind, form, status=UNPROCESSABLE, found=found)
    now = table.lines(request.shop.pk)
    changes = difference(now, found.lines, whole=form.cleaned_data["whole"])
    seen = _fingerprint(changes)
    if form.cleaned_data["seen"] == seen and changes:
        return _apply(request, kind, table, changes)
    stale = bool(form.cleaned_data["seen"])
    return _import_page(
        request,
        kind,
        form,
        found=found,
        dry_run={
            "changes": [
                ChangeRow.of(table, each, request.shop.currency) for each in changes[:SHOWN_CHANGES]
            ],
            "more": max(0, len(changes) - SHOWN_CHANGES),
            "new": sum(each.before is None for each in changes),
            "changed": sum(None not in (each.before, each.after) for each in changes),
            "gone": sum(each.after is None for each in changes),
            "same": len(found.lines) - sum(each.after is not None for each in changes),
            "count": len(changes),
            "stale": stale,
            "carried": {
                "text": written(found.lines, table),
                "seen": seen,
                **({"whole": "on"} if form.cleaned_data["whole"] else {}),
            },
        },
    )


def _apply(
    request: ShopRequest, kind: str, table: Table, changes: Sequence[Change]
) -> HttpResponse:
    try:
        done = change_table(
            shop_id=request.shop.pk,
            table=table,
            changes=changes,
            verb="imported",
            actor_id=request.user.pk,
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("print_tables:import", kind=kind)
    count = len(done.done)
    rows = "1 row is" if count == 1 else f"{count:,} rows are"
    messages.success(request, f"{rows} as in the file. It can be taken back under Latest changes.")
    if done.left:
        messages.warning(request, f"{len(done.left):,} were changed meanwhile and left.")
    return redirect(f"print_tables:{kind}")


def _fingerprint(changes: Sequence[Change]) -> str:
    told = hashlib.sha256()
    for change in changes:
        told.update(repr((_sorted(change.before), _sorted(change.after))).encode())
    return told.hexdigest()


def _sorted(line: Mapping[str, str] | None) -> list[tuple[str, str]] | None:
    return None if line is None else sorted(line.items())


def _import_page(  # noqa: PLR0913 -- what the page shows
    request: ShopRequest,
    kind: str,
    form: RateListForm,
    *,
    status: int = 200,
    found: ReadList | None = None,
    dry_run: dict[str, Any] | None = None,
) -> HttpResponse:
    table = table_or_404(kind)
    context = {
        "title": "Import a file",
        "crumbs": [(table.title, reverse(f"print_tables:{kind}"))],
        "kind": kind,
        "table": table,
        "form": form,
        "problems": found.problems if found else (),
        "more_problems": found.more_problems if found else 0,
        "dry_run": dry_run,
        "most_kb": MOST_BYTES // 1024,
    }
    return render(request, "orders/setup/import.html", context, status=status)
