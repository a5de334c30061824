"""Rule sets and saved filters: list, save, rename, delete."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from foundation.currencies import digits_of
from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, onward, shop_page
from pricing import services
from pricing.forms.keeping import RenameForm, RuleSetForm, SavedFilterForm
from pricing.models import RuleSet, SavedFilter
from pricing.presenting import selection_words
from pricing.queries import keeping
from pricing.rules import RuleErrors, read_rules, rules_words
from pricing.services import Refused

PAGE = 25
HTTP_CONFLICT = 409
CRUMBS = (("Price jobs", "pricing:job_list"),)


def crumbs() -> list[tuple[str, str]]:
    """Return where the pages of what is kept hang."""
    return [(label, reverse(name)) for label, name in CRUMBS]


@dataclass(frozen=True, slots=True)
class RuleSetRow:
    """A rule set in words; none for one that no running code understands."""

    kept: RuleSet
    words: Sequence[str]

    @classmethod
    def of(cls, kept: RuleSet, currency: str) -> Self:
        """Say the rules."""
        try:
            return cls(kept, rules_words(read_rules(kept.rules), currency))
        except RuleErrors:
            return cls(kept, ())


@dataclass(frozen=True, slots=True)
class FilterRow:
    """A saved filter in words, and what it matches now."""

    kept: SavedFilter
    words: Sequence[tuple[str, str]]
    count: int | None

    @classmethod
    def of(cls, kept: SavedFilter, count: int | None) -> Self:
        """Say the filter."""
        return cls(kept, selection_words(kept.selection), count)


@require_safe
@shop_page()
def rule_sets(request: ShopRequest) -> HttpResponse:
    """List the shop's rule sets by name."""
    return _rule_sets(request)


def _rule_sets(
    request: ShopRequest, *, form: RuleSetForm | None = None, status: int = 200
) -> HttpResponse:
    rows = keeping.rule_sets(request.shop.pk)
    page = page_of(rows, request.GET, order=("name", "id"), size=PAGE)
    context = {
        "title": "Rule sets",
        "lead": "Rules under a name, to begin a price job with. A job keeps its own copy.",
        "crumbs": crumbs(),
        "page": page,
        "rows": [RuleSetRow.of(each, request.shop.currency) for each in page.items],
        "may_edit": request.role.may(Role.EDITOR),
        "form": form,
        "unsaved": rules_words(form.read, request.shop.currency) if form else (),
        "taken": status == HTTP_CONFLICT,
    }
    return render(request, "pricing/kept/rule_sets.html", context, status=status)


@require_POST
@shop_page(Role.EDITOR)
def rule_set_save(request: ShopRequest) -> HttpResponse:
    """Keep posted rules under a name; a name that is taken is asked about, nothing is lost."""
    form = RuleSetForm(request.POST, digits=digits_of(request.shop.currency))
    if not form.is_valid():
        return _not_saved(request, form, status=422)
    try:
        kept = services.save_rule_set(
            shop_id=request.shop.pk,
            name=form.cleaned_data["name"],
            rules=form.read,
            actor_id=request.user.pk,
            replace=form.cleaned_data["replace"],
        )
    except Refused as refused:
        form.add_error("name", refused.message)
        status = HTTP_CONFLICT if refused.code == "name_taken" else 422
        return _not_saved(request, form, status=status)
    said = f"The rules are saved as “{kept.name}”."
    if request.headers.get("HX-Request"):
        return render(request, "pricing/kept/rule_set_saved.html", {"said": said, "kept": kept})
    messages.success(request, said)
    return onward(request, "pricing:rule_sets")


def _not_saved(request: ShopRequest, form: RuleSetForm, *, status: int) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # Of another status htmx would not show it.
        context = {"form": form, "taken": status == HTTP_CONFLICT}
        return render(request, "pricing/kept/rule_set_saved.html", context)
    return _rule_sets(request, form=form, status=status)


@require_POST
@shop_page(Role.EDITOR)
def rule_set_rename(request: ShopRequest, rule_set_id: UUID) -> HttpResponse:
    """Give a rule set another name."""
    kept = _one(RuleSet, request, rule_set_id)
    form = RenameForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Not renamed. {form.errors['name'][0]}")
        return redirect("pricing:rule_sets")
    try:
        services.rename_rule_set(
            rule_set=kept, name=form.cleaned_data["name"], actor_id=request.user.pk
        )
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"“{kept.name}” is now “{form.cleaned_data['name']}”.")
    return redirect("pricing:rule_sets")


@require_POST
@shop_page(Role.EDITOR)
def rule_set_delete(request: ShopRequest, rule_set_id: UUID) -> HttpResponse:
    """Forget a rule set."""
    kept = _one(RuleSet, request, rule_set_id)
    services.delete_rule_set(rule_set=kept, actor_id=request.user.pk)
    messages.success(request, f"“{kept.name}” is deleted. Jobs made with it keep their rules.")
    return redirect("pricing:rule_sets")


@require_safe
@shop_page()
def filters(request: ShopRequest) -> HttpResponse:
    """List the shop's saved filters by name, with what each matches now."""
    return _filters(request, SavedFilterForm())


def _filters(request: ShopRequest, form: SavedFilterForm, *, status: int = 200) -> HttpResponse:
    rows = keeping.saved_filters(request.shop.pk)
    page = page_of(rows, request.GET, order=("name", "id"), size=PAGE)
    counts = keeping.matching_counts(request.shop.pk, [each.selection for each in page.items])
    context = {
        "title": "Saved filters",
        "lead": "A choice of variants under a name. What it matches follows the catalogue.",
        "crumbs": crumbs(),
        "page": page,
        "rows": [FilterRow.of(*pair) for pair in zip(page.items, counts, strict=True)],
        "may_edit": request.role.may(Role.EDITOR),
        "form": form,
        "taken": status == HTTP_CONFLICT,
    }
    return render(request, "pricing/kept/filters.html", context, status=status)


@require_POST
@shop_page(Role.EDITOR)
def filter_save(request: ShopRequest) -> HttpResponse:
    """Keep the posted filter under a name."""
    form = SavedFilterForm(request.POST)
    if not form.is_valid():
        return _filters(request, form, status=422)
    try:
        kept = services.save_filter(
            shop_id=request.shop.pk,
            name=form.cleaned_data["name"],
            selection=form.selection,
            actor_id=request.user.pk,
            replace=form.cleaned_data["replace"],
        )
    except Refused as refused:
        taken = refused.code == "name_taken"
        form.add_error("name" if taken else "text", refused.message)
        return _filters(request, form, status=HTTP_CONFLICT if taken else 422)
    messages.success(request, f"The filter is saved as “{kept.name}”.")
    return onward(request, "pricing:filters")


@require_POST
@shop_page(Role.EDITOR)
def filter_delete(request: ShopRequest, filter_id: UUID) -> HttpResponse:
    """Forget a saved filter."""
    kept = _one(SavedFilter, request, filter_id)
    services.delete_filter(saved=kept, actor_id=request.user.pk)
    messages.success(request, f"“{kept.name}” is deleted. Jobs and locks made with it stay.")
    return redirect("pricing:filters")


def _one(kind: Any, request: ShopRequest, pk: UUID) -> Any:
    found = kind.objects.for_shop(request.shop.pk).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
