"""What an exporter is made of, and what is refused."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.forms import Form

from foundation.shops.api import Role

Params = dict[str, str]


class InvalidExport(Exception):
    """The filters make no sense; nothing was started. The text is for people."""

    @classmethod
    def unless_valid(cls, form: Form) -> None:
        """Raise everything that is wrong in a form of filters, if there is something."""
        if not form.is_valid():
            raise cls(" ".join(str(text) for texts in form.errors.values() for text in texts))


class Refused(Exception):
    """What a person wanted is not possible now; nothing was changed. The text is for them."""


def said_of(params: Params, words: Mapping[str, str], labels: Mapping[str, object]) -> str:
    """Say chosen filters to people: ``words`` name them, ``labels`` name values that are codes."""
    said = [
        f"{words[name]}: {labels.get(value, value)}"
        for name, value in params.items()
        if name in words
    ]
    return ", ".join(said) or "everything"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the file and a field, lookup path or expression.

    ``plain``: numbers, times and codes of ours, written as they are. Everything else is text from
    somewhere, and is disarmed.
    """

    name: str
    value: Any
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """What the rows can be narrowed to: its name, what it means, and its values where few."""

    name: str
    meaning: str
    values: Sequence[str] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Exporter:
    """Something that can be exported.

    ``clean`` turns what was posted into parameters or raises :class:`InvalidExport`; ``filters``
    say to programs what it reads. ``rows`` are the shop's rows for them, in order; ``words`` says
    the parameters to people. The query must give its first row within a job's lease.
    """

    name: str
    title: str
    columns: Sequence[Column]
    clean: Callable[[UUID, Mapping[str, str]], Params]
    rows: Callable[[UUID, Params], QuerySet[Any]]
    words: Callable[[Params], str]
    filters: Sequence[Filter] = ()
    role: Role = Role.VIEWER
