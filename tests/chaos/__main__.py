"""``python -m tests.chaos [--short] [name …]``: play fault runs, print one JSON verdict each."""

import argparse
import json
import subprocess
import sys
import time
import traceback
from dataclasses import replace
from typing import Any

from tests.chaos import campaigns, checkout, clocks, prints, races, rivals, runs, together
from tests.chaos.house import FULL, SHORT, Scale

RUNS = {
    "workers": runs.workers,
    "redis": runs.redis,
    "postgres": runs.postgres,
    "answers": runs.answers,
    "race": races.race,
    "rivals": rivals.rivals,
    "campaign": campaigns.campaign,
    "reconcile": campaigns.reconcile,
    "order": clocks.order,
    "clock": clocks.clock,
    "render": prints.render,
    "checkout": checkout.checkout,
}
# For the test suite, which opens a house once for several of them.
TOGETHER = {
    "seasons": together.seasons,
    "troubles": together.troubles,
    "prints": together.prints,
}


def main() -> int:
    """Play what is asked for; 1 when anything was lost, doubled or wrong."""
    parser = argparse.ArgumentParser(prog="./run chaos")
    parser.add_argument("names", nargs="*", choices=[[], *RUNS, *TOGETHER], metavar="name")
    parser.add_argument("--short", action="store_true", help="hundreds instead of thousands")
    parser.add_argument("--json", action="store_true", help="for symmetry: it is always JSON")
    parser.add_argument("--seed", type=int, help="another course of the same troubles")
    given = parser.parse_args()
    names = given.names or list(RUNS)
    if len(names) == 1:
        scale = SHORT if given.short else FULL
        return play(names[0], scale if given.seed is None else replace(scale, seed=given.seed))
    # Each run configures Django for a stack of its own, which a process can do once.
    words = ["--short"] if given.short else []
    words += [] if given.seed is None else ["--seed", str(given.seed)]
    codes = [
        subprocess.run([sys.executable, "-m", "tests.chaos", name, *words], check=False).returncode  # noqa: S603
        for name in names
    ]
    return int(any(codes))


def play(name: str, scale: Scale) -> int:
    """Play one run and print its verdict; one that could not be played to its end says why."""
    began = time.monotonic()
    line: dict[str, Any] = {"chaos": name, "seed": scale.seed, "ok": False}
    try:
        verdict, facts = (RUNS | TOGETHER)[name](scale)
        line |= {
            "ok": verdict.ok,
            "lost": verdict.lost,
            "doubled": verdict.doubled,
            "wrong": verdict.wrong,
            "facts": facts,
        }
        if verdict.examples:
            line["examples"] = verdict.examples
    except Exception as error:  # noqa: BLE001 -- whatever it was, it is the verdict
        traceback.print_exc()
        line["error"] = f"{type(error).__name__}: {error}"
    line["seconds"] = round(time.monotonic() - began, 1)
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()
    return 0 if line["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
