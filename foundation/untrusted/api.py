"""The door to reading what strangers send."""

from .contracts import Column, CsvLimits, JsonLimits, Rejected, Row
from .documents import read_json
from .tables import is_formula, read_csv

__all__ = [
    "Column",
    "CsvLimits",
    "JsonLimits",
    "Rejected",
    "Row",
    "is_formula",
    "read_csv",
    "read_json",
]
