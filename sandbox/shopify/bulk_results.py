"""The storage that hands out results: signed addresses, no token, and its own kind of errors."""

import hmac
import time
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.cutting import cut
from sandbox.shopify.bulk import signature
from sandbox.shopify.entities import BulkOperation
from sandbox.shopify.state import Shop

if TYPE_CHECKING:
    from sandbox.shopify.world import World

FAULTS = ("result_gone", "result_5xx", "result_truncated", "result_cut")
JSONL = "application/jsonl"
STATUS = {
    "InvalidArgument": 400,
    "ExpiredToken": 400,
    "SignatureDoesNotMatch": 403,
    "NoSuchKey": 404,
}


def _error(code: str, status: int | None = None) -> Response:
    text = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code></Error>"
    return Response(text, status or STATUS[code], media_type="application/xml")


class Results:
    """`GET /bulk-operation-outputs/{key}-final` as an ASGI application."""

    def __init__(self, world: "World") -> None:
        """Serve the results of all shops of `world`."""
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        key = str(request.path_params["key"])
        found = self.find(key)
        if found is None:
            await self.answer(_error("NoSuchKey"), scope, receive, send)
            return
        shop, operation = found
        refused = self.refusal(request, shop, key)
        if refused:
            await self.answer(_error(refused), scope, receive, send)
            return
        rule = self.world.faults.strike(FAULTS, shop.domain, (operation.query,))
        kind = rule.kind if rule else ""
        path = self.world.bulk.path(key)
        if kind == "result_cut":
            await self.break_off(path.read_bytes(), receive, send)
            return
        response: Response = FileResponse(path, media_type=JSONL)
        if kind == "result_gone" or not path.exists():
            response = _error("NoSuchKey")
        elif kind == "result_5xx" and rule is not None:
            response = _error("InternalError", rule.status)
        elif kind == "result_truncated":
            response = Response(_shortened(path.read_bytes()), media_type=JSONL)
        await self.answer(response, scope, receive, send)

    def find(self, key: str) -> tuple[Shop, BulkOperation] | None:
        """The operation whose result it is."""
        for shop in self.world.shops.values():
            for operation in shop.bulk.values():
                if key and operation.key == key:
                    return shop, operation
        return None

    def refusal(self, request: Request, shop: Shop, key: str) -> str:
        """Code of the error, empty when the address is good."""
        if "x-shopify-access-token" in request.headers or "authorization" in request.headers:
            # The vendor's storage is somebody else: whoever sends it a token gives it away.
            return "InvalidArgument"
        expires = request.query_params.get("Expires", "")
        given = request.query_params.get("Signature", "")
        if not expires.isdecimal():
            return "SignatureDoesNotMatch"
        if not hmac.compare_digest(given, signature(shop, key, int(expires))):
            return "SignatureDoesNotMatch"
        return "ExpiredToken" if int(expires) < time.time() else ""

    async def answer(self, response: Response, scope: Scope, receive: Receive, send: Send) -> None:
        """Count and send."""
        self.world.calls[f"bulk-result {response.status_code}"] += 1
        await response(scope, receive, send)

    async def break_off(self, body: bytes, receive: Receive, send: Send) -> None:
        """Promise all, send a part, and close the connection."""
        self.world.calls["bulk-result cut"] += 1
        headers = [
            (b"content-type", JSONL.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        part = body[: len(body) // 2]
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await cut(receive)


def _shortened(body: bytes) -> bytes:
    """Two thirds of the lines, the last one of them only in part."""
    lines = body.splitlines(keepends=True)
    kept = lines[: max(1, len(lines) * 2 // 3)]
    return b"".join(kept[:-1]) + kept[-1][: len(kept[-1]) // 2]
