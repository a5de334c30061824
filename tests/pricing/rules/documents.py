"""Documents of rules to be refused, and what is said to them."""

from typing import Any

import pytest

from pricing.rules import RuleErrors, read_rules

NUMBER = "Enter an ordinary number such as 12.50: digits and a point, nothing else."
SET: dict[Any, Any] = {"action": {"kind": "set", "value": "5"}}


def refusals(raw: Any, **options: Any) -> dict[str, str]:
    with pytest.raises(RuleErrors) as refused:
        read_rules(raw, **options)
    return refused.value.errors


def action(kind: Any, *value: Any) -> dict[str, Any]:
    return {"action": {"kind": kind, "value": value[0]} if value else {"kind": kind}}


def when(*items: Any, match: str = "all") -> dict[str, Any]:
    return {**SET, "when": {"match": match, "items": list(items)}}


def ask(field: str, op: str, *value: Any, **more: Any) -> dict[str, Any]:
    return {"field": field, "op": op, **({"value": value[0]} if value else {}), **more}


def guarded(*guards: tuple[str, Any], **rule: Any) -> dict[str, Any]:
    limits = [{"kind": kind, "value": value} for kind, value in guards]
    return {**action("percent", "1"), "guards": limits, **rule}
