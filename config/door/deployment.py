"""Check the files of the real deployment, since there is no Docker engine wherever `./run check` runs.

The compose file against `deploy/compose.schema.json`, then what a schema cannot say: that every service, network,
volume and mounted file that is named exists, and that the lock of production is a part of the lock we test with.
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
    """Give everything that is wrong with a compose file, each with its place; empty when nothing is."""
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
        f"{production.name}: {name} differs from {tested.name}; compile both anew (docs/operations/deployment.md)"
        for name, block in _blocks(production).items()
        if known.get(name) != block
    ]


def _uncommented(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def _dangling(told: dict[str, Any], root: Path) -> Iterator[str]:
    services = told["services"]
    for name, service in services.items():
        for other in service.get("depends_on", {}):
            if other not in services:
                yield f"services.{name}.depends_on: there is no service {other}"
            elif (
                service["depends_on"][other]["condition"] == "service_healthy"
                and "disable" in services[other]["healthcheck"]
            ):
                yield f"services.{name}.depends_on: {other} has no health check to wait for"
        for network in service["networks"]:
            if network not in told["networks"]:
                yield f"services.{name}.networks: there is no network {network}"
        for mount in service.get("volumes", []):
            source = mount.split(":", 1)[0]
            if source.startswith("."):
                if not (root / source).exists():
                    yield f"services.{name}.volumes: {source} does not exist"
            elif source not in told["volumes"]:
                yield f"services.{name}.volumes: there is no volume {source}"
        if "build" in service and not (root / service["build"]["dockerfile"]).exists():
            yield f"services.{name}.build: {service['build']['dockerfile']} does not exist"


def _blocks(lock: Path) -> dict[str, frozenset[str]]:
    """Read a lock: package -> its version, marker and hashes; comments say who asked and do not count."""
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
