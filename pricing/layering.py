"""What a covered variant shows: its campaign's layer over the merchant's own price."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from .contracts import Price
from .facts import VariantRow, priced
from .models import PriceLayer
from .rules import Evaluation, Facts, compile_rules, read_rules


class Layers:
    """The layers of a shop, each compiled when it is first met."""

    def __init__(self, *, now: dt.datetime) -> None:
        """``now`` is the time that rules about dates compare with."""
        self._now = now
        self._compiled: dict[UUID, Callable[[Facts], Evaluation]] = {}

    def shown(self, row: VariantRow, own: Price) -> Price:
        """Return what the shop shows when the merchant's own price is ``own``.

        Computed from the base price and the layer, never from what another sale left behind. A
        layer whose rules say nothing about the variant lets the own price show.
        """
        if row.layer_id is None:
            return own
        evaluate = self._compiled.get(row.layer_id)
        if evaluate is None:
            layer = PriceLayer.objects.get(pk=row.layer_id)
            evaluate = compile_rules(read_rules(layer.rules), now=self._now)
            self._compiled[row.layer_id] = evaluate
        return evaluate(priced(row.facts, own)).target or own
