"""Lists: ``{"items": […], "next": url or null, "previous": url or null}``, by keyset."""

from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.paging import PAGE_SIZE, BadCursor, page_of

from .problems import Problem

Row = TypeVar("Row", bound=Model)

MOST = 200
CURSORS = ("after", "before")
# For ``@extend_schema(parameters=PAGE_PARAMETERS, …)``.
PAGE_PARAMETERS = [
    OpenApiParameter("after", OpenApiTypes.STR, description="As in `next` of the page before."),
    OpenApiParameter("before", OpenApiTypes.STR, description="As in `previous` of the page after."),
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE_SIZE},
        description="How many items a page has.",
    ),
]


def page_response(
    request: Request,
    rows: QuerySet[Row],
    serializer: type[serializers.BaseSerializer[Any]],
    *,
    order: Sequence[str] = ("-pk",),
    present: Callable[[Sequence[Row]], Iterable[Any]] | None = None,
) -> Response:
    """Answer one page of ``rows``, ordered as :func:`foundation.paging.page_of` says.

    ``present`` makes of a page's rows what the serializer takes, where that is not the rows.
    """
    try:
        page = page_of(rows, request.query_params, order=order, size=_limit(request), strict=True)
    except BadCursor as error:
        raise Problem("bad-cursor", str(error), HTTPStatus.BAD_REQUEST) from error
    items = present(page.items) if present else page.items
    return Response(
        {
            "items": serializer(list(items), many=True, context={"request": request}).data,
            "next": _url(request, "after", page.after),
            "previous": _url(request, "before", page.before),
        }
    )


def page_schema(item: type[serializers.Serializer[Any]]) -> Any:
    """Describe a page of ``item`` for ``@extend_schema(responses=…)``."""
    none = "null: there is no such page"
    return inline_serializer(
        f"{item.__name__.removesuffix('Serializer')}Page",
        {
            "items": item(many=True),
            "next": serializers.URLField(allow_null=True, help_text=none),
            "previous": serializers.URLField(allow_null=True, help_text=none),
        },
    )


def _limit(request: Request) -> int:
    given = request.query_params.get("limit", "")
    if not given:
        return PAGE_SIZE
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:6]) <= MOST):
        raise Problem(
            "bad-limit", f"limit must be a number from 1 to {MOST}.", HTTPStatus.BAD_REQUEST
        )
    return int(given)


def _url(request: Request, name: str, cursor: str) -> str | None:
    if not cursor:
        return None
    kept = [(k, v) for k, vs in request.query_params.lists() for v in vs if k not in CURSORS]
    return request.build_absolute_uri(f"{request.path}?{urlencode([*kept, (name, cursor)])}")
