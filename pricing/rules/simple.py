"""One rule that always applies, for callers that compute it and for tests."""

from decimal import Decimal

from pricing.enums import Action, CompareAtAction, GuardKind, GuardMode, RoundingDirection

from .contracts import Rule, default_step
from .reading import read_rules

Number = Decimal | int | str


def simple_rule(  # noqa: PLR0913 -- a rule has as many parts
    action: Action,
    value: Number | None = None,
    *,
    name: str = "",
    step: Number | None = None,
    ending: Number = 0,
    direction: RoundingDirection = RoundingDirection.NEAREST,
    floor: Number | None = None,
    ceiling: Number | None = None,
    min_margin: Number | None = None,
    max_change: Number | None = None,
    otherwise: GuardMode = GuardMode.CLAMP,
    compare_at: CompareAtAction = CompareAtAction.KEEP,
    compare_at_value: Number | None = None,
    digits: int = 2,
) -> Rule:
    """Return a rule without conditions; ``otherwise`` goes for all its limits.

    Raises :class:`RuleErrors` as ``read_rules`` does, with places that begin with ``0.``.
    """
    limits = {
        GuardKind.FLOOR: floor,
        GuardKind.CEILING: ceiling,
        GuardKind.MIN_MARGIN: min_margin,
        GuardKind.MAX_CHANGE: max_change,
    }
    document = {
        "name": name,
        "action": {"kind": action, "value": value},
        "compare_at": {"kind": compare_at, "value": compare_at_value},
        "rounding": {
            "step": default_step(digits) if step is None else step,
            "ending": ending,
            "direction": direction,
        },
        "guards": [
            {"kind": kind, "value": limit, "otherwise": otherwise}
            for kind, limit in limits.items()
            if limit is not None
        ],
    }
    return read_rules([document], digits=digits)[0]
