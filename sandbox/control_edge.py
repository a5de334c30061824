"""A control API's edge: JSON in and out, the header, errors with words."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import msgspec
from starlette.requests import Request
from starlette.responses import Response

Doc: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[Request], Awaitable[Any]]


class RefusedError(ValueError):
    """The control call asks for something that does not exist or makes no sense."""


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Demand the header; turn refusals into 400 and unknown names into 404, both with words."""

    async def serve(request: Request) -> Response:
        if request.headers.get("x-sandbox") != "1":
            return answer({"error": "the header X-Sandbox: 1 is missing"}, 403)
        try:
            return answer(await handler(request))
        except KeyError as error:
            return answer({"error": f"missing or unknown: {error.args[0]}"}, 404)
        except (RefusedError, ValueError, ArithmeticError, msgspec.MsgspecError) as error:
            return answer({"error": str(error)}, 400)

    return serve


async def body_of(request: Request) -> Doc:
    """The JSON object sent; an empty body is an empty object.

    Raises:
        RefusedError: something else was sent.
    """
    raw = await request.body()
    body = msgspec.json.decode(raw) if raw else {}
    if not isinstance(body, dict):
        message = "the body must be a JSON object"
        raise RefusedError(message)
    return body
