"""Campaigns as pages say them. Reads nothing."""

from .campaigns import STATE_TONES, CampaignRow, may
from .charts import DayBar, EffectChart, day_bars, effect_chart
from .overlaps import OverlapRow
from .variants import MoveRow, VariantRow
from .words import pace_said, pace_words, rules_said, span_words

__all__ = [
    "STATE_TONES",
    "CampaignRow",
    "DayBar",
    "EffectChart",
    "MoveRow",
    "OverlapRow",
    "VariantRow",
    "day_bars",
    "effect_chart",
    "may",
    "pace_said",
    "pace_words",
    "rules_said",
    "span_words",
]
