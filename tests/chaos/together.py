"""Several runs, one after the other in one house: what the test suite plays."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.chaos.campaigns import campaign_in, reconcile_in
from tests.chaos.checkout import checkout_in, open_till
from tests.chaos.clocks import clock_in, order_in
from tests.chaos.house import Scale, open_house
from tests.chaos.prints import render_in
from tests.chaos.rivals import rivals_in
from tests.chaos.runs import ANSWERING_LEASE_SECONDS, TROUBLES, work_under

if TYPE_CHECKING:
    from tests.chaos.model import Verdict

Run = Callable[[], tuple["Verdict", dict[str, Any]]]


def seasons(scale: Scale) -> tuple["Verdict", dict[str, Any]]:
    """Play ``campaign``, ``reconcile``, ``order`` and ``clock``."""
    with open_house(scale) as house:
        return _in_turn(
            {
                "clock": lambda: clock_in(house),
                "reconcile": lambda: reconcile_in(house, scale),
                "campaign": lambda: campaign_in(house, replace(scale, edits=30)),
                # Last: the stock it tells of is nowhere in the shop.
                "order": lambda: order_in(house),
            }
        )


def troubles(scale: Scale) -> tuple["Verdict", dict[str, Any]]:
    """Play ``workers``, ``redis``, ``postgres``, ``answers`` and ``rivals``."""
    with open_house(scale, leases=ANSWERING_LEASE_SECONDS) as house:
        # Not the same edits of the same prices again and again.
        runs: dict[str, Run] = {
            name: partial(work_under, house, replace(scale, seed=scale.seed + turn), hurt)
            for turn, (name, hurt) in enumerate(TROUBLES.items())
        }
        return _in_turn(runs | {"rivals": lambda: rivals_in(house, scale)})


def prints(scale: Scale) -> tuple["Verdict", dict[str, Any]]:
    """Play ``checkout`` and ``render``."""
    with open_till(scale) as till:
        return _in_turn(
            {
                "checkout": lambda: checkout_in(till, scale),
                "render": lambda: render_in(till.stack, scale),
            }
        )


def _in_turn(runs: Mapping[str, Run]) -> tuple["Verdict", dict[str, Any]]:
    from tests.chaos.model import Verdict  # noqa: PLC0415 -- needs Django

    verdict = Verdict()
    facts: dict[str, Any] = {}
    for name, run in runs.items():
        began = time.monotonic()
        found, facts[name] = run()
        facts[name]["seconds"] = round(time.monotonic() - began, 1)
        verdict.lost += found.lost
        verdict.doubled += found.doubled
        verdict.wrong += found.wrong
        verdict.examples += [f"{name}: {each}" for each in found.examples]
    return verdict, facts
