"""Lists: newest first, by cursor (contract §2)."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.stripe.errors import exclusive, no_such

if TYPE_CHECKING:
    from sandbox.stripe.state import Record

Doc: TypeAlias = dict[str, Any]
DEFAULT_LIMIT = 10


def within(moment: int, bounds: Doc | None) -> bool:
    """Whether a moment lies in `created`'s bounds."""
    if bounds is None:
        return True
    return bool(
        moment > bounds.get("gt", -1)
        and moment >= bounds.get("gte", -1)
        and moment < bounds.get("lt", moment + 1)
        and moment <= bounds.get("lte", moment)
    )


def page(
    rows: "Iterable[Record]",
    given: Doc,
    *,
    url: str,
    matches: "Callable[[Record], bool]" = lambda _row: True,
) -> Doc:
    """A page of objects; `rows` come with the newest first.

    Raises:
        ApiError: a cursor names nothing of this list.
    """
    bounds = given.get("created")
    docs = [row.doc for row in rows if within(row.doc["created"], bounds) and matches(row)]
    return page_of(docs, given, url=url)


def page_of(docs: list[Doc], given: Doc, *, url: str) -> Doc:
    """A page of documents; see :func:`page`."""
    if "starting_after" in given and "ending_before" in given:
        raise exclusive("starting_after", "ending_before")
    limit = given.get("limit", DEFAULT_LIMIT)
    if "starting_after" in given:
        docs = docs[_place(docs, given["starting_after"], "starting_after") + 1 :]
    if "ending_before" in given:
        newer = docs[: _place(docs, given["ending_before"], "ending_before")]
        return _list(newer[-limit:], more=len(newer) > limit, url=url)
    return _list(docs[:limit], more=len(docs) > limit, url=url)


def _place(docs: list[Doc], number: str, param: str) -> int:
    for index, doc in enumerate(docs):
        if doc["id"] == number:
            return index
    raise no_such("object", number, param)


def _list(docs: list[Doc], *, more: bool, url: str) -> Doc:
    return {"object": "list", "data": docs, "has_more": more, "url": url}
