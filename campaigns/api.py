"""The door to campaigns."""

from .contracts import CampaignSpec, Overlap
from .enums import CampaignState, MoveCause, MoveKind
from .overview import overview
from .services import (
    activate,
    amend,
    change,
    create,
    discard,
    end,
    pause,
    resume,
    roll_back,
    schedule,
    switch,
    take_back_in,
    unschedule,
)
from .triggers import TriggerErrors, read_triggers, triggers_to_json, triggers_words

__all__ = [
    "CampaignSpec",
    "CampaignState",
    "MoveCause",
    "MoveKind",
    "Overlap",
    "TriggerErrors",
    "activate",
    "amend",
    "change",
    "create",
    "discard",
    "end",
    "overview",
    "pause",
    "read_triggers",
    "resume",
    "roll_back",
    "schedule",
    "switch",
    "take_back_in",
    "triggers_to_json",
    "triggers_words",
    "unschedule",
]
