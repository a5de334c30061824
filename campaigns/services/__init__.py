"""The verbs of campaigns."""

from foundation.unsaved import FormClosed

from .drafting import create_of_form, drop_form, save_form
from .following import catalogue_changed, evaluate_again, evaluate_pending, look_again
from .making import amend, change, check, create, discard
from .settling import finish_rollback, settle
from .starting import activate, schedule, start_due, unschedule
from .stopping import end, offer_to_go_on, pause, pause_removed, resume, roll_back
from .switching import switch, take_back_in

__all__ = [
    "FormClosed",
    "activate",
    "amend",
    "catalogue_changed",
    "change",
    "check",
    "create",
    "create_of_form",
    "discard",
    "drop_form",
    "end",
    "evaluate_again",
    "evaluate_pending",
    "finish_rollback",
    "look_again",
    "offer_to_go_on",
    "pause",
    "pause_removed",
    "resume",
    "roll_back",
    "save_form",
    "schedule",
    "settle",
    "start_due",
    "switch",
    "take_back_in",
    "unschedule",
]
