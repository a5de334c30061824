"""The layers on one variant, from top to bottom, each with the price it makes. Writes nothing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from catalog_sync.api import Selection, variants_matching

from .contracts import Price
from .facts import read_facts
from .layering import Layers, layers_ask_for_levels
from .models import PriceLayer


@dataclass(frozen=True, slots=True)
class StackedLayer:
    """A campaign's layer on a variant. ``price``: what would show if nothing lay above it."""

    ref: UUID
    name: str
    priority: int
    builds_on: bool
    price: Price
    speaks: bool
    """Whether the price is its own; otherwise its rules leave the variant to what is below."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What lies on a variant now, the one on top first, over the merchant's own price."""

    layers: Sequence[StackedLayer]
    own: Price
    shown: Price


def stack_of(shop_id: UUID, variant_id: UUID, *, now: dt.datetime) -> Stack | None:
    """Return the layers of a variant of the shop; None for one that is gone. Four queries."""
    rows = variants_matching(shop_id, Selection(variant_ids=(variant_id,)))
    row = next(read_facts(rows, (), levels=layers_ask_for_levels(shop_id)), None)
    if row is None:
        return None
    layers = Layers(now=now)
    names = {
        each.pk: each for each in PriceLayer.objects.for_shop(shop_id).filter(pk__in=row.stack)
    }
    upwards = [each for each in reversed(layers.in_order(row.stack)) if each in names]
    stacked = []
    for count, layer_id in enumerate(upwards, 1):
        shown = layers.shown(replace(row, stack=tuple(upwards[:count])), row.own)
        layer = names[layer_id]
        stacked.append(
            StackedLayer(
                ref=layer.ref,
                name=layer.name,
                priority=layer.priority,
                builds_on=layer.builds_on,
                price=shown.price,
                speaks=shown.layer_ref == layer.ref,
            )
        )
    return Stack(stacked[::-1], row.own, row.shown)
