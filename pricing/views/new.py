"""A new price job: choose variants, say the rule, see what it would do, have it planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from catalog_sync.api import (
    Facets,
    InvalidSelection,
    Selection,
    Totals,
    facets,
    totals,
    variants_matching,
)
from foundation.shops.api import Role, ShopRequest, shop_page
from pricing import services
from pricing.contracts import Price
from pricing.enums import JobKind
from pricing.forms.new import MOST_CHOSEN_BY_HAND, WAYS, NewJobForm
from pricing.models import PricingJob
from pricing.rules import Evaluation, Facts, Rule, evaluate, rule_words

SAMPLE = 12
# Shown while nothing is chosen yet.
EXAMPLE = Price(Decimal("29.95"), None)
FACET_FIELDS = ("vendor", "product_type", "tag")


@dataclass(frozen=True, slots=True)
class Sample:
    """A variant of the selection and what the rule would make of it; None without a rule."""

    variant: Any
    chosen: bool
    result: Evaluation | None

    @property
    def skip(self) -> str:
        """Why the rule leaves it alone; empty when it does not."""
        skip = self.result.skip if self.result else None
        return "" if skip is None else str(skip.label)


@dataclass(frozen=True, slots=True)
class Preview:
    """What the form as it stands would do."""

    selection: Selection
    totals: Totals
    facets: Facets | None
    samples: Sequence[Sample]
    unknown: Sequence[str]
    """SKUs that were pasted and are not in the catalogue."""
    understood: bool
    """False when a field of the choice is wrong; then nothing is counted."""
    example_before: Decimal
    example: Evaluation | None


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.EDITOR)
def new_job(request: ShopRequest) -> HttpResponse:
    """Show the form, preset from the address or from an earlier job; or create the job."""
    connections = list(request.shop.connections.all())
    initial = {} if request.method == "POST" else _preset(request)
    form = NewJobForm(
        request.POST if request.method == "POST" else None, connections=connections, initial=initial
    )
    valid = form.is_valid()
    preview = _preview(request, form)
    asked = request.method == "POST" and "show" not in request.POST
    if asked and valid and not preview.totals.variants:
        form.add_error(None, "Nothing in the catalogue matches. Choose other variants.")
        valid = False
    if asked and valid and form.selection is not None and form.rule is not None:
        job = services.plan_job(
            shop_id=request.shop.pk,
            connection_id=form.connection_id,
            name=form.cleaned_data["name"].strip() or _name_for(form.rule, request),
            selection=form.selection,
            rules=[form.rule],
            actor_id=request.user.pk,
        )
        messages.success(request, "The plan is being made. Nothing is written before you confirm.")
        return redirect("pricing:job", job_id=job.pk)
    context = {
        "title": "New price job",
        "lead": "Choose variants, say what becomes of their prices, and look at the plan. Nothing "
        "is written before you confirm it.",
        "crumbs": [("Price jobs", reverse("pricing:job_list"))],
        "connections": connections,
        "checked": asked,
        **_shown(form, preview),
    }
    return render(request, "pricing/new.html", context, status=422 if asked else 200)


@require_POST
@shop_page(Role.EDITOR)
def preview_job(request: ShopRequest) -> HttpResponse:
    """Return what the form as it stands would do; asked by htmx while somebody types."""
    form = NewJobForm(request.POST, connections=list(request.shop.connections.all()))
    form.is_valid()
    context = {**_shown(form, _preview(request, form)), "oob": True, "checked": True}
    return render(request, "pricing/new_preview.html", context)


def _shown(form: NewJobForm, preview: Preview) -> dict[str, Any]:
    return {
        "form": form,
        "preview": preview,
        "ways": WAYS,
        "way": form.way_now,
        "facet_fields": _facet_fields(form, preview.facets),
        "most": MOST_CHOSEN_BY_HAND,
        "product_ids": form.values("product_ids"),
    }


def _facet_fields(form: NewJobForm, found: Facets | None) -> list[tuple[Any, list[Any], str]]:
    """Return the fields that are lists of what the catalogue has, each with what is chosen."""
    if found is None:
        return []
    shown = []
    for name in FACET_FIELDS:
        values = list(getattr(found, name))
        chosen = str(form[name].value() or "")
        if chosen and chosen not in {each.value for each in values}:
            values.insert(0, {"value": chosen, "label": chosen, "variants": 0})
        shown.append((form[name], values, chosen))
    return shown


def _preview(request: ShopRequest, form: NewJobForm) -> Preview:
    shop_id, way = request.shop.pk, form.way_now
    selection = _understood(form)
    rows = variants_matching(shop_id, selection)
    searched = Selection(text=str(form["text"].value() or "")[:200])
    chosen = way == "chosen"
    variants = list(
        rows.select_related("product").order_by("product__vendor_id", "position", "vendor_id")[
            : MOST_CHOSEN_BY_HAND if chosen else SAMPLE
        ]
    )
    samples = [Sample(each, chosen=chosen, result=_evaluated(form.rule, each)) for each in variants]
    if chosen and searched.text:
        known = {each.pk for each in variants}
        found = variants_matching(shop_id, searched).exclude(pk__in=known)
        found = found.select_related("product").order_by("product__title", "position", "vendor_id")
        samples += [
            Sample(each, chosen=False, result=_evaluated(form.rule, each))
            for each in found[:SAMPLE]
        ]
    first = variants[0].price if variants else EXAMPLE.price
    return Preview(
        selection=selection,
        totals=totals(shop_id, selection),
        facets=facets(shop_id, selection) if way == "filter" else None,
        samples=samples,
        unknown=_unknown(shop_id, selection) if way == "skus" else (),
        understood=not form.is_bound or form.selection is not None,
        example_before=first,
        example=evaluate([form.rule], Facts(price=first), now=timezone.now())
        if form.rule
        else None,
    )


def _unknown(shop_id: UUID, selection: Selection) -> list[str]:
    """Return the SKUs nothing has; saying nothing of them would be taken for a price change."""
    rows = variants_matching(shop_id, Selection(skus=selection.skus)) if selection.skus else None
    known = {sku.upper() for sku in rows.values_list("sku", flat=True)} if rows is not None else ()
    return [sku for sku in selection.skus if sku.upper() not in known]


def _understood(form: NewJobForm) -> Selection:
    """Return the selection as far as it could be read; a form not sent yet shows its presets."""
    if form.is_bound:
        return form.selection or Selection()
    preset = {name: form.initial[name] for name in Selection.__slots__ if form.initial.get(name)}
    try:
        return Selection.from_query(
            {**preset, "skus": preset["skus"].split("\n")} if "skus" in preset else preset
        )
    except InvalidSelection:
        return Selection()


def _evaluated(rule: Rule | None, variant: Any) -> Evaluation | None:
    return (
        None
        if rule is None
        else evaluate(
            [rule], Facts(price=variant.price, compare_at=variant.compare_at), now=timezone.now()
        )
    )


def _name_for(rule: Rule, request: ShopRequest) -> str:
    return rule_words(rule, request.shop.currency)[:120]


def _preset(request: ShopRequest) -> dict[str, Any]:
    """Read presets: an earlier job (``copy=<id>``), or filters in the address."""
    preset = _copied(request, request.GET.get("copy", ""))
    if not preset:
        preset = _from_address(request.GET)
    preset.setdefault("action", "percent")
    preset.setdefault("step", "0.01")
    return preset


def _from_address(params: Any) -> dict[str, Any]:
    many = {"variant_ids", "product_ids", "skus"}
    query = {
        name: params.getlist(name) if name in many else params[name]
        for name in params
        if name in Selection.__slots__
    }
    try:
        return _as_initial(Selection.from_query(query).to_query())
    except InvalidSelection:
        return {}


def _copied(request: ShopRequest, job_id: str) -> dict[str, Any]:
    try:
        wanted = UUID(job_id)
    except ValueError:
        return {}
    rows = PricingJob.objects.for_shop(request.shop.pk).filter(kind=JobKind.MANUAL, pk=wanted)
    job = rows.first()
    if job is None:
        return {}
    return {**_as_initial(job.selection), "name": job.name, "connection": str(job.connection_id)}


def _as_initial(selection: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(selection)
    values["way"] = "filter"
    if values.get("skus"):
        values["way"], values["skus"] = "skus", "\n".join(values["skus"])
    elif values.get("variant_ids") or values.get("product_ids"):
        values["way"] = "chosen"
    return values
