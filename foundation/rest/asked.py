"""What a request asks: its body, and what a list is narrowed to."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from .fields import Strict
from .problems import Problem
from .views import ApiRequest


def read(kind: type[Strict], request: ApiRequest, **options: Any) -> dict[str, Any]:
    """Read a body; everything that is wrong with it is said at once, each at its place.

    ``options`` are the serializer's own, such as ``partial``.
    """
    reader = kind(data=request.data, context={"request": request}, **options)
    reader.is_valid(raise_exception=True)
    values: dict[str, Any] = reader.validated_data
    return values


def chosen(request: ApiRequest, name: str, among: Sequence[str]) -> str:
    """Return what a list is narrowed to; empty when nothing is said.

    A filter that is misspelt is refused: overlooked, it would give everything.
    """
    value = request.query_params.get(name, "")
    if value and value not in among:
        raise Problem(
            "bad-filter",
            f"{name} must be one of {', '.join(among)}, or be left out.",
            HTTPStatus.BAD_REQUEST,
        )
    return str(value)
