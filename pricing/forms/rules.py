"""Rules as a page sends them: one JSON document, or the plain fields of a page without a script."""

from collections.abc import Sequence
from typing import Any

from foundation.currencies import digits_of
from foundation.untrusted.api import JsonLimits, Rejected, read_json
from pricing.enums import Action, CompareAtAction
from pricing.rules import MAX_RULES, Rule, RuleErrors, read_rules

MOST_BYTES = 300_000
"""Twenty rules with some hundred values each; what people write is a hundredth of it."""

_LIMITS = JsonLimits(max_bytes=MOST_BYTES, max_depth=12)
PLAIN = ("action", "value", "step", "floor")
# Where a plain field's rule is wrong, and the field in which it was written.
PLAIN_OF = {
    "0.action.kind": "action",
    "0.action.value": "value",
    "0.rounding.step": "step",
    "0.guards.0.value": "floor",
}


def rule_digits(currency: str) -> int:
    """Return the decimals of amounts in rules: the currency's, but no more than are stored."""
    return min(2, digits_of(currency))


def rules_in(text: str) -> Any:
    """Return what a page's document says; whether it can be meant is ``read_rules``' question.

    Raises :class:`RuleErrors` at the document itself for what is not JSON, or far too much of it.
    """
    try:
        return read_json(text.encode(errors="surrogatepass"), limits=_LIMITS)
    except Rejected as refused:
        said = f"These rules cannot be read: {refused.message} Load the page again."
        raise RuleErrors({"": said}) from refused


def plain_rules(values: dict[str, str]) -> list[dict[str, Any]]:
    """Return the document that the plain fields mean: one rule, without conditions."""
    said = {name: values.get(name, "").strip() for name in PLAIN}
    rule: dict[str, Any] = {"action": {"kind": said["action"] or Action.PERCENT.value}}
    if said["value"]:
        rule["action"]["value"] = said["value"]
    if said["step"]:
        rule["rounding"] = {"step": said["step"]}
    if said["floor"]:
        rule["guards"] = [{"kind": "floor", "value": said["floor"]}]
    return [rule]


def as_plain(document: Any) -> dict[str, str] | None:
    """Return the plain fields that mean the same as a document; None when they cannot."""
    if not isinstance(document, list) or len(document) != 1 or not isinstance(document[0], dict):
        return None
    rule = document[0]
    action = _texts(rule.get("action"), "kind", "value")
    rounding = _texts(rule.get("rounding"), "step")
    guards = rule.get("guards") or [{}]
    if rule.keys() - {"action", "rounding", "guards"} or action is None or rounding is None:
        return None
    if not isinstance(guards, list) or len(guards) != 1:
        return None
    guard = _texts(guards[0], "kind", "value")
    if guard is None or guard["kind"] not in ("", "floor"):
        return None
    return {
        "action": action["kind"],
        "value": action["value"],
        "step": rounding["step"],
        "floor": guard["value"],
    }


def _texts(raw: Any, *names: str) -> dict[str, str] | None:
    """Return what an object says under these names as text; None when it says anything else."""
    raw = raw or {}
    if not isinstance(raw, dict) or raw.keys() - set(names):
        return None
    if any(not isinstance(value, str) for value in raw.values()):
        return None
    return {name: raw.get(name, "") for name in names}


def rules_of_page(document: Any, *, currency: str, listed: bool) -> tuple[Rule, ...]:
    """Read the rules of a page. ``listed``: a price list has been chosen.

    Raises :class:`RuleErrors`.
    """
    rules = read_rules(document, digits=rule_digits(currency))
    if not listed:
        _refuse_lists(rules)
    return rules


def _refuse_lists(rules: Sequence[Rule]) -> None:
    said = "Choose a price list first, under “Which variants”; or something else here."
    errors = {}
    for place, rule in enumerate(rules):
        if rule.action == Action.FILE:
            errors[f"{place}.action.kind"] = said
        if rule.compare_at.kind == CompareAtAction.FILE:
            errors[f"{place}.compare_at.kind"] = said
    if errors:
        raise RuleErrors(errors)


def readable(document: Any, *, currency: str) -> list[Rule | None]:
    """Read each rule for itself, so that those that are right can be said; None for the others."""
    if not isinstance(document, list):
        return []
    found: list[Rule | None] = []
    for each in document[:MAX_RULES]:
        try:
            found.extend(read_rules([each], digits=rule_digits(currency)))
        except RuleErrors:
            found.append(None)
    return found
