"""The commands of `./run`."""

from __future__ import annotations

import argparse
import sys

from config.door import interruption
from config.door.errors import DoorError, StoppedByPersonError

INTERRUPTED = 130


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(prog="./run", description="The one door to Backroom.")
    commands = top.add_subparsers(dest="command", required=True, metavar="command")

    demo = commands.add_parser(
        "demo", help="bring everything up, play the story, serve until Ctrl-C"
    )
    demo.add_argument("--exit", action="store_true", help="stop after the story")
    demo.add_argument(
        "--json", action="store_true", help="one JSON object per flow on standard output"
    )
    demo.add_argument("--fresh", action="store_true", help="forget all data first")
    demo.add_argument(
        "--port", type=int, help="port of the web pages (default: last time's, else 8000 if free)"
    )
    demo.add_argument(
        "--workers",
        metavar="fast=2,remote=2,heavy=1",
        default="",
        help="pool processes per worker group",
    )

    dev = commands.add_parser(
        "dev", help="like demo, without the story, reloading when code changes"
    )
    dev.add_argument("--fresh", action="store_true", help="forget all data first")
    dev.add_argument("--port", type=int, help="port of the web pages")

    servers = commands.add_parser(
        "services", help="PostgreSQL and Redis until Ctrl-C; prints the environment"
    )
    servers.add_argument(
        "--json", action="store_true", help="print the environment as one JSON object"
    )
    servers.add_argument("--sandbox", action="store_true", help="the sandboxes of vendors too")

    for name, text in (
        ("manage", "Django's manage.py, with the servers up"),
        ("test", "pytest against throwaway servers; arguments are pytest's"),
        ("bench", "benchmarks: [name …] [--json]"),
        ("chaos", "fault runs: [workers|redis|postgres|answers|race …]"),
    ):
        commands.add_parser(name, help=text, add_help=False)
    commands.add_parser(
        "check", help="lint, types, import law, migrations, deployment; no server needed"
    )
    return top


def _manage(_known: argparse.Namespace, rest: list[str]) -> int:
    from config.door.managing import manage  # noqa: PLC0415 - see dispatch

    return manage(rest)


def _test(_known: argparse.Namespace, rest: list[str]) -> int:
    from config.door.testing import test  # noqa: PLC0415 - see dispatch

    return test(rest)


def _measure(known: argparse.Namespace, rest: list[str]) -> int:
    from config.door.measuring import measure  # noqa: PLC0415 - see dispatch

    return measure(known.command, rest)


def _check(_known: argparse.Namespace, _rest: list[str]) -> int:
    from config.door.checking import check  # noqa: PLC0415 - see dispatch

    return check()


def _services(known: argparse.Namespace, _rest: list[str]) -> int:
    from config.door.serving import services  # noqa: PLC0415 - see dispatch

    return services(as_json=known.json, sandbox=known.sandbox)


def _dev(known: argparse.Namespace, _rest: list[str]) -> int:
    from config.door.serving import dev  # noqa: PLC0415 - see dispatch

    return dev(fresh=known.fresh, port=known.port)


def _demo(known: argparse.Namespace, _rest: list[str]) -> int:
    from config.door.demo import demo  # noqa: PLC0415 - see dispatch

    return demo(
        leave=known.exit,
        as_json=known.json,
        fresh=known.fresh,
        port=known.port,
        workers=known.workers,
    )


COMMANDS = {
    "manage": _manage,
    "test": _test,
    "bench": _measure,
    "chaos": _measure,
    "check": _check,
    "services": _services,
    "dev": _dev,
    "demo": _demo,
}


def dispatch(words: list[str]) -> int:
    """Run one command and give its exit status.

    Modules are imported late: `./run manage` pays for none of demo.
    """
    known, rest = parser().parse_known_args(words)
    if known.command in {"manage", "test", "bench", "chaos"}:
        # Theirs to read: argparse must not take options out of the middle of another tool's command
        # line.
        rest = words[words.index(known.command) + 1 :]
    elif rest:
        parser().error(f"unknown arguments: {' '.join(rest)}")
    return COMMANDS[known.command](known, rest)


def main() -> int:
    """Run the command line of this process; failures become a sentence and an exit status."""
    interruption.install()
    try:
        return dispatch(sys.argv[1:])
    except DoorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except StoppedByPersonError:
        sys.stderr.write("Stopped.\n")
        return INTERRUPTED
