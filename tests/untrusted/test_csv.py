"""Tables from strangers: what is read, and what is refused with its place."""

import codecs
import csv
import io
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.untrusted.api import Column, CsvLimits, Rejected, Row, is_formula, read_csv

COLUMNS = (Column("sku", ("Artikel-Nr",)), Column("price"), Column("note", required=False))


def read(data: bytes, **options: object) -> list[Row]:
    """Read all rows."""
    return list(read_csv(io.BytesIO(data), COLUMNS, **options))  # type: ignore[arg-type]


def values(data: bytes, **options: object) -> list[dict[str, str]]:
    """Read all rows' values."""
    return [row.values for row in read(data, **options)]


EXPECTED = [{"sku": "A", "price": "1,5", "note": "né"}]


@pytest.mark.parametrize(
    "data",
    [
        'SKU,Price,Note\nA,"1,5",né\n'.encode(),
        'sku;PRICE ;note\r\nA;"1,5";né\r\n'.encode(),
        "artikel_nr\tprice\tnote\nA\t1,5\tné".encode(),
        codecs.BOM_UTF8 + 'sku,price,note\n"A","1,5",né\n\n'.encode(),
        "sku\tprice\tnote\rA\t1,5\tné\r".encode("utf-16"),
        'note,extra,price,sku\nné,x,"1,5",A'.encode(),
    ],
)
def test_delimiters_marks_line_ends_and_order_do_not_matter(data: bytes) -> None:
    assert values(data) == EXPECTED


def test_cp1252_is_read_when_it_is_declared_and_refused_when_not() -> None:
    data = 'sku;price;note\nA;"1,5";né'.encode("cp1252")

    assert values(data, without_mark="cp1252") == EXPECTED
    with pytest.raises(Rejected, match=r"^line 2: The text is not utf-8: .*declare its encoding"):
        read(data)


def test_rows_know_their_line_and_their_formulas() -> None:
    data = b'sku,price,note\nA,-5,"two\nlines"\nB,=1+1,@x\nC,+1,-cmd\n'

    assert [(row.line, row.formulas) for row in read(data)] == [
        (3, frozenset()),
        (4, frozenset({"price", "note"})),
        (5, frozenset({"note"})),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "line 1: The file is empty"),
        (b"\n", "line 1: The file is empty"),
        (b"sku,note\nA,x\n", "line 1: The columns price are missing. Found: sku, note."),
        (b"sku,price,Artikel Nr\n", "line 1, column 3: Two columns are headed 'Artikel Nr'"),
        (b"sku,price\nA,1\nB\n", "line 3: The row has 1 fields, the heading 2."),
        (b"sku,price\nA,1\nB,\x00\n", "line 3, column 3: There is a NUL byte"),
        (b'sku,price\nA,"1" x\n', "line 2: The line is not CSV"),
        (b'sku,price\nA,"1\n', "line 2: The line is not CSV: unexpected end of data."),
        (b"sku,price\n" + b"A,1\n" * 4, "line 5: There are more than 3 rows."),
        (b"sku,price\nA," + b"x" * 51, "line 2, column price: The field is longer than 50"),
        (b"sku,price\nA," + b"x" * 101, "line 2: The line is longer than 100"),
        (b"sku,price\n" + b"\n" * 1000, "The file is longer than 1000 bytes."),
        (b"sku,price,a,b,c\n", "line 1: There are 5 columns; 4 are the most."),
    ],
)
def test_refusals_name_the_place(data: bytes, said: str) -> None:
    limits = CsvLimits(max_bytes=1000, max_rows=3, max_columns=4, field_chars=50, line_chars=100)
    with pytest.raises(Rejected) as refused:
        read(data, limits=limits)

    assert str(refused.value).startswith(said)


def test_memory_does_not_grow_with_the_file() -> None:
    class Long(io.RawIOBase):
        def __init__(self) -> None:
            self._pieces: Iterator[bytes] = iter([b"sku,price\n", *[b"A,1\n" * 10_000] * 100])
            self._rest = b""

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            self._rest = self._rest or next(self._pieces, b"")
            piece, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
            buffer[: len(piece)] = piece
            return len(piece)

    tracemalloc.start()
    count = sum(1 for _ in read_csv(io.BufferedReader(Long()), COLUMNS))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 1_000_000
    assert peak < 2_000_000


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=20))
def test_what_a_writer_writes_is_read_back(rows: list[tuple[str, str]]) -> None:
    rows = [(a.replace("\x00", "x"), b.replace("\x00", "x")) for a, b in rows]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["sku", "price"])
    writer.writerows(rows)
    data = out.getvalue().encode("utf-8", "replace")

    expected = [tuple(cell.encode("utf-8", "replace").decode() for cell in row) for row in rows]
    assert [(row.values["sku"], row.values["price"]) for row in read(data)] == expected


@pytest.mark.parametrize("cell", ["=1", "+x", "-x", "@x", "\t=", "\rx", " =1", "+1+cmd|' /C'!A0"])
def test_formulas(cell: str) -> None:
    assert is_formula(cell)


@pytest.mark.parametrize("cell", ["", "a=1", "-5", "+1 000,50", "-12.5%", "'=1"])
def test_no_formulas(cell: str) -> None:
    assert not is_formula(cell)
