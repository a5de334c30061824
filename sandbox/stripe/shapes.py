"""Shapes of parameters: each reads what a form can carry, or refuses it as the vendor does.

A form carries text only: `"12"` is an integer, `"true"` a boolean, and an empty text asks to clear
a field, which only some can be.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol
from urllib.parse import urlsplit

from sandbox.stripe import money
from sandbox.stripe.errors import ApiError, missing, unknown, unsupported

MOST_KEYS, KEY_LENGTH, VALUE_LENGTH = 50, 40, 500


class Shape(Protocol):
    """Reads one value; `path` is its name on the wire."""

    def read(self, value: Any, path: str) -> Any:
        """The value as a Python one."""


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise ApiError(400, f"Invalid string: {path}", param=path)
    return value


def _empty(path: str) -> ApiError:
    message = (
        f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset "
        f"a parameter; however '{path}' cannot be unset."
    )
    return ApiError(400, message, code="parameter_invalid_empty", param=path)


@dataclass(frozen=True)
class Text:
    """A text; one that `clears` may be empty and is then None."""

    most: int = 5000
    clears: bool = False

    def read(self, value: Any, path: str) -> str | None:
        """See :class:`Shape`."""
        text = _text(value, path)
        if not text:
            if self.clears:
                return None
            raise _empty(path)
        if len(text) > self.most:
            message = f"Invalid string: {path} must be at most {self.most} characters"
            raise ApiError(400, message, param=path)
        return text


@dataclass(frozen=True)
class Integer:
    """A whole number."""

    least: int = 0
    most: int = 2**53

    def read(self, value: Any, path: str) -> int:
        """See :class:`Shape`."""
        text = _text(value, path)
        if not re.fullmatch(r"-?\d{1,18}", text):
            code = "parameter_invalid_integer"
            raise ApiError(400, f"Invalid integer: {text}", code=code, param=path)
        number = int(text)
        if number < self.least:
            message = f"This value must be greater than or equal to {self.least}."
            raise ApiError(400, message, code="parameter_invalid_integer", param=path)
        if number > self.most:
            message = f"This value must be less than or equal to {self.most}."
            raise ApiError(400, message, code="parameter_invalid_integer", param=path)
        return number


@dataclass(frozen=True)
class Fraction:
    """A decimal text with at most 12 decimals."""

    def read(self, value: Any, path: str) -> Decimal:
        """See :class:`Shape`."""
        text = _text(value, path)
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not re.fullmatch(r"\d{1,12}(\.\d{1,12})?", text) or not number.is_finite():
            raise ApiError(400, f"Invalid decimal: {text}", param=path)
        return number


@dataclass(frozen=True)
class Flag:
    """true or false."""

    def read(self, value: Any, path: str) -> bool:
        """See :class:`Shape`."""
        if value not in {"true", "false"}:
            raise ApiError(400, f"Invalid boolean: {value}", param=path)
        return bool(value == "true")


@dataclass(frozen=True)
class Choice:
    """One of some words; of these `elsewhere` are the vendor's, but not simulated."""

    words: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()

    def read(self, value: Any, path: str) -> str:
        """See :class:`Shape`."""
        text = _text(value, path)
        if text in self.elsewhere:
            what = f"{path}={text}"
            raise unsupported(what, path)
        if text not in self.words:
            words = ", ".join((*self.words, *self.elsewhere))
            raise ApiError(400, f"Invalid {path}: must be one of {words}", param=path)
        return text


@dataclass(frozen=True)
class Currency:
    """A three-letter code that the vendor takes."""

    def read(self, value: Any, path: str) -> str:
        """See :class:`Shape`."""
        text = _text(value, path).lower()
        if text not in money.CURRENCIES:
            message = f"Invalid currency: {text}. Stripe currently supports these currencies: …"
            raise ApiError(400, message, param=path)
        return text


@dataclass(frozen=True)
class Url:
    """A web address of http or https; may hold the literal `{CHECKOUT_SESSION_ID}`."""

    def read(self, value: Any, path: str) -> str:
        """See :class:`Shape`."""
        text = Text().read(value, path) or ""
        try:
            parts = urlsplit(text)
            sound = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            sound = False
        if not sound or re.search(r"\s", text):
            raise ApiError(400, "Not a valid URL", code="url_invalid", param=path)
        return text


@dataclass(frozen=True)
class Email:
    """An e-mail address."""

    def read(self, value: Any, path: str) -> str:
        """See :class:`Shape`."""
        text = Text(most=800).read(value, path) or ""
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", text):
            raise ApiError(400, f"Invalid email address: {text}", code="email_invalid", param=path)
        return text


@dataclass(frozen=True)
class Metadata:
    """At most 50 keys of 40 characters with texts of 500; an empty text unsets a key.

    Read as a mapping whose empty texts are None; None alone clears everything.
    """

    def read(self, value: Any, path: str) -> dict[str, str | None] | None:
        """See :class:`Shape`."""
        if value == "":
            return None
        if not isinstance(value, dict):
            message = "Invalid object"
            raise ApiError(400, message, param=path)
        for key, text in value.items():
            if not isinstance(text, str):
                raise ApiError(400, "Metadata values must be strings", param=f"{path}[{key}]")
            if len(key) > KEY_LENGTH:
                message = f"Metadata keys can have up to {KEY_LENGTH} characters: {key}"
                raise ApiError(400, message, param=path)
            if len(text) > VALUE_LENGTH:
                message = f"Metadata values can have up to {VALUE_LENGTH} characters: {key}"
                raise ApiError(400, message, param=f"{path}[{key}]")
        if len(value) > MOST_KEYS:
            raise ApiError(400, f"Metadata can have up to {MOST_KEYS} keys", param=path)
        return {key: text or None for key, text in value.items()}


@dataclass(frozen=True)
class ListOf:
    """A list; `clears`: an empty text empties it."""

    shape: Shape
    most: int | None = None
    least: int = 1
    clears: bool = False

    def read(self, value: Any, path: str) -> list[Any]:
        """See :class:`Shape`."""
        if value == "" and self.clears:
            return []
        if not isinstance(value, list):
            raise ApiError(400, f"Invalid array: {path}", param=path)
        if len(value) < self.least or (self.most is not None and len(value) > self.most):
            message = f"{path} must have between {self.least} and {self.most} entries"
            raise ApiError(400, message, param=path)
        return [self.shape.read(each, f"{path}[{index}]") for index, each in enumerate(value)]


@dataclass(frozen=True)
class Fields:
    """A hash of known names. `more` are the vendor's names that are not simulated."""

    known: Mapping[str, Shape]
    needed: tuple[str, ...] = ()
    more: frozenset[str] = field(default_factory=frozenset)

    def read(self, value: Any, path: str = "") -> dict[str, Any]:
        """See :class:`Shape`."""
        if not isinstance(value, dict):
            raise ApiError(400, "Invalid object", param=path)
        for name in value:
            if name not in self.known:
                inner = _inside(path, name)
                raise unsupported(inner, inner) if name in self.more else unknown(inner)
        for name in self.needed:
            if name not in value:
                raise missing(_inside(path, name))
        return {
            name: self.known[name].read(inner, _inside(path, name)) for name, inner in value.items()
        }


def _inside(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


@dataclass(frozen=True)
class Range:
    """A moment, or bounds of it: `created=1` or `created[gte]=1`."""

    def read(self, value: Any, path: str) -> dict[str, int]:
        """See :class:`Shape`."""
        if isinstance(value, str):
            moment = Integer().read(value, path)
            return {"gte": moment, "lte": moment}
        bounds = Fields({name: Integer() for name in ("gt", "gte", "lt", "lte")})
        return bounds.read(value, path)


@dataclass(frozen=True)
class Either:
    """An empty text that clears, or the shape."""

    shape: Shape

    def read(self, value: Any, path: str) -> Any:
        """See :class:`Shape`."""
        return None if value == "" else self.shape.read(value, path)
