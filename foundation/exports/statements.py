"""The SQL of an export: what is selected, how text is disarmed, how many rows there will be."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, TextField
from django.db.models.functions import Cast

from .contracts import Column, Exporter, Params
from .formulas import disarmed

Statement = tuple[str, tuple[Any, ...]]


def selected_value(column: Column) -> Any:
    """Return what is selected for a column: as it is when it is ours, else as text."""
    value = F(column.value) if isinstance(column.value, str) else column.value
    return value if column.plain else Cast(value, TextField())


def copy_statement(
    exporter: Exporter, shop_id: UUID, filters: Params, columns: Sequence[Column] = ()
) -> Statement:
    """Return the statement that makes the database write the whole file, header included."""
    columns = columns or exporter.columns
    rows = exporter.rows(shop_id, filters).values_list(*map(selected_value, columns))
    sql, values = rows.query.sql_with_params()
    names = [connection.ops.quote_name(column.name) for column in columns]
    cells: list[str] = []
    patterns: list[str] = []
    for name, column in zip(names, columns, strict=True):
        cell, used = (name, ()) if column.plain else disarmed(name)
        cells.append(f"{cell} AS {name}")
        patterns += used
    # The names are the exporter's own.
    selected = f"SELECT {', '.join(cells)} FROM ({sql}) AS exported ({', '.join(names)})"  # noqa: S608
    return f"COPY ({selected}) TO STDOUT WITH (FORMAT csv, HEADER)", (*patterns, *values)


def count_statement(exporter: Exporter, shop_id: UUID, filters: Params) -> Statement:
    """Return the statement that counts the rows."""
    rows = exporter.rows(shop_id, filters).order_by().values_list("pk")
    sql, values = rows.query.sql_with_params()
    return f"SELECT count(*) FROM ({sql}) AS counted", values  # noqa: S608 -- made by the ORM
