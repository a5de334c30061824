"""Triggers as JSON. One set has one spelling; what a trigger has by default is left out."""

from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal
from typing import Any

from pricing.api import plain

from .contracts import Trigger


def triggers_to_json(triggers: Iterable[Trigger]) -> list[dict[str, Any]]:
    """Write triggers so that ``read_triggers`` gives them back. Numbers are texts."""
    return [_trigger(trigger) for trigger in triggers]


def _trigger(trigger: Trigger) -> dict[str, Any]:
    said = {"kind": str(trigger.kind.value)}
    for each in fields(trigger):
        value = getattr(trigger, each.name)
        if value is not None and value != each.default:
            said[each.name] = _written(value)
    return said


def _written(value: Decimal | int | str) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)
