"""CSV from strangers, streamed."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from .contracts import Column, CsvLimits, Rejected, Row

_SNIFF_BYTES = 65_536
_DELIMITERS = ",;\t"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FORMULA = re.compile(r"^\s*[=+\-@]|^[\t\r]")
_NUMBER = re.compile(r"^\s*[+-]?[\d.,\s]+%?\s*$")


class _Bounded(io.RawIOBase):
    """The stranger's stream, up to the limit and one byte more."""

    def __init__(self, stream: IO[bytes], start: bytes, most: int) -> None:
        self._stream, self._start, self._left, self._most = stream, start, most + 1, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # RawIOBase's own contract
        wanted = min(len(view), self._left)
        if self._start:
            piece, self._start = self._start[:wanted], self._start[wanted:]
        else:
            piece = self._stream.read(wanted)
        self._left -= len(piece)
        if self._left <= 0:
            message = f"The file is longer than {self._most} bytes."
            raise Rejected(message)
        view[: len(piece)] = piece
        return len(piece)


def read_csv(
    stream: IO[bytes],
    columns: Sequence[Column],
    *,
    limits: CsvLimits | None = None,
    without_mark: str = "utf-8",
) -> Iterator[Row]:
    """Read a table row by row. Raises :class:`Rejected` at the first thing that cannot be taken.

    The encoding is what a byte order mark says (UTF-8, UTF-16), else ``without_mark``: "utf-8" or
    "cp1252", as the sender declared; never guessed. The delimiter is the one of comma, semicolon
    and tab that the heading line has most. Headings nobody knows are skipped.
    """
    limits = limits or CsvLimits()
    start = stream.read(_SNIFF_BYTES)
    encoding = next((name for mark, name in _MARKS if start.startswith(mark)), without_mark)
    raw = io.BufferedReader(_Bounded(stream, start, limits.max_bytes))
    lines = _lines(io.TextIOWrapper(raw, encoding=encoding, newline=""), encoding, limits)
    first = next(lines, None)
    if first is None or not first.strip():
        message = "The file is empty: the first line must name the columns."
        raise Rejected(message, line=1)
    reader = csv.reader(_from(first, lines), delimiter=_delimiter(first), strict=True)
    try:
        yield from _rows(reader, columns, limits)
    except csv.Error as error:
        message = f"The line is not CSV: {error}."
        raise Rejected(message, line=reader.line_num) from error


def _from(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest


def _lines(text: io.TextIOWrapper, encoding: str, limits: CsvLimits) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        try:
            line = text.readline(limits.line_chars + 1)
        except UnicodeError as error:
            message = (
                f"The text is not {encoding}: {_told_by(error)}. Save the file as UTF-8, or "
                "declare its encoding."
            )
            raise Rejected(message, line=number) from error
        if not line:
            return
        if len(line) > limits.line_chars:
            message = f"The line is longer than {limits.line_chars} characters."
            raise Rejected(message, line=number)
        if "\x00" in line:
            message = "There is a NUL byte: this is not a text file."
            raise Rejected(message, line=number, column=line.index("\x00") + 1)
        yield line


def _told_by(error: UnicodeError) -> str:
    # A codec's own error names bytes and positions of a piece that nobody sees.
    return error.reason if isinstance(error, UnicodeDecodeError) else str(error)


def _delimiter(heading: str) -> str:
    bare = re.sub(r'"[^"]*"', "", heading)
    return max(_DELIMITERS, key=bare.count)


def _rows(
    reader: Iterator[list[str]], columns: Sequence[Column], limits: CsvLimits
) -> Iterator[Row]:
    headings = next(reader)
    places = _places(headings, columns, limits)
    count = 0
    for cells in reader:
        line: int = reader.line_num  # type: ignore[attr-defined]  # csv.reader has it
        if not any(cells):
            continue
        count += 1
        if count > limits.max_rows:
            message = f"There are more than {limits.max_rows} rows."
            raise Rejected(message, line=line)
        if len(cells) != len(headings):
            message = f"The row has {len(cells)} fields, the heading {len(headings)}."
            raise Rejected(message, line=line)
        values = {column.name: "" for column in columns}
        for name, place in places.items():
            cell = cells[place]
            if len(cell) > limits.field_chars:
                message = f"The field is longer than {limits.field_chars} characters."
                raise Rejected(message, line=line, column=headings[place])
            values[name] = cell
        formulas = frozenset(name for name in places if is_formula(values[name]))
        yield Row(line, values, formulas)


def _places(headings: list[str], columns: Sequence[Column], limits: CsvLimits) -> dict[str, int]:
    if len(headings) > limits.max_columns:
        message = f"There are {len(headings)} columns; {limits.max_columns} are the most."
        raise Rejected(message, line=1)
    known = {
        _plain(heading): column.name
        for column in columns
        for heading in (column.name, *column.headings)
    }
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        name = known.get(_plain(heading))
        if name in places:
            message = f"Two columns are headed {heading!r} or mean the same."
            raise Rejected(message, line=1, column=place + 1)
        if name is not None:
            places[name] = place
    missing = [column.name for column in columns if column.required and column.name not in places]
    if missing:
        message = f"The columns {', '.join(missing)} are missing. Found: {', '.join(headings)}."
        raise Rejected(message, line=1)
    return places


def _plain(heading: str) -> str:
    return re.sub(r"[\s_-]+", " ", heading).strip().casefold()


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would run this cell; a plain negative number is none."""
    return bool(_FORMULA.match(cell)) and not _NUMBER.match(cell)
