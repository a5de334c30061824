"""Price locks: list, add to a variant, product, SKUs or a filter, remove."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from catalog_sync.api import Selection, totals, variants_matching
from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, onward, shop_page
from pricing import services
from pricing.forms.keeping import FilterLockForm, ReasonForm, SkuLockForm
from pricing.forms.kept_filters import LockFilterForm
from pricing.models import PriceLock
from pricing.presenting import selection_words
from pricing.queries import keeping
from pricing.services import Locked

from .keeping import crumbs

NAMED = 10
"""SKUs that were not found, named one by one."""


@dataclass(frozen=True, slots=True)
class LockRow:
    """A lock; of a filter with its words and what it matches now."""

    lock: PriceLock
    words: Sequence[tuple[str, str]]
    count: int | None

    @classmethod
    def of(cls, lock: PriceLock, count: int | None) -> Self:
        """Say what is locked."""
        return cls(lock, selection_words(lock.selection or {}), count)


@require_safe
@shop_page()
def locks(request: ShopRequest) -> HttpResponse:
    """List the shop's locks, the latest first."""
    return _page(request)


def _page(request: ShopRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    shop_id = request.shop.pk
    form = LockFilterForm(request.GET)
    found = keeping.locks_matching(shop_id, form.chosen())
    page = page_of(found, request.GET, order=("-locked_at", "-id"))
    counts = keeping.matching_counts(shop_id, [each.selection for each in page.items])
    editor = request.role.may(Role.EDITOR)
    context = {
        "title": "Price locks",
        "lead": "Prices that nothing here writes: no job, no scheduled end, no way back. They can "
        "still be changed in Shopify.",
        "crumbs": crumbs(),
        "filters": form,
        "page": page,
        "rows": [LockRow.of(*pair) for pair in zip(page.items, counts, strict=True)],
        "may_edit": editor,
        "total": found.count() if editor and form.is_narrowed and page.items else None,
        "bulk": {**form.said(), "matching": "1"},
        "sku_form": SkuLockForm(),
        "filter_form": FilterLockForm(saved=_saved(request)) if editor else None,
        **forms,
    }
    return render(request, "pricing/kept/locks.html", context, status=status)


def _saved(request: ShopRequest) -> dict[UUID, tuple[str, Any]]:
    rows = keeping.saved_filters(request.shop.pk).order_by("name", "id")
    return {
        pk: (name, selection) for pk, name, selection in rows.values_list("pk", "name", "selection")
    }


@require_POST
@shop_page(Role.EDITOR)
def lock_add(request: ShopRequest) -> HttpResponse:
    """Lock what was posted: a variant, a product, SKUs, or what a filter matches."""
    if request.POST.get("variant_id") or request.POST.get("product_id"):
        return _lock_one(request)
    if "skus" in request.POST:
        return _lock_skus(request)
    return _lock_filter(request)


def _lock_one(request: ShopRequest) -> HttpResponse:
    variant_id, product_id = _id(request, "variant_id"), _id(request, "product_id")
    named = Selection(
        variant_ids=(variant_id,) if variant_id else (),
        product_ids=(product_id,) if product_id and not variant_id else (),
    )
    if not variants_matching(request.shop.pk, named).exists():
        raise Http404
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Not locked. {form.errors['reason'][0]}")
        return onward(request, "pricing:locks")
    common: dict[str, Any] = {
        "shop_id": request.shop.pk,
        "reason": form.cleaned_data["reason"],
        "actor_id": request.user.pk,
    }
    if variant_id:
        made = services.lock_variants(variant_ids=[variant_id], **common)
        _say(request, made, "The price is locked.", "The price was locked already.")
    elif product_id:
        made = services.lock_product(product_id=product_id, **common)
        _say(request, made, "All prices of the product are locked.", "It was locked already.")
    return onward(request, "pricing:locks")


def _lock_skus(request: ShopRequest) -> HttpResponse:
    form = SkuLockForm(request.POST)
    if not form.is_valid():
        return _page(request, sku_form=form, status=422)
    skus = form.cleaned_data["skus"]
    found = dict(variants_matching(request.shop.pk, Selection(skus=skus)).values_list("pk", "sku"))
    known = {sku.upper() for sku in found.values()}
    unknown = [sku for sku in skus if sku.upper() not in known]
    if not found:
        form.add_error("skus", "No variant of the catalogue has one of these SKUs.")
        return _page(request, sku_form=form, status=422)
    made = services.lock_variants(
        shop_id=request.shop.pk,
        variant_ids=list(found),
        reason=form.cleaned_data["reason"],
        actor_id=request.user.pk,
    )
    _say(request, made, _counted(made), "All of these were locked already.")
    if unknown:
        more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
        messages.warning(
            request, f"Not in the catalogue, so not locked: {', '.join(unknown[:NAMED])}{more}."
        )
    return onward(request, "pricing:locks")


def _counted(made: Locked) -> str:
    prices = "1 price is" if made.added == 1 else f"{made.added:,} prices are"
    already = f" {made.already:,} had been before." if made.already else ""
    return f"{prices} locked.{already}"


def _lock_filter(request: ShopRequest) -> HttpResponse:
    form = FilterLockForm(request.POST, saved=_saved(request))
    if not form.is_valid():
        return _page(request, filter_form=form, status=422)
    if not form.cleaned_data["sure"]:
        matched = totals(request.shop.pk, form.selection).variants
        whole = totals(request.shop.pk, Selection(all=True)).variants
        if form.selection.all or (whole and matched == whole):
            context = {"filter_form": form, "ask": True, "matched": matched}
            return _page(request, status=422, **context)
    made = services.lock_filter(
        shop_id=request.shop.pk,
        selection=form.selection,
        reason=form.cleaned_data["reason"],
        actor_id=request.user.pk,
    )
    _say(
        request,
        made,
        "Locked: whatever the filter matches, now and later.",
        "The same filter is locked already.",
    )
    return onward(request, "pricing:locks")


@require_POST
@shop_page(Role.EDITOR)
def lock_remove(request: ShopRequest) -> HttpResponse:
    """Remove locks: named ones, that of a variant or product, or all that a filter matches."""
    removed = services.unlock(
        shop_id=request.shop.pk, lock_ids=_named(request), actor_id=request.user.pk
    )
    if removed:
        said = "The lock is" if removed == 1 else f"{removed:,} locks are"
        messages.success(request, f"{said} removed: jobs may write the price again.")
    else:
        messages.info(request, "Nothing was removed: the lock was not there any more.")
    return onward(request, "pricing:locks")


def _named(request: ShopRequest) -> list[UUID]:
    rows: QuerySet[PriceLock] = PriceLock.objects.for_shop(request.shop.pk)
    variant_id, product_id = _id(request, "variant_id"), _id(request, "product_id")
    if variant_id:
        rows = rows.filter(variant_id=variant_id)
    elif product_id:
        rows = rows.filter(product_id=product_id)
    elif request.POST.get("matching"):
        chosen = LockFilterForm(request.POST).chosen()
        rows = keeping.locks_matching(request.shop.pk, chosen)
    else:
        rows = rows.filter(pk__in=[_uuid(each) for each in request.POST.getlist("lock")])
    return list(rows.values_list("pk", flat=True))


def _id(request: ShopRequest, name: str) -> UUID | None:
    text = request.POST.get(name, "")
    return _uuid(text) if text else None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _say(request: ShopRequest, made: Locked, said: str, already: str) -> None:
    if made.added:
        messages.success(request, said)
    else:
        messages.info(request, already)
