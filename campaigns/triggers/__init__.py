"""The trigger language of campaigns: when a campaign's layer lies on a variant.

A campaign has one to five triggers; its layer lies on a variant while any of them holds. A trigger
begins to hold when its on-condition is true and goes on until its off-condition is: between the two
it stays as it was, so that prices do not flap. Pure: no database, no clock, no float. The same
situation gives the same answer in a simulation and in the shop.

``read_triggers`` and ``triggers_to_json`` are the way in and out, ``evaluate`` answers,
``triggers_words`` says triggers to people. Not done here: how often a price may move (``pacing``),
what the price becomes (``pricing``).
"""

from .checking import check_triggers
from .contracts import (
    HOLD_HOURS,
    MAX_STOCK,
    MAX_TRIGGERS,
    PERCENT_END,
    WINDOW_HOURS,
    Always,
    BackInStock,
    ByHand,
    Direction,
    Locations,
    OutOfStock,
    StockAbove,
    StockBelow,
    StockChange,
    Trigger,
    TriggerErrors,
    TriggerKind,
    Window,
)
from .evaluating import evaluate
from .reading import KEYS, read_triggers
from .situations import Held, Needs, Situation, needs
from .windows import Step, first_move_after, level_at, look_back
from .words import trigger_words, triggers_words
from .writing import triggers_to_json

__all__ = [
    "HOLD_HOURS",
    "KEYS",
    "MAX_STOCK",
    "MAX_TRIGGERS",
    "PERCENT_END",
    "WINDOW_HOURS",
    "Always",
    "BackInStock",
    "ByHand",
    "Direction",
    "Held",
    "Locations",
    "Needs",
    "OutOfStock",
    "Situation",
    "Step",
    "StockAbove",
    "StockBelow",
    "StockChange",
    "Trigger",
    "TriggerErrors",
    "TriggerKind",
    "Window",
    "check_triggers",
    "evaluate",
    "first_move_after",
    "level_at",
    "look_back",
    "needs",
    "read_triggers",
    "trigger_words",
    "triggers_to_json",
    "triggers_words",
]
