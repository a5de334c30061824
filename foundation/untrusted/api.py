"""The door to reading what strangers send."""

from .contracts import Column, CsvLimits, JsonLimits, PictureLimits, Rejected, Row
from .documents import read_json
from .libvips import libvips
from .pictures import TakenPicture, take_picture
from .tables import is_formula, read_csv

__all__ = [
    "Column",
    "CsvLimits",
    "JsonLimits",
    "PictureLimits",
    "Rejected",
    "Row",
    "TakenPicture",
    "is_formula",
    "libvips",
    "read_csv",
    "read_json",
    "take_picture",
]
