"""`./run manage …`: Django's commands against this checkout's servers."""

from __future__ import annotations

import os
import sys

from config.door import foreground, holding, interruption, places
from config.door.stack import Options, Stack

# What changes the schema logs in as its owner; everything else as the application.
OWNERS_COMMANDS = {"migrate", "flush", "pgtrigger", "sqlflush"}


def manage(arguments: list[str]) -> int:
    """Run `manage.py` with the servers of whoever runs now.

    When nobody does, servers are started for as long as it takes.
    """
    place = places.of_checkout()
    place.prepare()
    try:
        with holding.held(place, f"manage {' '.join(arguments[:1])}"):
            # Nothing to wait for but the servers; the schema is what `manage` itself may be about
            # to change.
            options = Options(services=frozenset(), migrate=False, durable=True)
            with Stack(options, place=place) as stack:
                holding.write_down(place, stack.environment)
                status = foreground.run(
                    _command(arguments),
                    environment=_environment(arguments, stack.environment),
                    supervisor=stack.supervisor,
                )
                if holding.has_users(place):
                    sys.stderr.write(
                        "Another ./run manage uses these servers: waiting for it to end.\n"
                    )
                    holding.wait_for_users(place)
                interruption.stop_raising()
                return status
    except holding.HeldByAnotherError:
        with holding.using(place):
            return foreground.run(
                _command(arguments), environment=_environment(arguments, holding.of_holder(place))
            )


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def _environment(arguments: list[str], ours: dict[str, str]) -> dict[str, str]:
    full = {**os.environ, **ours, "LOG_FORMAT": os.environ.get("LOG_FORMAT", "console")}
    if OWNERS_COMMANDS.intersection(arguments[:1]):
        full["DATABASE_URL"] = full["DATABASE_OWNER_URL"]
    return full
