"""The SQL of an export: what is selected, how text is disarmed, how many rows there will be."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Cast

from .contracts import Column, Exporter, Params

# OWASP, "CSV Injection": a cell that begins so is run by spreadsheets. White space in front, the
# wide forms of the characters and line breaks count, too.
FORMULA = r"^([\t\r\n]|\s*[=+@＝＋－＠-])"  # noqa: RUF001 -- the wide forms are what is looked for
DISARMED = r"'\1"

Statement = tuple[str, tuple[Any, ...]]


class _Disarm(Func):
    function = "regexp_replace"
    output_field = TextField()


def _selected(column: Column) -> Any:
    value = F(column.value) if isinstance(column.value, str) else column.value
    if column.plain:
        return value
    return _Disarm(Cast(value, TextField()), Value(FORMULA), Value(DISARMED))


def copy_statement(exporter: Exporter, shop_id: UUID, params: Params) -> Statement:
    """Return the statement that makes the database write the whole file, header included."""
    rows = exporter.rows(shop_id, params).values_list(*map(_selected, exporter.columns))
    sql, values = rows.query.sql_with_params()
    names = ", ".join(connection.ops.quote_name(column.name) for column in exporter.columns)
    selected = f"SELECT * FROM ({sql}) AS exported ({names})"  # noqa: S608 -- names are the exporter's own
    return f"COPY ({selected}) TO STDOUT WITH (FORMAT csv, HEADER)", values


def count_statement(exporter: Exporter, shop_id: UUID, params: Params) -> Statement:
    """Return the statement that counts the rows."""
    rows = exporter.rows(shop_id, params).order_by().values_list("pk")
    sql, values = rows.query.sql_with_params()
    return f"SELECT count(*) FROM ({sql}) AS counted", values  # noqa: S608 -- made by the ORM
