"""The runs about campaigns, one after the other in one house: what the test suite plays."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.chaos.campaigns import campaign_in, reconcile_in
from tests.chaos.clocks import clock_in, order_in
from tests.chaos.house import Scale, open_house

if TYPE_CHECKING:
    from tests.chaos.model import Verdict


def seasons(scale: Scale) -> tuple["Verdict", dict[str, Any]]:
    """Play ``campaign``, ``reconcile``, ``order`` and ``clock``; a house is opened once."""
    with open_house(scale) as house:
        from tests.chaos.model import Verdict  # noqa: PLC0415 -- needs Django

        verdict = Verdict()
        facts: dict[str, Any] = {}
        runs: dict[str, Callable[[], tuple[Verdict, dict[str, Any]]]] = {
            "clock": lambda: clock_in(house),
            "reconcile": lambda: reconcile_in(house, scale),
            "campaign": lambda: campaign_in(house, replace(scale, edits=30)),
            # Last: the stock it tells of is nowhere in the shop.
            "order": lambda: order_in(house),
        }
        for name, run in runs.items():
            found, facts[name] = run()
            verdict.lost += found.lost
            verdict.doubled += found.doubled
            verdict.wrong += found.wrong
            verdict.examples += [f"{name}: {each}" for each in found.examples]
        return verdict, facts
