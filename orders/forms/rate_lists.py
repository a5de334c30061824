"""CSV files of shipping rates or taxes, read whole: every wrong line is said at once."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

from django import forms

from foundation.untrusted.api import Column, CsvLimits, Rejected, read_csv
from orders.assortment.tables import MOST_ROWS, Key, Line, Table

from .rates import FORMS

MOST_BYTES: Final = 256 * 1024
MOST_SAID: Final = 20
LIMITS: Final = CsvLimits(
    max_bytes=MOST_BYTES, max_rows=MOST_ROWS, max_columns=40, field_chars=200, line_chars=4000
)
_RATE: Final = "Write a share such as 0.13, or 13 %, with its sign: at most 100 %."


@dataclass(frozen=True, slots=True)
class ReadList:
    """The lines of a file by key, and what is wrong with it, line by line."""

    lines: Mapping[Key, Line]
    problems: Sequence[str]
    more_problems: int = 0


def read_list(stream: IO[bytes], table: Table, *, currency: str) -> ReadList:
    """Read a file of the table's columns; nothing is taken of one that has a wrong line."""
    lines: dict[Key, Line] = {}
    problems: list[str] = []
    optional = ("province",)
    columns = [Column(name, required=name not in optional) for name in table.columns]
    try:
        for row in read_csv(stream, columns, limits=LIMITS):
            form = _form(table, row.values, currency)
            if not form.is_valid():
                problems += _said(row.line, form)
                continue
            line = form.line
            key = table.key_of(line)
            if key in lines:
                problems.append(f"Line {row.line}: {table.words_of(line)} stands there twice.")
            lines[key] = line
    except Rejected as rejected:
        # The reader stops there.
        problems.append(f"{str(rejected)[:1].upper()}{str(rejected)[1:]}")
        if rejected.line is not None and rejected.line > 1:
            problems.append("What stands below that line was not looked at.")
    if not lines and not problems:
        problems.append("There is no line below the heading.")
    return ReadList(lines, problems[:MOST_SAID], max(0, len(problems) - MOST_SAID))


def _form(table: Table, values: Mapping[str, str], currency: str) -> Any:
    form = FORMS[table.name]
    return form(form.data_of(values), currency=currency)


def _said(line: int, form: forms.Form) -> list[str]:
    return [
        f"Line {line}, rate: {_RATE}"
        if name == "percent"
        else f"Line {line}, {name}: {' '.join(map(str, errors))}"
        for name, errors in form.errors.items()
    ]


def written(lines: Mapping[Key, Line], table: Table) -> str:
    """Return lines as a file that :func:`read_list` reads as the same."""
    out = io.StringIO()
    writer = csv.DictWriter(out, table.columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines.values())
    return out.getvalue()


class RateListForm(forms.Form):
    """A file, or its text once it was shown what it would change."""

    file = forms.FileField(
        label="CSV file",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        error_messages={"empty": "The file is empty."},
    )
    text = forms.CharField(required=False, strip=False, widget=forms.HiddenInput())
    whole = forms.BooleanField(
        label="It is the whole table: rows that it does not have are deleted", required=False
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput())

    def clean(self) -> dict[str, Any]:
        """Take the file's bytes, or the text that came back; refuse what is too large."""
        values = self.cleaned_data
        file, text = values.get("file"), values.get("text") or ""
        if file is not None and (file.size or 0) > MOST_BYTES:
            self.add_error(
                "file", f"It is larger than {MOST_BYTES // 1024} KB. Is it the right one?"
            )
            return values
        values["content"] = file.read() if file is not None else text.encode()
        if not values["content"] and not self.errors:
            self.add_error("file", "Choose a file.")
        return values
