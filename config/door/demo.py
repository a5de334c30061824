"""`./run demo`: everything up, a shop in it, the story played, then open for a look around."""

from __future__ import annotations

import time

from config.door import holding, interruption, places, story
from config.door.errors import DoorError
from config.door.services import WORKER_GROUPS
from config.door.serving import USUAL_PORT, say, seeded, serve_until_stopped, start_over
from config.door.stack import Options, Stack


def demo(*, leave: bool, as_json: bool, fresh: bool, port: int | None, workers: str) -> int:
    """Play the story and serve; 1 when a flow failed. With `leave` it ends after the story.

    With `as_json` standard output carries one JSON object per flow and nothing else.
    """
    options = Options(
        durable=True,
        web_port=port,
        web_ports=(USUAL_PORT,),
        concurrency=concurrency(workers),
        # Twice the points a second of the Standard plan: the story waits for little else.
        sandbox_arguments=("--plan", "advanced"),
        # What a killed worker held is taken over sooner than in production; the sandbox is near.
        environment={"WORK_LEASE_REMOTE": "20"},
    )
    place = places.of_checkout()
    place.prepare()
    with holding.held_or_refused(place, "demo"):
        if fresh:
            start_over(place)
        started = time.monotonic()
        say("Starting PostgreSQL, Redis, the sandboxes, web, workers and beat …")
        with Stack(options, place=place) as stack:
            holding.write_down(place, stack.environment)
            say(f"All up after {time.monotonic() - started:.1f} s; logs in {place.log}")
            logins = f"{seeded(stack)}\nThe sandbox shop is at {stack.addresses.sandbox}"
            say(f"{logins}\nThe pages live already; the story, meanwhile:")
            well = story.play(stack, as_json=as_json)
            if not leave:
                say(f"{logins}\nCtrl-C stops everything; the data stays for the next start.")
                serve_until_stopped(stack)
            interruption.stop_raising()
        return 0 if well else 1


def concurrency(words: str) -> dict[str, int]:
    """Read `fast=2,remote=2,heavy=1`; groups that are not named keep their default."""
    wanted: dict[str, int] = {}
    for pair in filter(None, words.split(",")):
        group, _, number = pair.partition("=")
        if group not in WORKER_GROUPS or not number.isdecimal() or int(number) < 1:
            raise DoorError(
                what=f"--workers does not understand {pair!r}.",
                now="write it like fast=2,remote=2,heavy=1",
            )
        wanted[group] = int(number)
    return wanted
