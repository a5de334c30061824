"""What the shop would show if a campaign's layer were put, or taken away. Nothing is written.

By the layering that decides what is written (``layering``): there is no second engine. What is not
asked here: whether a campaign's triggers hold.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet

from catalog_sync.api import CATALOGUE_ORDER, Selection, variants_matching

from .contracts import Price
from .facts import VariantRow, read_facts, stocked
from .layering import Layers, layers_ask_for_levels
from .locks import as_column, locked_condition
from .models import PriceLayer
from .rules import Rule


@dataclass(frozen=True, slots=True)
class Supposed:
    """A variant with what the shop shows and what it would show.

    ``layer_ref``: the campaign whose price that would be; None: the merchant's own. A ``locked``
    price is written by nobody, so it would stay as it is. ``levels`` are empty unless asked for.
    """

    variant_id: UUID
    title: str
    variant_title: str
    sku: str
    picture_url: str
    stock: int | None
    levels: Mapping[int, int]
    cost: Decimal | None
    own: Price
    shown: Price
    would: Price
    layer_ref: UUID | None
    locked: bool
    _layers: Layers = field(repr=False, compare=False)
    _otherwise: VariantRow = field(repr=False, compare=False)

    @property
    def changes(self) -> bool:
        """Whether the shop would show another price."""
        return self.would != self.shown

    def would_at(self, stock: int) -> Price:
        """Return what the shop would show if there were so many pieces in all."""
        if self.locked:
            return self.shown
        facts = stocked(self._otherwise.facts, stock)
        return self._layers.shown(replace(self._otherwise, facts=facts), self.own).price


@dataclass(frozen=True, slots=True)
class SupposedLayer:
    """A layer that is not stored, as ``services.make_layer`` takes it. It is younger than all."""

    rules: Sequence[Rule]
    priority: int
    builds_on: bool
    min_margin: Decimal | None


def shown_without(shop_id: UUID, layer_id: UUID, *, now: dt.datetime) -> Iterator[Supposed]:
    """Say of each variant that a layer lies on what the shop would show without it.

    In the order of the catalogue, as they are read; memory does not grow with them.
    """
    rows: Any = variants_matching(shop_id, Selection(all=True))
    rows = rows.filter(covered__stack__contains=[layer_id])
    layers = Layers(now=now)
    for row in _read(shop_id, rows, (), levels=False):
        below = replace(row, stack=tuple(each for each in row.stack if each != layer_id))
        yield _supposed(row, layers, below)


def shown_with(  # noqa: PLR0913 -- three of them by keyword
    shop_id: UUID,
    rows: QuerySet[Any],
    layer: SupposedLayer,
    *,
    now: dt.datetime,
    most: int,
    levels: bool = False,
) -> Iterator[Supposed]:
    """Say of these variants of the mirror what the shop would show with one layer more.

    The first ``most`` in the order of the catalogue, as they are read. ``levels``: read stock by
    location, too.
    """
    stored = PriceLayer(
        pk=uuid4(),
        ref=uuid4(),
        priority=layer.priority,
        builds_on=layer.builds_on,
        min_margin=layer.min_margin,
        created_at=now,
    )
    layers = Layers(now=now)
    layers.suppose(stored, layer.rules)
    for row in _read(shop_id, rows, layer.rules, levels=levels, most=most):
        yield _supposed(row, layers, replace(row, stack=(*row.stack, stored.pk)))


def _read(
    shop_id: UUID,
    rows: QuerySet[Any],
    rules: Sequence[Rule],
    *,
    levels: bool,
    most: int | None = None,
) -> Iterator[VariantRow]:
    locked = as_column(locked_condition(shop_id))
    ordered = rows.annotate(locked=locked).order_by(*CATALOGUE_ORDER)
    return read_facts(
        ordered[:most],
        rules,
        levels=levels or layers_ask_for_levels(shop_id),
        extra=("locked", "product__picture_url"),
    )


def _supposed(row: VariantRow, layers: Layers, otherwise: VariantRow) -> Supposed:
    locked, picture_url = row.extra
    would = layers.shown(otherwise, row.own)
    return Supposed(
        variant_id=row.variant_id,
        title=row.facts.title,
        variant_title=row.facts.variant_title,
        sku=row.facts.sku,
        picture_url=picture_url,
        stock=row.facts.stock,
        levels=row.facts.levels,
        cost=row.facts.cost,
        own=row.own,
        shown=row.shown,
        would=row.shown if locked else would.price,
        layer_ref=would.layer_ref,
        locked=locked,
        _layers=layers,
        _otherwise=otherwise,
    )
