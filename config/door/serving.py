"""`./run services` and `./run dev`: servers for people who write code."""

from __future__ import annotations

import json
import shlex
import sys
import time
from typing import TYPE_CHECKING

from config.door import holding, interruption, leftovers, places
from config.door.environment import OUR_VARIABLES
from config.door.errors import DoorError
from config.door.services import EVERYTHING, SANDBOXES
from config.door.stack import Options, Stack

if TYPE_CHECKING:
    from config.door.places import Place

USUAL_PORT = 8000
LOOK_SECONDS = 0.5


def say(text: str) -> None:
    """Tell the person something; standard output is for what another program may read."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def start_over(place: Place) -> None:
    """Forget all data of a place, whatever an earlier run has left running on it."""
    leftovers.end_all(place.run / "children.json")
    place.start_over()
    place.prepare()


def services(*, as_json: bool, sandbox: bool) -> int:
    """Serve PostgreSQL and Redis, and the sandboxes if wanted, until Ctrl-C.

    Prints the environment that reaches them.
    """
    place = places.of_checkout()
    place.prepare()
    with holding.held_or_refused(place, "services"):
        wanted = frozenset(SANDBOXES) if sandbox else frozenset()
        options = Options(services=wanted, migrate=False, durable=True, web_ports=(USUAL_PORT,))
        with Stack(options, place=place) as stack:
            holding.write_down(place, stack.environment)
            shown = {
                name: stack.environment[name]
                for name in (*OUR_VARIABLES, "WEB_URL", *holding.SANDBOX_VARIABLES)
                if name in stack.environment
            }
            if as_json:
                sys.stdout.write(f"{json.dumps(shown)}\n")
            else:
                for name, value in shown.items():
                    sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
            sys.stdout.flush()
            say("PostgreSQL and Redis are up. Ctrl-C stops them.")
            serve_until_stopped(stack)
    return 0


def dev(*, fresh: bool, port: int | None) -> int:
    """Serve everything with DEBUG, the web process reloading when code changes, until Ctrl-C."""
    place = places.of_checkout()
    place.prepare()
    with holding.held_or_refused(place, "dev"):
        if fresh:
            start_over(place)
        options = Options(
            services=EVERYTHING,
            durable=True,
            web_port=port,
            web_ports=(USUAL_PORT,),
            reload=True,
            environment={"DEBUG": "1", "LOG_FORMAT": "console"},
        )
        with Stack(options, place=place) as stack:
            holding.write_down(place, stack.environment)
            say(seeded(stack))
            say(
                f"Logs: {place.log}. The web process reloads when code changes; workers, beat "
                "and live do not: kill one by the number in var/run/<name>.pid and it comes back "
                "with the new code. Ctrl-C stops everything."
            )
            serve_until_stopped(stack, follow="web")
    return 0


def seeded(stack: Stack) -> str:
    """Create the demo's shop and users if they are not there.

    Gives the address and the log-ins as text.
    """
    printed = stack.run_manage("seed_demo", "--json")
    try:
        told = json.loads(printed.strip().splitlines()[-1])
        url = told.get("url") or stack.addresses.web
        logins = [(row["email"], row["password"], row["role"]) for row in told["logins"]]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise DoorError(
            what="seed_demo did not say how to log in.",
            why=f"its last line is not the JSON that was agreed on ({error!r})",
            detail=printed[-2000:],
            now="this is a bug of seed_demo: run ./run manage seed_demo --json and look",
        ) from None
    rows = [f"  {email:<28} {password:<20} {role}" for email, password, role in logins]
    return "\n".join([f"Backroom is at {url}", *rows])


def serve_until_stopped(stack: Stack, *, follow: str | None = None) -> None:
    """Wait for Ctrl-C.

    Says when a process had to be restarted, and passes on the log of `follow`.
    """
    told: dict[str, int] = {}
    log = stack.place.log / f"{follow}.log"
    at = log.stat().st_size if follow and log.exists() else 0
    while not interruption.asked.wait(LOOK_SECONDS):
        for name in stack.supervisor.names():
            restarts = stack.supervisor.restarts(name)
            if restarts > told.get(name, 0):
                say(
                    f"{time.strftime('%H:%M:%S')} {name} ended by itself and was restarted; "
                    f"{stack.place.log}/{name}.log"
                )
            told[name] = restarts
        if follow and log.exists():
            with log.open("rb") as source:
                source.seek(at if at <= log.stat().st_size else 0)
                sys.stderr.buffer.write(source.read())
                sys.stderr.flush()
                at = source.tell()
