"""Form bodies and queries with bracket keys: `line_items[0][price_data][currency]=cad`."""

import re
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from sandbox.stripe.errors import ApiError

Doc: TypeAlias = dict[str, Any]

KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
DEEPEST = 10


def decode(text: str) -> Doc:
    """Read a form or query.

    Raises:
        ApiError: a key is malformed or means two things.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict")
    except ValueError as error:
        raise ApiError(400, f"Invalid request: {error}.") from error
    found: Doc = {}
    for key, value in pairs:
        _put(found, key, value)
    return {name: _settled(value) for name, value in found.items()}


def _put(found: Doc, key: str, value: str) -> None:
    match = KEY.fullmatch(key)
    if match is None:
        raise ApiError(400, f"Invalid request: malformed key {key!r}.", param=key)
    path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
    if len(path) > DEEPEST:
        raise ApiError(400, f"Invalid request: the key {key!r} is nested too deeply.", param=key)
    place: Any = found
    for index, word in enumerate(path):
        name = word or f"[]{len(place)}"
        if index == len(path) - 1:
            if name in place:
                raise ApiError(400, f"Invalid request: {key!r} is given twice.", param=key)
            place[name] = value
            return
        place = place.setdefault(name, {})
        if not isinstance(place, dict):
            raise ApiError(400, f"Invalid request: {key!r} is a value and a hash.", param=key)


def _settled(value: Any) -> Any:
    """Turn hashes whose keys are `0`, `1` … or were left empty into lists."""
    if not isinstance(value, dict):
        return value
    settled = {name: _settled(inner) for name, inner in value.items()}
    if all(name.startswith("[]") for name in settled):
        return list(settled.values())
    if all(name.isdecimal() for name in settled):
        return [settled[name] for name in sorted(settled, key=int)]
    return settled
