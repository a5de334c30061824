"""Keyset pages: as quick on page 10,000 as on the first, and no row twice while rows are added.

Not done here: totals (a count of a big list costs more than the page) and jumping to page n.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 50


class BadCursor(ValueError):
    """A cursor that is none of ours. ``str()`` is for people."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page and the cursors of its neighbours; an empty cursor: there is none."""

    items: Sequence[Row]
    before: str
    after: str

    @property
    def alone(self) -> bool:
        """Whether there is nothing to leaf through."""
        return not self.before and not self.after


def page_of(
    rows: QuerySet[Row],
    params: Mapping[str, str],
    *,
    order: Sequence[str] = ("-pk",),
    size: int = PAGE_SIZE,
    strict: bool = False,
) -> Page[Row]:
    """Cut one page out of ``rows``, in one query; behind a cursor of mixed directions in two.

    ``order`` are field names, each with its own direction, the last one unique; none may be null.
    ``params`` is ``request.GET``: ``after=<cursor>`` is the page behind that row, ``before`` the
    one in front of it. A cursor somebody has mangled leads to the first page, not to an error;
    with ``strict`` it raises :class:`BadCursor`, as a program would begin again for ever.
    """
    names = [name.lstrip("-") for name in order]
    descending = [name.startswith("-") for name in order]
    backwards = False
    anchor = _decode(rows, names, params.get("after", ""))
    if anchor is None:
        anchor = _decode(rows, names, params.get("before", ""))
        backwards = anchor is not None
    if strict and anchor is None and (params.get("after") or params.get("before")):
        raise BadCursor("This place in the list is not one we gave. Begin with the first page.")
    smaller = [each != backwards for each in descending]
    signs = ["-" if each else "" for each in smaller]
    ordered = rows.order_by(*(sign + name for sign, name in zip(signs, names, strict=True)))
    found: list[Row] = []
    for part in [Q()] if anchor is None else _beyond(names, anchor, smaller):
        found += ordered.filter(part)[: size + 1]
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    first = _encode(found[0], names) if found else ""
    last = _encode(found[-1], names) if found else ""
    return Page(
        items=found,
        before=first if (more if backwards else anchor is not None) else "",
        after=last if (more or backwards) else "",
    )


def _beyond(names: Sequence[str], anchor: Sequence[Any], smaller: Sequence[bool]) -> list[Q]:
    """Return what lies beyond a row, as conditions whose rows follow one another.

    In one direction that is one condition, which an index can begin at. In mixed directions none
    can: where many rows share the first column, all of those before the anchor would be read. So
    they are two, the rest of those that share it and what comes behind them, each an index range.
    """
    first = Q(**{f"{names[0]}__{'lt' if smaller[0] else 'gt'}": anchor[0]})
    if len(set(smaller)) > 1:
        ties = Q(**{names[0]: anchor[0]})
        return [*(ties & part for part in _beyond(names[1:], anchor[1:], smaller[1:])), first]
    # Row comparison, spelled out: (a, b) < (x, y) is a < x, or a = x and b < y.
    found = Q()
    same = Q()
    for name, value, less in zip(names, anchor, smaller, strict=True):
        found |= same & Q(**{f"{name}__{'lt' if less else 'gt'}": value})
        same &= Q(**{name: value})
    # Implied by the rest, and what an index can begin at: PostgreSQL finds no bound in the OR.
    bound = "lte" if smaller[0] else "gte"
    return [found & Q(**{f"{names[0]}__{bound}": anchor[0]})]


def _field(rows: QuerySet[Any], name: str) -> "Field[Any, Any]":
    meta = rows.model._meta  # noqa: SLF001 -- Django's documented API of models
    field = meta.pk if name == "pk" else meta.get_field(name)
    assert isinstance(field, Field)  # noqa: S101 -- the caller's own constant, not input
    return field


def _encode(row: Model, names: Sequence[str]) -> str:
    values = [_field_text(getattr(row, name)) for name in names]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _field_text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _decode(rows: QuerySet[Any], names: Sequence[str], cursor: str) -> list[Any] | None:
    if not cursor:
        return None
    try:
        texts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [
            _field(rows, name).to_python(str(text)) for name, text in zip(names, texts, strict=True)
        ]
    except (ValueError, TypeError, ValidationError):
        return None
