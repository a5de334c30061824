"""Values that columns of many exports have: moments by two clocks, people by their names."""

from typing import Any

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Coalesce, NullIf

from .contracts import Column


class Local(Func):
    """A moment in the zone of the snapshot, which is the shop's, with its offset."""

    function = "to_char"
    output_field = TextField()

    def __init__(self, path: str) -> None:
        super().__init__(F(path), Value("YYYY-MM-DD HH24:MI:SSTZH:TZM"))


class Utc(Func):
    """A moment in UTC."""

    template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    output_field = TextField()

    def __init__(self, path: str) -> None:
        super().__init__(F(path))


def both_clocks(name: str, path: str = "") -> tuple[Column, Column]:
    """Return a moment's columns: the shop's clock, then UTC; ``path`` where it is not the name."""
    return (
        Column(name, Local(path or name), plain=True),
        Column(f"{name}_utc", Utc(path or name), plain=True),
    )


def person(path: str) -> Any:
    """Name a person as pages do."""
    return Coalesce(NullIf(F(f"{path}__name"), Value("")), F(f"{path}__email"), Value(""))
