"""Limits, columns, rows, and what is said about input that is refused."""

from dataclasses import dataclass


class Rejected(ValueError):
    """The input cannot be taken. ``str()`` is for people and names the place.

    ``line`` and ``column`` count from 1, ``offset`` in bytes from 0, ``path`` is a JSON path; each
    is None where it makes no sense.
    """

    def __init__(
        self,
        message: str,
        *,
        line: int | None = None,
        column: str | int | None = None,
        path: str | None = None,
        offset: int | None = None,
    ) -> None:
        self.message, self.line, self.column = message, line, column
        self.path, self.offset = path, offset
        places = (("line", line), ("column", column), ("at", path), ("byte", offset))
        where = ", ".join(f"{word} {place}" for word, place in places if place is not None)
        super().__init__(f"{where}: {message}" if where else message)


@dataclass(frozen=True, slots=True)
class CsvLimits:
    """What a table may be at most. ``field_chars`` stays below the csv module's own 131,072."""

    max_bytes: int = 200 * 1024 * 1024
    max_rows: int = 1_000_000
    max_columns: int = 200
    field_chars: int = 32_768
    line_chars: int = 1_048_576


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """What a document may be at most. ``max_exponent`` bounds 1e999999999 and its kind."""

    max_bytes: int = 2 * 1024 * 1024
    max_depth: int = 40
    max_exponent: int = 400


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What a photo may be at most, and at least.

    ``whole_pixels`` is for kinds that no library decodes in strips: progressive JPEG, interlaced
    PNG, WebP.
    """

    max_bytes: int = 40 * 1024 * 1024
    max_pixels: int = 60_000_000
    whole_pixels: int = 25_000_000
    least_side: int = 200
    max_aspect: int = 8


@dataclass(frozen=True, slots=True)
class Column:
    """A column we understand: its name for us and the headings it goes by, in any letter case."""

    name: str
    headings: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``line`` is where it ends in the file; absent optional columns are ``""``.

    ``formulas`` are the columns whose value a spreadsheet would run as a formula.
    """

    line: int
    values: dict[str, str]
    formulas: frozenset[str]
