"""The door to exports."""

from .contracts import Column, Exporter, Filter, InvalidExport, Params, said_of
from .expressions import Local, Utc, both_clocks, person
from .registry import exporter_named, register
from .services import start_export

__all__ = [
    "Column",
    "Exporter",
    "Filter",
    "InvalidExport",
    "Local",
    "Params",
    "Utc",
    "both_clocks",
    "exporter_named",
    "person",
    "register",
    "said_of",
    "start_export",
]
