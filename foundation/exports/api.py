"""The door to exports."""

from .contracts import Column, Exporter, InvalidExport, Params
from .registry import exporter_named, register
from .services import start_export

__all__ = [
    "Column",
    "Exporter",
    "InvalidExport",
    "Params",
    "exporter_named",
    "register",
    "start_export",
]
