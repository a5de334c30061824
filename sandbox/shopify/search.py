"""The vendor's search syntax (contract §6), compiled to predicates over records.

`field:value`, comparators, `AND`/`OR`/`NOT`/`-`, parentheses, quotes, `*` suffix. An unknown field
is ignored with a warning, as the vendor does: a typo widens the result.
"""

import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import msgspec

from sandbox.shopify import clock
from sandbox.shopify.search_fields import RESOURCES, Getter, Searchable

if TYPE_CHECKING:
    from sandbox.shopify.state import Shop

Predicate: TypeAlias = Callable[["Shop", Any], bool]

TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<minus>-)(?=[\w("'])|"""
    r"""(?P<field>[A-Za-z_][\w.]*)\s*:\s*(?P<op>>=|<=|>|<)?\s*(?P<value>"[^"]*"|'[^']*'|[^\s()]+)?|"""
    r"""(?P<word>"[^"]*"|'[^']*'|[^\s()]+))"""
)

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


class Query(NamedTuple):
    """A compiled `query:` argument. `predicate` is None when nothing filters."""

    predicate: Predicate | None
    warnings: tuple[dict[str, Any], ...]


class _Reader:
    """Recursive descent over the tokens of one query."""

    def __init__(self, text: str, fields: dict[str, Searchable], words: Getter) -> None:
        self.tokens = [match.groupdict() for match in TOKEN.finditer(text) if match.group().strip()]
        self.at = 0
        self.fields = fields
        self.words = words
        self.warnings: list[dict[str, Any]] = []

    def peek(self) -> dict[str, str | None] | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def any_of(self) -> Predicate | None:
        parts = [self.all_of()]
        while (token := self.peek()) and token["word"] == "OR":
            self.at += 1
            parts.append(self.all_of())
        known = [part for part in parts if part is not None]
        if len(known) < 2:  # noqa: PLR2004 - one or none needs no OR
            return known[0] if known else None
        return lambda shop, record: any(part(shop, record) for part in known)

    def all_of(self) -> Predicate | None:
        known: list[Predicate] = []
        while (token := self.peek()) and not token["close"] and token["word"] != "OR":
            if token["word"] == "AND":
                self.at += 1
                continue
            part = self.one()
            if part is not None:
                known.append(part)
        if len(known) < 2:  # noqa: PLR2004 - one or none needs no AND
            return known[0] if known else None
        return lambda shop, record: all(part(shop, record) for part in known)

    def one(self) -> Predicate | None:
        token = self.tokens[self.at]
        self.at += 1
        if token["minus"] or token["word"] == "NOT":
            negated = self.one() if self.peek() else None
            return None if negated is None else _not(negated)
        if token["open"]:
            inner = self.any_of()
            if (closing := self.peek()) and closing["close"]:
                self.at += 1
            return inner
        if token["field"]:
            return self.term(token["field"], token["op"] or "", token["value"] or "")
        return self.free(token["word"] or "")

    def free(self, word: str) -> Predicate:
        wanted = word.strip("\"'").rstrip("*").lower()
        words = self.words
        return lambda shop, record: _has_word(words(shop, record), wanted)

    def term(self, name: str, compare: str, raw: str) -> Predicate | None:
        field = self.fields.get(name)
        if field is None:
            self.warn(name, compare + raw, "Invalid search field for this query.", "invalid_field")
            return None
        text = raw.strip("\"'")
        try:
            return _matcher(field, compare, text)
        except ValueError:
            self.warn(name, compare + raw, f"Input `{text}` is not a valid value.", "invalid_value")
            return None

    def warn(self, name: str, raw: str, message: str, code: str) -> None:
        self.warnings.append(
            {
                "parsed": {"field": name, "match_all": raw},
                "warnings": [{"field": name, "message": message, "code": code}],
            }
        )


def _has_word(text: str, wanted: str) -> bool:
    return f" {wanted}" in f" {text.lower()}"


def _matcher(field: Searchable, compare: str, text: str) -> Predicate:
    read = field.read
    if field.kind == "words":
        wanted_word = text.rstrip("*").lower()
        return lambda shop, record: _has_word(read(shop, record) or "", wanted_word)
    if field.kind == "text":
        return _text_matcher(read, text)
    if field.kind == "not":
        has = _text_matcher(read, text)
        return lambda shop, record: not has(shop, record)
    if field.kind == "flag":
        flag = text.lower() in {"true", "1", "yes"}
        return lambda shop, record: bool(read(shop, record)) is flag
    convert = CONVERT[field.kind]
    if compare:
        wanted = convert(text)
        test = COMPARE[compare]
        return lambda shop, record: any(test(v, wanted) for v in _many(read(shop, record)))
    choices = {convert(part) for part in text.split(",")}
    return lambda shop, record: any(v in choices for v in _many(read(shop, record)))


def _not(inner: Predicate) -> Predicate:
    return lambda shop, record: not inner(shop, record)


def _number_of_id(text: str) -> int:
    return int(text.rpartition("/")[2])


CONVERT: dict[str, Callable[[str], Any]] = {
    "number": float,
    "id": _number_of_id,
    "date": clock.parse_ms,
}


def _many(value: Any) -> tuple[Any, ...] | list[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _text_matcher(read: Getter, text: str) -> Predicate:
    if text == "*":
        return lambda shop, record: bool(read(shop, record))
    if text.endswith("*"):
        prefix = text[:-1].lower()
        return lambda shop, record: any(
            str(value).lower().startswith(prefix) for value in _many(read(shop, record))
        )
    choices = {part.strip().lower() for part in text.split(",")} | {text.lower()}
    return lambda shop, record: any(
        str(value).lower() in choices for value in _many(read(shop, record))
    )


@lru_cache(maxsize=1024)
def compiled(resource: str, text: str) -> Query:
    """Compile a query of "product", "variant", "item" or "bulk" lists."""
    fields, words = RESOURCES[resource]
    reader = _Reader(text, fields, words)
    predicate = reader.any_of()
    return Query(predicate, tuple(reader.warnings))


def matches_payload(text: str, payload: dict[str, Any]) -> bool:
    """A subscription's `filter`: search syntax over the payload, `variants.price:>=10` included."""
    names = {match["field"] for match in map(re.Match.groupdict, TOKEN.finditer(text))} - {None}
    fields: dict[str, Searchable] = {}
    for name in names:
        values = _walk(payload, str(name).split("."))
        kind = "text"
        if values and all(_numeric(value) for value in values):
            kind, values = "number", [float(value) for value in values]
        fields[str(name)] = Searchable(kind, lambda _s, _r, found=values: found)  # type: ignore[misc]  # default binds the loop's value
    predicate = _Reader(text, fields, lambda _s, _r: msgspec.json.encode(payload).decode()).any_of()
    return predicate is None or predicate(None, payload)  # type: ignore[arg-type]  # reads no shop


def _walk(value: Any, path: list[str]) -> list[Any]:
    if isinstance(value, list):
        return [found for row in value for found in _walk(row, path)]
    if not path:
        return [] if value is None else [value]
    return _walk(value.get(path[0]), path[1:]) if isinstance(value, dict) else []


def _numeric(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
