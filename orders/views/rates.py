"""The tables of shipping and taxes: rows, taking changes back, what an order would cost."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page
from foundation.zones import local_in
from orders.assortment.gaps import TableRows, rows_of, shipping_gaps, tax_gaps
from orders.assortment.rates import (
    Change,
    Changed,
    change_table,
    latest_changes,
    undo,
)
from orders.assortment.tables import TABLES, Table
from orders.assortment.trial import try_order
from orders.contracts import Refused
from orders.forms.rates import FORMS, TrialForm
from orders.models import PrintShop
from orders.presenting.tables import EventRow

from .setup import UNPROCESSABLE, no_print_shop, set_up_or_none

EDITS: Final = Role.APPROVER
PAGE: Final = 200
LEADS: Final = {
    "shipping": "What sending a parcel somewhere costs. Of one method the province's row counts "
    "before the country's.",
    "taxes": "What is added to goods and shipping, by where the order goes. The newest row of a "
    "name that has begun counts.",
}


def table_or_404(kind: str) -> Table:
    """Return a table by the word in its address."""
    if kind not in TABLES:
        raise Http404
    return TABLES[kind]


@require_safe
@shop_page()
def rates(request: ShopRequest, kind: str) -> HttpResponse:
    """Show one of the tables, what lacks in it, its latest changes, and what an order costs."""
    table = table_or_404(kind)
    print_shop = set_up_or_none(request)
    if print_shop is None:
        return no_print_shop(request, table.title)
    rows = rows_of(request.shop.pk)
    found: Any = table.model.objects.for_shop(request.shop.pk)
    page = page_of(found, request.GET, order=(*table.key, "id"), size=PAGE)
    events = latest_changes(request.shop.pk, table)
    context = {
        "title": table.title,
        "lead": LEADS[kind],
        "kind": kind,
        "page": page,
        "rows": page.items,
        "gaps": _gaps(request, kind, print_shop, rows),
        "events": [EventRow.of(table, each, request.shop.currency) for each in events],
        "may_edit": request.role.may(EDITS),
        **_trial(request, print_shop, rows),
    }
    return render(request, "orders/setup/rates.html", context)


def _gaps(request: ShopRequest, kind: str, print_shop: PrintShop, rows: TableRows) -> list[Any]:
    if kind == "shipping":
        return list(shipping_gaps(print_shop.ships_to, rows))
    return list(tax_gaps(print_shop.ships_to, rows, day=_today(request)))


def _today(request: ShopRequest) -> Any:
    return local_in(request.shop.timezone, timezone.now()).date()


@require_safe
@shop_page()
def trial(request: ShopRequest) -> HttpResponse:
    """Say what an order to some place would cost; htmx asks for the answer only."""
    print_shop = set_up_or_none(request)
    if print_shop is None:
        return no_print_shop(request, "What would an order cost?")
    context = {
        "title": "What would an order cost?",
        **_trial(request, print_shop, rows_of(request.shop.pk)),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "orders/setup/trial_answer.html" if fragment else "orders/setup/trial.html"
    return render(request, name, context)


def _trial(request: ShopRequest, print_shop: PrintShop, rows: TableRows) -> dict[str, Any]:
    asked = "size" in request.GET
    form = TrialForm(
        request.GET if asked else None, sizes=rows.sizes, countries=sorted(print_shop.ships_to)
    )
    found: dict[str, Any] = {"trial_form": form, "asked": asked and form.is_valid(), "trials": ()}
    if found["asked"]:
        place = {name: form.cleaned_data[name] for name in ("quantity", "country", "province")}
        found["trials"] = try_order(
            size=form.chosen_size, day=_today(request), currency=request.shop.currency, **place
        )
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(EDITS)
def rate_new(request: ShopRequest, kind: str) -> HttpResponse:
    """Add a row."""
    return _row_page(request, kind, None)


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(EDITS)
def rate(request: ShopRequest, kind: str, rate_id: UUID) -> HttpResponse:
    """Change a row; another place or name makes it another row."""
    return _row_page(request, kind, _row_or_404(request, table_or_404(kind), rate_id))


def _row_or_404(request: ShopRequest, table: Table, rate_id: UUID) -> Any:
    row = table.model.objects.for_shop(request.shop.pk).filter(pk=rate_id).first()
    if row is None:
        raise Http404
    return row


def _row_page(request: ShopRequest, kind: str, row: Any) -> HttpResponse:
    table = table_or_404(kind)
    if set_up_or_none(request) is None:
        return no_print_shop(request, table.title)
    form_class = FORMS[table.name]
    initial = form_class.data_of(table.line_of(row)) if row else {"country": "CA"}
    posted = request.POST if request.method == "POST" else None
    form = form_class(posted, initial=initial, currency=request.shop.currency)
    if posted is not None and form.is_valid():
        changes = _changes(table, row, form.line)
        try:
            done = change_table(
                shop_id=request.shop.pk,
                table=table,
                changes=changes,
                verb="changed" if row else "added",
                actor_id=request.user.pk,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            if not done.left:
                messages.success(request, "Saved. Orders that are not paid yet are priced by it.")
                return redirect(f"print_tables:{kind}")
            form.add_error(None, _not_saved(table, done))
    context = {
        "title": f"Change {table.words_of(table.line_of(row))}" if row else "Add a row",
        "crumbs": [(table.title, reverse(f"print_tables:{kind}"))],
        "kind": kind,
        "form": form,
        "row": row,
        "gone_words": table.words_of(table.line_of(row)) if row else "",
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "orders/setup/rate.html", context, status=status)


def _changes(table: Table, row: Any, line: dict[str, str]) -> list[Change]:
    if row is None:
        return [Change(None, line)]
    before = table.line_of(row)
    if before == line:
        return []
    if table.key_of(before) == table.key_of(line):
        return [Change(before, line)]
    # First the new one: where there is one of that name already, the old one stays, too.
    return [Change(None, line), Change(before, None)]


def _not_saved(table: Table, done: Changed) -> str:
    line = done.left[0].line
    if done.left[0].before is None:
        return f"There is a row for {table.words_of(line)} already. Change that one."
    return f"Somebody has changed {table.words_of(line)} meanwhile. Open it again."


@require_POST
@shop_page(EDITS)
def rate_delete(request: ShopRequest, kind: str, rate_id: UUID) -> HttpResponse:
    """Delete a row; it can be taken back."""
    table = table_or_404(kind)
    line = table.line_of(_row_or_404(request, table, rate_id))
    change_table(
        shop_id=request.shop.pk,
        table=table,
        changes=[Change(line, None)],
        verb="deleted",
        actor_id=request.user.pk,
    )
    messages.success(
        request, f"{table.words_of(line)} is deleted. Take it back under “Latest changes”."
    )
    return redirect(f"print_tables:{kind}")


@require_POST
@shop_page(EDITS)
def rate_undo(request: ShopRequest, kind: str, event_id: int) -> HttpResponse:
    """Take one of the latest changes back, row by row."""
    table = table_or_404(kind)
    try:
        done = undo(
            shop_id=request.shop.pk, table=table, event_id=event_id, actor_id=request.user.pk
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(f"print_tables:{kind}")
    if done.done:
        count = len(done.done)
        rows = "1 row is" if count == 1 else f"{count:,} rows are"
        messages.success(request, f"Taken back: {rows} as before.")
    if done.left:
        named = ", ".join(table.words_of(each.line) for each in done.left[:3])
        more = f" and {len(done.left) - 3:,} more" if len(done.left) > 3 else ""  # noqa: PLR2004
        messages.warning(request, f"Changed since, so left as it is: {named}{more}.")
    return redirect(f"print_tables:{kind}")
