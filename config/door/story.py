"""Play the demo's story: run `manage.py play`, read one JSON object per flow, show it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from config.door import interruption
from config.door.errors import DoorError
from config.door.places import CHECKOUT

if TYPE_CHECKING:
    from config.door.stack import Stack

FACTS_WIDTH = 160
# Causes are for people; a flow that quotes a whole catalogue is cut, the log has it all.
CAUSE_WIDTH = 400


@dataclass(frozen=True, slots=True)
class Flow:
    """What one flow of the story has told."""

    name: str
    ok: bool
    seconds: float
    facts: dict[str, Any]
    error: str
    line: str


def read(line: str) -> Flow | None:
    """Read a line of `play`; None when it is not about a flow."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    if not isinstance(told, dict) or "flow" not in told:
        return None
    facts = told.get("facts")
    return Flow(
        name=str(told["flow"]),
        ok=told.get("ok") is True,
        seconds=float(told.get("seconds") or 0),
        facts=facts if isinstance(facts, dict) else {},
        error=str(told.get("error") or ""),
        line=line.strip(),
    )


def for_people(flow: Flow) -> str:
    """Write a flow as one line, with its cause below when it failed."""
    shown = (f"{name.replace('_', ' ')} {value}" for name, value in flow.facts.items())
    facts = ", ".join(fact for fact in shown if "\n" not in fact)
    mark = "ok    " if flow.ok else "FAILED"
    text = f"  {mark} {flow.name:<22} {flow.seconds:6.1f} s  {_cut(facts, FACTS_WIDTH)}"
    return f"{text}\n         {_cut(flow.error, CAUSE_WIDTH)}" if flow.error else text


def play(stack: Stack, *, as_json: bool) -> bool:
    """Play all flows, showing each when it is done; tells whether all of them went well.

    What `play` writes to standard error is kept in `log/play.log` and its end shown when something
    failed.
    """
    log = stack.place.log / "play.log"
    flows: list[Flow] = []
    with log.open("wb") as errors:
        with interruption.postponed():
            process = subprocess.Popen(
                [sys.executable, "manage.py", "play", "--json"],
                cwd=CHECKOUT,
                env=stack.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
            stack.supervisor.welcome(process.pid)
        try:
            for line in process.stdout or ():
                flow = read(line)
                if flow is None:
                    sys.stderr.write(line)
                    continue
                flows.append(flow)
                sys.stdout.write(f"{flow.line if as_json else for_people(flow)}\n")
                sys.stdout.flush()
            status = process.wait()
        finally:
            process.kill()
            process.wait()
            stack.supervisor.farewell(process.pid)
    if not flows:
        raise DoorError(
            what="The story told nothing.",
            why=f"manage.py play ended with status {status} before its first flow",
            detail=_end_of(log.read_text(errors="replace")),
            now="the lines above name the cause; beside ./run dev, ./run manage play repeats it",
        )
    well = status == 0 and all(flow.ok for flow in flows)
    if not well:
        failed = (
            ", ".join(flow.name for flow in flows if not flow.ok)
            or f"play itself (status {status})"
        )
        sys.stderr.write(
            f"Failed: {failed}\n{_end_of(log.read_text(errors='replace'))}\n"
            f"What now: the logs of all processes are in {stack.place.log}; "
            "repeat one flow with ./run manage play --flow NAME while ./run demo serves.\n"
        )
    return well


def _end_of(text: str) -> str:
    return "\n".join(f"  play | {_cut(line, CAUSE_WIDTH)}" for line in text.splitlines()[-20:])


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 2]} …"
