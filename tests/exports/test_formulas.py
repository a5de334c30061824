"""Whatever text goes in: no cell of the file is one that a spreadsheet would run."""

import csv
import io
import re
import sys
import unicodedata

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from foundation.exports.formulas import disarmed

pytestmark = pytest.mark.django_db

CASES = {
    "=1+1": "'=1+1",
    "+1": "'+1",
    "-1": "'-1",
    "@SUM(A1)": "'@SUM(A1)",
    "\t=1": "'\t'=1",
    "\r=1": "'\r'=1",
    "\n=1": "'\n'=1",
    "\tx": "'\tx",
    "\rx": "'\rx",
    "\nx": "'\nx",
    "\u00a0\u3000=1": "'\u00a0\u3000=1",
    "\ufeff=1": "'\ufeff=1",
    "\u200b+1": "'\u200b+1",
    "\x01=1": "'\x01=1",
    '"=1': "'\"=1",
    "\ufe66 1": "'\ufe66 1",
    # Where numbers have a comma, a spreadsheet begins cells within ours.
    "x;=1+1": "x;'=1+1",
    "x; =1;-2": "x;' =1;'-2",
    "x\n=1": "x\n'=1",
    'x;"=1': "x;'\"=1",
    "x;y; 1 = 1; a-b": "x;y; 1 = 1; a-b",
    "  =1": "'  =1",
    "＝1": "'＝1",  # noqa: RUF001 -- the wide form is the danger
    '=HYPERLINK("https://evil.example","x")': '\'=HYPERLINK("https://evil.example","x")',
    "a=1": "a=1",
    "'=1": "'=1",
    "": "",
    "%s %(x)s {0} \\1": "%s %(x)s {0} \\1",
}
STRIPPED = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
SIGNS = "=+-@"


def written(cells: list[str]) -> list[str]:
    """Let PostgreSQL write the cells as a file, and read it as Python does."""
    sql, patterns = disarmed("cell")
    selected = f"SELECT {sql} FROM unnest(%s::text[]) WITH ORDINALITY AS t (cell, n) ORDER BY n"  # noqa: S608 -- ours
    found = bytearray()
    with connection.cursor() as cursor:
        statement = f"COPY ({selected}) TO STDOUT WITH (FORMAT csv, FORCE_QUOTE *)"
        with cursor.cursor.copy(statement, (*patterns, cells)) as copy:
            for piece in copy:
                found += piece
    return [row[0] for row in csv.reader(io.StringIO(found.decode(), newline=""))]


def is_run(cell: str) -> bool:
    """Say what OWASP says, in other words than the code."""
    if cell[:1] in {"\t", "\r", "\n"}:
        return True
    left = cell
    while left and (left[0] == '"' or unicodedata.category(left[0]) in STRIPPED):
        left = left[1:]
    return bool(left) and unicodedata.normalize("NFKC", left[0])[0] in SIGNS


def test_cells_that_are_known() -> None:
    assert dict(zip(CASES, written(list(CASES)), strict=True)) == CASES


def test_every_character_that_may_be_stripped_is_looked_behind() -> None:
    """All of Unicode that this Python knows: each alone before a sign, and each as the sign."""
    every = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    blank = [each for each in every if unicodedata.category(each) in STRIPPED]
    signs = [each for each in every if unicodedata.normalize("NFKC", each)[:1] in tuple(SIGNS)]
    assert len(blank) > 200
    assert len(signs) > 10
    cells = [f"{each}=1" for each in blank] + [f"{each}1" for each in signs]
    assert [cell for cell in written(cells) if is_run(cell)] == []


ALPHABET = st.one_of(
    st.sampled_from(list("=+-@;|\t\r\n \"',x1\u00a0\ufeff\u200b\uff1d\ufe63")),
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(["=1", "\n\n=1", "x;\ufeff=1", "'"])
@given(st.lists(st.text(ALPHABET, max_size=12), min_size=1, max_size=20))
def test_whatever_text_goes_in_no_cell_is_run(cells: list[str]) -> None:
    found = written(cells)
    for before, after in zip(cells, found, strict=True):
        assert not is_run(after)
        # Neither where the semicolon, the tab, the bar or the line ends a cell.
        assert not [each for each in re.split(r"[;|\t\r\n]", after) if is_run(each)]
        assert after.replace("'", "") == before.replace("'", ""), "nothing else is changed"
        if not is_run(before) and not re.search(r"[;|\t\r\n]", before):
            assert after == before


@given(st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=20))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_plain_words_are_left_alone(word: str) -> None:
    assert written([word, f"{word} - {word}", f"{word}; {word}"]) == [
        word,
        f"{word} - {word}",
        f"{word}; {word}",
    ]
