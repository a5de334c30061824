"""Which flows there are, and how one is played."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Facts = dict[str, Any]
Play = Callable[[], Facts]

_flows: dict[str, Play] = {}


@dataclass(frozen=True, slots=True)
class Told:
    """What a flow tells when it is over."""

    flow: str
    ok: bool
    seconds: float
    facts: Facts
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the line that ``demo --json`` prints."""
        line: dict[str, Any] = {
            "flow": self.flow,
            "ok": self.ok,
            "seconds": round(self.seconds, 2),
            "facts": self.facts,
        }
        return {**line, "error": self.error} if self.error else line


def flow(name: str) -> Callable[[Play], Play]:
    """Register a flow; flows are played in the order of their registration."""

    def register(play: Play) -> Play:
        _flows[name] = play
        return play

    return register


def names() -> list[str]:
    """Return the flows in the order of the story."""
    return list(_flows)


def play(name: str) -> Told:
    """Play one flow; whatever goes wrong is told, not raised."""
    began = time.monotonic()
    try:
        facts = _flows[name]()
    except Exception as error:  # noqa: BLE001 -- the story goes on and tells what failed
        traceback.print_exc()
        cause = f"{type(error).__name__}: {error}"
        return Told(name, ok=False, seconds=time.monotonic() - began, facts={}, error=cause)
    return Told(name, ok=True, seconds=time.monotonic() - began, facts=facts)


def expect(seen: object, wanted: object, what: str) -> None:
    """Raise an :class:`AssertionError` that names ``what`` when it is not as wanted."""
    if seen != wanted:
        message = f"{what}: {seen!r} instead of {wanted!r}"
        raise AssertionError(message)
