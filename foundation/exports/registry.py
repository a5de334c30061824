"""Which exporters there are."""

from .contracts import Exporter
from .options import NAMES

_exporters: dict[str, Exporter] = {}


def register(exporter: Exporter) -> Exporter:
    """Make an exporter known under its name."""
    if not NAMES.isdisjoint(each.name for each in exporter.filters):
        message = f"A filter of {exporter.name} has the name of an option."
        raise RuntimeError(message)
    known = _exporters.setdefault(exporter.name, exporter)
    if known.rows.__module__ != exporter.rows.__module__:
        message = f"Two exporters are called {exporter.name}."
        raise RuntimeError(message)
    _exporters[exporter.name] = exporter
    return exporter


def exporter_named(name: str) -> Exporter | None:
    """Return the exporter of a name; None when no running code knows it."""
    return _exporters.get(name)


def known_exporters() -> list[str]:
    """Return all registered names, sorted."""
    return sorted(_exporters)
