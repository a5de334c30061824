"""Check the files of the real deployment without a Docker engine, wherever `./run check` runs.

The compose file against `deploy/compose.schema.json`, then what a schema cannot say: that every
service, network, volume and mounted file that is named exists, and that the lock of production is a
part of the lock we test with.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import yaml

from config.door.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA = CHECKOUT / "deploy" / "compose.schema.json"
# `${NAME}` alone would become an empty value in silence.
UNGUARDED = re.compile(r"\$\{[A-Za-z_]+\}|(?<!\$)\$[A-Za-z_]")


def complaints(compose_file: Path) -> list[str]:
    """Give everything that is wrong with a compose file, each with its place.

    Empty when nothing is.
    """
    text = compose_file.read_text()
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return [f"{compose_file.name} is not YAML: {error}"]
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()))
    wrong = [
        f"{'.'.join(str(part) for part in error.instance_path) or 'the file'}: {error.message}"
        for error in validator.iter_errors(told)
    ]
    # References are only worth following in a file of the right shape.
    return wrong or [
        *_dangling(told, compose_file.parent),
        *(f"{found}: give it a default or :?" for found in UNGUARDED.findall(_uncommented(text))),
    ]


def lock_complaints(production: Path, tested: Path) -> list[str]:
    """Give the packages that production would install otherwise than they were tested."""
    known = _blocks(tested)
    return [
        f"{production}: {name} is not as in {tested.name}; "
        "docs/operations/deployment.md tells how to compile both anew"
        for name, block in _blocks(production).items()
        if known.get(name) != block
    ]


def _uncommented(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def _dangling(told: dict[str, Any], root: Path) -> Iterator[str]:
    for name, service in told["services"].items():
        place = f"services.{name}"
        for other, wish in service.get("depends_on", {}).items():
            yield from _dependency(f"{place}.depends_on", told["services"].get(other), other, wish)
        for network in service["networks"]:
            if network not in told["networks"]:
                yield f"{place}.networks: there is no network {network}"
        for mount in service.get("volumes", []):
            source = mount.split(":", 1)[0]
            there = (
                (root / source).exists() if source.startswith(".") else source in told["volumes"]
            )
            if not there:
                yield f"{place}.volumes: there is no {source}"
        if "build" in service and not (root / service["build"]["dockerfile"]).exists():
            yield f"{place}.build: there is no {service['build']['dockerfile']}"


def _dependency(
    place: str, service: dict[str, Any] | None, name: str, wish: dict[str, str]
) -> Iterator[str]:
    if service is None:
        yield f"{place}: there is no service {name}"
    elif wish["condition"] == "service_healthy" and "disable" in service["healthcheck"]:
        yield f"{place}: {name} has no health check to wait for"


def _blocks(lock: Path) -> dict[str, frozenset[str]]:
    """Read a lock: package -> its version, marker and hashes.

    Comments say who asked and do not count.
    """
    found: dict[str, set[str]] = {}
    current: set[str] = set()
    for raw in lock.read_text().splitlines():
        line = raw.rstrip("\\ ")
        if not line or line.lstrip().startswith("#"):
            continue
        if not line.startswith(" "):
            current = found.setdefault(line.split("==", 1)[0], set())
        current.add(line.strip())
    return {name: frozenset(block) for name, block in found.items()}
