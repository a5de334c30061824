"""What a covered variant shows: the layers of campaigns over the merchant's own price."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from .contracts import Price
from .enums import GuardKind, SkipReason
from .facts import VariantRow, priced
from .models import CoveredVariant, PriceLayer
from .rules import Evaluation, Facts, Guard, Rule, compile_rules, read_rules


@dataclass(frozen=True, slots=True)
class Shown:
    """What the shop is to show, and the campaign whose price it is; None: the merchant's own."""

    price: Price
    layer_ref: UUID | None


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A layer, ready to be asked. ``order``: the highest lies on top."""

    ref: UUID
    order: tuple[int, float, UUID]
    builds_on: bool
    evaluate: Callable[[Facts], Evaluation]


class Layers:
    """The layers of a shop, each read and compiled when it is first met."""

    def __init__(self, *, now: dt.datetime) -> None:
        """``now`` is the time that rules about dates compare with."""
        self._now = now
        self._compiled: dict[UUID, _Compiled] = {}

    def load(self, layer_ids: Iterable[UUID]) -> None:
        """Read layers at once that will be asked for."""
        missing = set(layer_ids) - self._compiled.keys()
        if not missing:
            return
        for layer in PriceLayer.objects.filter(pk__in=missing).prefetch_related("rules"):
            self._compile(layer, rules_of_layer(layer))

    def suppose(self, layer: PriceLayer, rules: Sequence[Rule]) -> None:
        """Take in a layer that is not stored, as if it were."""
        self._compile(layer, held_to(rules, layer.min_margin))

    def _compile(self, layer: PriceLayer, rules: Sequence[Rule]) -> None:
        self._compiled[layer.pk] = _Compiled(
            ref=layer.ref,
            order=(layer.priority, -layer.created_at.timestamp(), layer.pk),
            builds_on=layer.builds_on,
            evaluate=compile_rules(rules, now=self._now),
        )

    def load_of(self, variant_ids: Sequence[UUID]) -> None:
        """Read the layers of these variants at once, however many there are. Three queries."""
        stacks = CoveredVariant.objects.filter(pk__in=variant_ids).values_list("stack", flat=True)
        self.load({layer for stack in stacks for layer in stack})

    def shown(self, row: VariantRow, own: Price) -> Shown:
        """Return what the shop shows when the merchant's own price is ``own``.

        Computed from the own price and the layers, the lowest first, never from what another sale
        left behind. A layer whose rules say nothing about the variant lets what is below it show.
        """
        self.load(row.stack)
        shown = Shown(own, None)
        for layer in sorted((self._compiled[each] for each in row.stack), key=lambda x: x.order):
            below = shown.price if layer.builds_on else own
            result = layer.evaluate(priced(row.facts, below))
            if result.target is not None:
                shown = Shown(result.target, layer.ref)
            elif result.skip is SkipReason.NO_CHANGE:
                # It was asked and says: this very price.
                shown = Shown(below, layer.ref)
        return shown

    def in_order(self, stack: Sequence[UUID]) -> list[UUID]:
        """Return the layers of a stack, the one on top first."""
        self.load(stack)
        return sorted(stack, key=lambda each: self._compiled[each].order, reverse=True)


def rules_of_layer(layer: PriceLayer) -> tuple[Rule, ...]:
    """Return a layer's rules, each held to the layer's margin unless it sets a margin itself."""
    rules = read_rules([rule.definition for rule in layer.rules.all()])
    return held_to(rules, layer.min_margin)


def held_to(rules: Sequence[Rule], min_margin: Decimal | None) -> tuple[Rule, ...]:
    """Return rules, each held to a margin (percent of the price) unless it sets one itself."""
    if min_margin is None:
        return tuple(rules)
    return tuple(_held(rule, min_margin) for rule in rules)


def _held(rule: Rule, percent: Decimal) -> Rule:
    if any(guard.kind is GuardKind.MIN_MARGIN for guard in rule.guards):
        return rule
    return replace(rule, guards=(*rule.guards, Guard(GuardKind.MIN_MARGIN, percent)))


def layers_ask_for_levels(shop_id: UUID) -> bool:
    """Tell whether any layer of a shop asks for stock by location. One query."""
    return PriceLayer.objects.for_shop(shop_id).filter(asks_levels=True).exists()
