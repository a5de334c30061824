"""How a campaign goes about it, in words."""

from typing import Final

from campaigns.models import Campaign

_UNITS: Final = (("day", 1_440), ("hour", 60), ("minute", 1))


def pace_words(campaign: Campaign) -> str:
    """Say how often a campaign may move a price."""
    return pace_said(campaign.cool_down_minutes, campaign.moves_per_day)


def pace_said(cool_down_minutes: int, moves_per_day: int | None) -> str:
    """Say a pace."""
    rests = f"a price rests for {span_words(cool_down_minutes)} after each move"
    times = "once" if moves_per_day == 1 else f"{moves_per_day or 0:,} times"
    moves = f"moves at most {times} a day"
    if cool_down_minutes and moves_per_day:
        return f"{_capital(rests)} and {moves}."
    if cool_down_minutes:
        return f"{_capital(rests)}."
    if moves_per_day:
        return f"A price {moves}."
    return "As often as its triggers say."


def span_words(minutes: int) -> str:
    """Say a number of minutes in the largest unit that divides it."""
    name, unit = next((name, unit) for name, unit in _UNITS if minutes % unit == 0)
    count = minutes // unit
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def rules_said(words: list[str]) -> list[str]:
    """Return sentences of rules; only where there are several they are numbered."""
    return [words[0].removeprefix("1. ")] if len(words) == 1 else words


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
