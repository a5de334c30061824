"""Misbehaviour by script: rules that strike calls and deliveries by rate, count and operation."""

import random
import re
from typing import Any, Generic, TypeVar

import msgspec


class Rule(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One scripted fault; a stand-in's own rules narrow `kind` and name an account.

    `rate` is the share of matching calls struck; `count` the most strikes (None: no end);
    `operation` a regular expression over the names of an operation; `seconds` the length of
    whatever lasts; `status` the code of 5xx.
    """

    kind: str
    rate: float = 1.0
    count: int | None = None
    operation: str = ""
    seconds: float = 1.0
    status: int = 503
    id: int = 0
    struck: int = 0

    def whose(self) -> str:
        """The account that the rule is limited to; empty: every account."""
        raise NotImplementedError


RuleT = TypeVar("RuleT", bound=Rule)


class Faults(Generic[RuleT]):
    """The active rules. Random, but the same for the same seed and order of calls."""

    def __init__(self, seed: int) -> None:
        """No rules."""
        self.rules: list[RuleT] = []
        self.random = random.Random(seed)
        self.next_id = 1

    def add(self, rule: RuleT) -> RuleT:
        """Activate a rule and give it an id.

        Raises:
            ValueError: `operation` is no regular expression.
        """
        try:
            re.compile(rule.operation)
        except re.error as error:
            message = f"operation: {error}"
            raise ValueError(message) from error
        rule.id, self.next_id = self.next_id, self.next_id + 1
        self.rules.append(rule)
        return rule

    def clear(self, number: int | None = None) -> None:
        """Drop one rule or all."""
        self.rules = [rule for rule in self.rules if number is not None and rule.id != number]

    def reseed(self, seed: int) -> None:
        """Begin the sequence of chances anew."""
        self.random = random.Random(seed)

    def strike(self, kinds: tuple[str, ...], account: str, names: tuple[str, ...]) -> RuleT | None:
        """The first rule of these kinds that strikes now; its count goes down."""
        for rule in self.rules:
            if rule.kind not in kinds or rule.whose() not in {"", account}:
                continue
            if rule.count is not None and rule.struck >= rule.count:
                continue
            if rule.operation and not any(re.search(rule.operation, name) for name in names):
                continue
            if rule.rate < 1 and self.random.random() >= rule.rate:
                continue
            rule.struck += 1
            return rule
        return None

    def listed(self) -> list[dict[str, Any]]:
        """All rules with their strikes."""
        return [msgspec.to_builtins(rule) for rule in self.rules]
