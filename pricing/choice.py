"""What a form of choosing means: counted, put into words, and what its page shows of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from catalog_sync.api import Facets, Selection, Totals, facets, location_names

from .forms.choosing import MOST_CHOSEN_BY_HAND, ChoiceForm
from .forms.rules import as_plain, plain_rules, readable
from .forms.taking_over import TakenOver
from .models import RuleSet, SavedFilter
from .planning.manual import chosen_variants
from .queries.choosing import (
    FIRST_SHOWN,
    MOST_SHOWN,
    Picker,
    picker,
    totals_of,
    unknown_skus,
)
from .rules import Rule, rules_words

FACET_FIELDS = ("vendor", "product_type", "tag")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the form as it stands means."""

    totals: Totals
    facets: Facets
    unknown: Sequence[str]
    """SKUs that were pasted and are not in the catalogue."""
    understood: bool
    """False when a field of the choice is wrong; then nothing is counted."""
    nothing_said: bool
    words: Sequence[str | None]
    """Each rule as a sentence; None for one that cannot be meant."""
    locations: Mapping[int, str]
    picker: Picker | None


def variants_of(shop_id: UUID, form: ChoiceForm) -> QuerySet[Any]:
    """Return the variants that the form means, as a query; none while it cannot be understood."""
    return chosen_variants(
        shop_id,
        form.selection or Selection(),
        connection_id=form.connection_id if form.selection is not None else None,
        price_file_id=form.file_id if form.selection is not None else None,
    )


def choice_of(shop: Any, form: ChoiceForm) -> Choice:
    """Count the form's choice and say its rules. A constant number of queries for each way."""
    shop_id, selection = shop.pk, form.selection or Selection()
    counted_by = selection if form.way_now == "skus" else form.narrow or Selection()
    places = location_names(shop_id)
    return Choice(
        totals=totals_of(variants_of(shop_id, form)),
        facets=facets(shop_id, counted_by),
        unknown=unknown_skus(shop_id, selection.skus) if selection.skus else (),
        understood=form.selection is not None,
        nothing_said=selection.is_empty and form.file_id is None,
        words=words_of(readable(form.document, currency=shop.currency), shop.currency, places),
        locations=places,
        picker=_picker(shop_id, form) if form.way_now == "chosen" else None,
    )


def words_of(
    rules: Iterable[Rule | None], currency: str, locations: Mapping[int, str]
) -> list[str | None]:
    """Say each rule that can be meant, numbered as it stands."""
    return [
        # Said at its place: from the second on, a rule without conditions begins with "otherwise".
        None if rule is None else rules_words([rule] * place, currency, locations)[-1]
        for place, rule in enumerate(rules, 1)
    ]


def _picker(shop_id: UUID, form: ChoiceForm) -> Picker:
    said = form.said("shown")
    shown = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 0  # noqa: PLR2004
    return picker(
        shop_id,
        form.narrow or Selection(),
        product_ids=form.ticked("product_ids"),
        variant_ids=form.ticked("variant_ids"),
        opened=form.ticked("expand"),
        shown=min(max(shown, FIRST_SHOWN), MOST_SHOWN),
    )


def choice_context(
    shop_id: UUID,
    form: ChoiceForm,
    choice: Choice,
    told: Mapping[str, Any],
    *,
    taken_over: TakenOver | None = None,
) -> dict[str, Any]:
    """Return what the templates of choosing and of the rule editor show (``pricing/new``).

    ``told`` is what the page's script hears besides words and errors. ``taken_over``: what has just
    been put into the form; None: the page is drawn as a whole. One query, two on a whole page.
    """
    whole = taken_over is None or bool(taken_over.filter_name)
    document = form.document if isinstance(form.document, list) else plain_rules({})
    said = {"counts": {}, "tried": 0, **told, "words": choice.words, "errors": form.rule_errors}
    if taken_over is None or taken_over.rule_set_name:
        said["rules"] = document
        said["from"] = taken_over.rule_set_name if taken_over else ""
    context = {
        "form": form,
        "preview": choice,
        "ways": form.ways,
        "way": form.way_now,
        "facet_fields": _facet_fields(form, choice),
        "most": MOST_CHOSEN_BY_HAND,
        "first_shown": FIRST_SHOWN,
        "connections": form.fields["connection"].choices,  # type: ignore[attr-defined]
        "saved_filters": _named(SavedFilter, shop_id) if whole else [],
        "told": json.dumps(said),
        "plain": as_plain(form.document) is not None,
        "rules_json": json.dumps(document),
    }
    if taken_over is None:
        context["rule_sets"] = _named(RuleSet, shop_id)
    return context


def _named(model: Any, shop_id: UUID) -> list[dict[str, Any]]:
    return list(model.objects.for_shop(shop_id).values("pk", "name"))


def _facet_fields(form: ChoiceForm, choice: Choice) -> list[tuple[Any, list[Any], str]]:
    """Return the fields that are lists of what the catalogue has, each with what is chosen."""
    shown = []
    for name in FACET_FIELDS:
        values: list[Any] = list(getattr(choice.facets, name))
        chosen = form.said(name)
        if chosen and chosen not in {each.value for each in values}:
            values.insert(0, {"value": chosen, "label": chosen, "variants": 0})
        shown.append((form[name], values, chosen))
    return shown
