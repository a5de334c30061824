"""JSON from strangers."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from .contracts import JsonLimits, Rejected

# A string, also an unfinished one (so that each byte is looked at once), or a bracket.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class _Pairs(list[tuple[str, Any]]):
    """An object as it was written, before its keys are known to be different."""


def read_json(data: bytes, *, limits: JsonLimits | None = None) -> Any:
    """Parse a document; numbers with a point or exponent are Decimal.

    Raises :class:`Rejected` for what is too big or too deep, is not JSON or not UTF-8, repeats a
    key, has NaN or Infinity, a number beyond the limits, or text that no database stores (NUL,
    half a surrogate pair).
    """
    limits = limits or JsonLimits()
    if len(data) > limits.max_bytes:
        message = f"The document is longer than {limits.max_bytes} bytes."
        raise Rejected(message)
    _check_depth(data, limits.max_depth)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = "The document is not UTF-8."
        raise Rejected(message, offset=error.start) from error
    try:
        value = json.loads(
            text, object_pairs_hook=_Pairs, parse_constant=_refuse_constant, parse_float=Decimal
        )
    except json.JSONDecodeError as error:
        message = f"The document is not JSON: {error.msg}."
        raise Rejected(
            message,
            line=error.lineno,
            column=error.colno,
            offset=len(text[: error.pos].encode()),
        ) from error
    except (ValueError, InvalidOperation) as error:
        if isinstance(error, Rejected):
            raise
        message = f"A number in the document is beyond all bounds: {error}."
        raise Rejected(message) from error
    return _build(value, "$", limits)


def _check_depth(data: bytes, most: int) -> None:
    depth = 0
    for found in _TOKEN.finditer(data):
        token = found.group()
        if token in b"[{":
            depth += 1
            if depth > most:
                message = f"The document is nested more than {most} deep."
                raise Rejected(message, offset=found.start())
        elif token in b"]}":
            depth -= 1


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not a number in JSON."
    raise Rejected(message)


def _build(value: Any, path: str, limits: JsonLimits) -> Any:
    if isinstance(value, _Pairs):
        built: dict[str, Any] = {}
        for key, inner in value:
            here = f"{path}.{key}"
            if key in built:
                message = f"The key {key!r} is there twice."
                raise Rejected(message, path=path)
            _check_text(key, path)
            built[key] = _build(inner, here, limits)
        return built
    if isinstance(value, list):
        return [_build(inner, f"{path}[{n}]", limits) for n, inner in enumerate(value)]
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, Decimal) and abs(value.adjusted()) > limits.max_exponent:
        message = "The number is beyond all bounds."
        raise Rejected(message, path=path)
    return value


def _check_text(text: str, path: str) -> None:
    if "\x00" in text:
        message = "The text has a NUL character."
        raise Rejected(message, path=path)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = "The text has half a surrogate pair."
        raise Rejected(message, path=path) from error
