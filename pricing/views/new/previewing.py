"""What a form as it stands would do: how much it means, and what the rules make of a sample."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from catalog_sync.api import CATALOGUE_ORDER
from pricing.choice import Choice, choice_of, variants_of
from pricing.contracts import Price
from pricing.enums import Action, SkipReason
from pricing.facts import VariantRow, read_facts
from pricing.forms.new import NewJobForm
from pricing.locks import as_column, locked_condition
from pricing.rules import Evaluation, Facts, Rule, compile_rules

COUNTED = 500
"""Variants that the rules are tried on while somebody types; the plan has every one."""

SHOWN = 12
ALIKE = 3
"""Rows of one kind that are shown before another kind is; the first of each kind always is."""

# Shown while nothing is chosen yet.
EXAMPLE = Price(Decimal("29.95"), None)
OF_PRICE_ALONE = frozenset({Action.SET, Action.AMOUNT, Action.PERCENT})

_LOCKED = Evaluation(None, SkipReason.LOCKED)


@dataclass(frozen=True, slots=True)
class Sample:
    """A variant of the selection and what the rules would make of it; None without rules."""

    variant: Any
    own: Price
    stock: int | None
    covered: bool
    result: Evaluation | None

    @property
    def kind(self) -> tuple[int | None, SkipReason | None]:
        """What it is an example of."""
        result = self.result
        return (None, None) if result is None else (result.rule, result.skip)

    @property
    def skip(self) -> str:
        """Why it is left alone; empty when it is not."""
        skip = self.result.skip if self.result else None
        return "" if skip is None else str(skip.label)


@dataclass(frozen=True, slots=True)
class Tally:
    """What becomes of the variants that were tried."""

    tried: int
    changes: int
    skips: Sequence[tuple[str, int]]
    below_cost: int
    by_rule: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Preview(Choice):
    """What the form as it stands would do."""

    samples: Sequence[Sample]
    tally: Tally | None
    example_before: Decimal
    example: Evaluation | None


def preview_of(shop: Any, form: NewJobForm) -> Preview:
    """Try the form on the mirror. A constant number of queries for each way of choosing."""
    now = timezone.now()
    tried = _tried(shop.pk, variants_of(shop.pk, form), form, now)
    choice = choice_of(shop, form)
    return Preview(
        **{each.name: getattr(choice, each.name) for each in fields(Choice)},
        samples=_telling(tried),
        tally=None if form.meant_rules is None else _tally(tried),
        example_before=tried[0].own.price if tried else EXAMPLE.price,
        example=_example(form.meant_rules, [each.result for each in tried], now),
    )


def _tried(shop_id: UUID, rows: QuerySet[Any], form: NewJobForm, now: dt.datetime) -> list[Sample]:
    rules = form.meant_rules or ()
    evaluate = compile_rules(rules, now=now) if rules else None
    locked = as_column(locked_condition(shop_id))
    ordered = rows.annotate(locked=locked).order_by(*CATALOGUE_ORDER)
    found = read_facts(
        ordered[:COUNTED],
        rules,
        price_file_id=form.file_id,
        extra=("locked", "product__picture_url"),
    )
    return [_sample(row, evaluate) for row in found]


def _sample(row: VariantRow, evaluate: Any) -> Sample:
    locked, picture_url = row.extra
    facts = row.facts
    result = None
    if evaluate is not None:
        result = _LOCKED if locked else evaluate(facts)
    return Sample(
        variant=SimpleNamespace(
            pk=row.variant_id,
            title=facts.variant_title,
            sku=facts.sku,
            cost=facts.cost,
            product=SimpleNamespace(title=facts.title, picture_url=picture_url),
        ),
        own=row.own,
        stock=facts.stock,
        covered=row.covered,
        result=result,
    )


def _telling(tried: Sequence[Sample]) -> list[Sample]:
    """Choose rows to show: the first of each kind, then in order, few of a kind first."""
    seen: Counter[Any] = Counter()
    ranked = []
    for place, each in enumerate(tried):
        seen[each.kind] += 1
        rank = 0 if seen[each.kind] == 1 else 1 if seen[each.kind] <= ALIKE else 2
        ranked.append((rank, place))
    chosen = sorted(place for _, place in sorted(ranked)[:SHOWN])
    return [tried[place] for place in chosen]


def _tally(tried: Sequence[Sample]) -> Tally:
    results = [each.result for each in tried if each.result is not None]
    skips = Counter(each.skip for each in results if each.skip is not None)
    return Tally(
        tried=len(results),
        changes=sum(each.target is not None for each in results),
        skips=[(str(reason.label), count) for reason, count in skips.most_common()],
        below_cost=sum(_below_cost(each) for each in tried),
        by_rule=Counter(each.rule for each in results if each.rule is not None),
    )


def _below_cost(sample: Sample) -> bool:
    target = sample.result.target if sample.result else None
    cost = sample.variant.cost
    return target is not None and cost is not None and target.price < cost


def _example(
    rules: Sequence[Rule] | None, results: Sequence[Evaluation | None], now: dt.datetime
) -> Evaluation | None:
    """Return what becomes of the first price; before anything is chosen, of one made up."""
    if not rules:
        return None
    if results:
        return results[0]
    simple = len(rules) == 1 and not rules[0].when.items and rules[0].action in OF_PRICE_ALONE
    return compile_rules(rules, now=now)(Facts(price=EXAMPLE.price)) if simple else None
