"""Connections: pages of records behind opaque cursors."""

import base64
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from sandbox.shopify import search
from sandbox.shopify.errors import FieldError
from sandbox.shopify.plan import resolves

if TYPE_CHECKING:
    from sandbox.shopify.execution import Call

PRODUCT_VARIANTS_PAGE = 2048


class Page(msgspec.Struct):
    """One page; `values` are the sort values of the nodes, `depth` the rows before the first.

    `ids` number the nodes where they have no id of their own.
    """

    nodes: list[Any]
    values: list[Any]
    has_next: bool
    has_previous: bool
    depth: int = 0
    ids: list[int] | None = None

    def cursor(self, at: int) -> str:
        """Opaque cursor of a row."""
        doc = {
            "last_id": self.nodes[at].id if self.ids is None else self.ids[at],
            "last_value": self.values[at],
            "n": self.depth + at + 1,
        }
        return base64.b64encode(msgspec.json.encode(doc)).decode()


def size(call: "Call", arguments: dict[str, Any], most: int) -> int:
    """The asked number of rows.

    Raises:
        FieldError: neither or both of first and last, or more rows than a page may have.
    """
    given = [
        (name, arguments[name]) for name in ("first", "last") if arguments.get(name) is not None
    ]
    if not given:
        raise FieldError("BAD_REQUEST", "you must provide one of first or last")
    if len(given) > 1:
        raise FieldError("BAD_REQUEST", "providing both first and last is not supported")
    name, asked = given[0]
    if asked < 0 or asked > most:
        message = f"{name} must be between 0 and {most}, {asked} given"
        raise FieldError("INVALID_FIELD_ARGUMENTS", message, rootField=call.root)
    return int(asked)


def read_cursor(text: str) -> tuple[Any, Any, int]:
    """Id, sort value and depth of a cursor.

    Raises:
        FieldError: the text is no cursor of ours.
    """
    try:
        doc = msgspec.json.decode(base64.b64decode(text, validate=True))
        return doc["last_id"], doc["last_value"], int(doc["n"])
    except (ValueError, KeyError, TypeError, msgspec.DecodeError) as error:
        raise FieldError("BAD_REQUEST", f"Invalid cursor: {text}") from error


SortValue: TypeAlias = Callable[[Any], Any]


def listing(
    call: "Call", kind: str, arguments: dict[str, Any], sort: SortValue | None = None
) -> Page:
    """A page of all records of a kind ("product", "variant", "item"), filtered and sorted.

    `sort` gives the sort value, None means by id.
    """
    asked = size(call, arguments, call.settings.array_ceiling)
    text = arguments.get("query") or ""
    query = search.compiled(kind, text)
    call.warn(text, query)
    forward = not arguments.get("reverse") and arguments.get("first") is not None
    if sort is None and forward and not arguments.get("before"):
        page = _by_id(call, kind, arguments, query, asked)
    else:
        page = _sorted(call, kind, arguments, query, sort or (lambda record: record.id))
    limit = call.settings.pagination_depth
    if (text or sort is not None) and page.depth + len(page.nodes) > limit:
        message = f"Cannot paginate past {limit} objects of a filtered or sorted list"
        raise FieldError("BAD_REQUEST", message)
    return page


def matching(call: "Call", kind: str, ids: list[int], query: search.Query) -> Iterator[Any]:
    """Records of `ids` that the query lets through, as the search index knows them."""
    shop = call.shop
    records: Any = {"product": shop.products, "variant": shop.variants, "item": shop.items}[kind]
    predicate = query.predicate
    if predicate is None:
        return (records[number] for number in ids)
    if not shop.unindexed:
        return (r for number in ids if predicate(shop, r := records[number]))
    return (
        records[number]
        for number in ids
        if (known := shop.indexed(kind, number, records[number])) and predicate(shop, known)
    )


def _by_id(
    call: "Call", kind: str, arguments: dict[str, Any], query: search.Query, asked: int
) -> Page:
    last, depth = 0, 0
    if after := arguments.get("after"):
        last, _, depth = read_cursor(after)
    rows = list(islice(matching(call, kind, call.shop.ids_after(kind, last), query), asked + 1))
    nodes = rows[:asked]
    return Page(nodes, [node.id for node in nodes], len(rows) > asked, depth > 0, depth)


def _sorted(
    call: "Call", kind: str, arguments: dict[str, Any], query: search.Query, sort: SortValue
) -> Page:
    rows = list(matching(call, kind, call.shop.ids(kind), query))
    return sliced(rows, arguments, sort)


def sliced(
    rows: list[Any], arguments: dict[str, Any], sort: SortValue, *, in_order: bool = False
) -> Page:
    """A page of a list; it is sorted by (value, id) unless it is `in_order` already."""

    def place(record: Any) -> Any:
        return (sort(record), record.id)

    if not in_order:
        rows = sorted(rows, key=place)
    if arguments.get("reverse"):
        rows = rows[::-1]
    start, end = 0, len(rows)
    if after := arguments.get("after"):
        start = _find(rows, after, place, reverse=bool(arguments.get("reverse")), inside=1)
    if before := arguments.get("before"):
        end = _find(rows, before, place, reverse=bool(arguments.get("reverse")), inside=0)
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None:
        end_of_page = min(end, start + first)
        nodes = rows[start:end_of_page]
    else:
        begin = max(start, end - (last or 0))
        nodes, start, end_of_page = rows[begin:end], begin, end
    values = [sort(node) for node in nodes]
    return Page(nodes, values, end_of_page < len(rows), start > 0, start)


def _find(rows: list[Any], cursor: str, place: SortValue, *, reverse: bool, inside: int) -> int:
    """Index just after (`inside=1`) or at the cursor's row, or where it would have been."""
    last_id, last_value, _ = read_cursor(cursor)
    wanted = (last_value, last_id)
    for at, row in enumerate(rows):
        mine = place(row)
        if mine == wanted:
            return at + inside
        if (mine < wanted) if reverse else (mine > wanted):
            return at
    return len(rows)


@resolves("Connection", "nodes")
def _nodes(page: Page, _arguments: dict[str, Any], _call: "Call") -> list[Any]:
    return page.nodes


@resolves("Connection", "edges")
def _edges(page: Page, _arguments: dict[str, Any], _call: "Call") -> list[dict[str, Any]]:
    return [{"node": node, "cursor": page.cursor(at)} for at, node in enumerate(page.nodes)]


@resolves("Connection", "pageInfo")
def _page_info(page: Page, _arguments: dict[str, Any], _call: "Call") -> dict[str, Any]:
    return {
        "hasNextPage": page.has_next,
        "hasPreviousPage": page.has_previous,
        "startCursor": page.cursor(0) if page.nodes else None,
        "endCursor": page.cursor(len(page.nodes) - 1) if page.nodes else None,
    }
