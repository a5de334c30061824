"""`POST /admin/api/{version}/graphql.json`: authentication, price, admission, execution, faults."""

import asyncio
from typing import Any, TypeAlias

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.cutting import Cut, cut
from sandbox.shopify import cost, documents, errors, inputs, plan, versions
from sandbox.shopify.execution import Call
from sandbox.shopify.faults import Rule
from sandbox.shopify.state import Shop
from sandbox.shopify.world import World, new_request_id

Doc: TypeAlias = dict[str, Any]

BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105 - a message, no secret
REFUSALS: dict[str, tuple[int, str]] = {
    "unauthorized": (401, BAD_TOKEN),
    "frozen_402": (402, "This shop is unavailable."),
    "forbidden_403": (403, "Forbidden"),
    "locked_423": (423, "This shop is locked."),
}
BEFORE = ("reset", "5xx_before", "slow", *REFUSALS)
AFTER = ("lose_answer", "5xx_after", "slow_after", "internal_error")


class Refused(Exception):
    """Answer with an HTTP status that is not 200."""

    def __init__(self, status: int, body: Any) -> None:
        """`body` goes into `errors`."""
        super().__init__(status)
        self.status = status
        self.body = body


class Endpoint:
    """The GraphQL endpoint as an ASGI application."""

    def __init__(self, world: World) -> None:
        """Serve the shops of `world`."""
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or cut it off when a fault says so."""
        request = Request(scope, receive)
        request_id = new_request_id()
        answer_headers = {"X-Request-Id": request_id}
        try:
            response = await self.answer(request, request_id, answer_headers)
        except Cut:
            await cut(receive)
            return
        except Refused as refusal:
            if refusal.status >= 500:  # noqa: PLR2004 - a proxy's page, not JSON
                text = f"<html><body><h1>{refusal.status}</h1></body></html>"
                response = Response(text, refusal.status, media_type="text/html")
            else:
                response = _json({"errors": refusal.body}, refusal.status)
        response.headers.update(answer_headers)
        await response(scope, receive, send)

    async def answer(self, request: Request, request_id: str, out: dict[str, str]) -> Response:
        """The answer to a request.

        Raises:
            Refused: answered by an HTTP status.
            Cut: not answered at all.
        """
        asked = versions.served(request.path_params["version"])
        domain = request.headers.get("host", "").partition(":")[0].lower()
        shop = self.world.shops.get(domain)
        if shop is None or asked is None:
            raise Refused(404, "Not Found")
        out["X-Shopify-API-Version"] = asked
        body = await read_body(request)
        names = operation_names(body)
        await self.before(shop, names)
        token = request.headers.get("x-shopify-access-token")
        if not shop.facts.installed or token != shop.facts.token:
            self.count(names, "401")
            raise Refused(401, BAD_TOKEN)
        runner = Runner(self.world, shop, asked, request_id, f"https://{domain}")
        runner.debug = request.headers.get("shopify-graphql-cost-debug") == "1"
        forced = self.world.faults.strike(("throttle",), shop.domain, names)
        result = await runner.run(body, throttle=forced is not None)
        self.count(names, runner.outcome)
        if runner.executed:
            result = await self.after(shop, names, result, request_id)
        return _json(result, 200)

    def count(self, names: tuple[str, ...], outcome: str) -> None:
        """Count a call by its name and outcome."""
        self.world.calls[f"{names[0]} {outcome}"] += 1

    async def before(self, shop: Shop, names: tuple[str, ...]) -> None:
        """Faults that strike before anything is done."""
        rule = self.world.faults.strike(BEFORE, shop.domain, names)
        if rule is None:
            return
        self.count(names, rule.kind)
        if rule.kind == "reset":
            raise Cut
        if rule.kind == "slow":
            await asyncio.sleep(rule.seconds)
            return
        if rule.kind == "5xx_before":
            raise Refused(rule.status, None)
        raise Refused(*REFUSALS[rule.kind])

    async def after(self, shop: Shop, names: tuple[str, ...], result: Doc, request_id: str) -> Doc:
        """Faults that strike when the effect is already there."""
        rule: Rule | None = self.world.faults.strike(AFTER, shop.domain, names)
        if rule is None:
            return result
        self.count(names, rule.kind)
        if rule.kind == "lose_answer":
            raise Cut
        if rule.kind == "5xx_after":
            raise Refused(rule.status, None)
        if rule.kind == "internal_error":
            return internal_error(request_id)
        await asyncio.sleep(rule.seconds)
        return result


def internal_error(request_id: str) -> Doc:
    """The answer after which only reading tells whether the write happened."""
    message = (
        "Internal error. Looks like something went wrong on our end.\n"
        f"Request ID: {request_id} (include this in support requests)."
    )
    extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    return {"errors": [{"message": message, "extensions": extensions}]}


async def read_body(request: Request) -> Doc:
    """The JSON object of the request.

    Raises:
        Refused: 400 for anything else.
    """
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused(415, "Unsupported Media Type")
    try:
        body = msgspec.json.decode(await request.body())
    except msgspec.DecodeError as error:
        raise Refused(400, {"json": str(error)}) from error
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise Refused(400, {"query": "Required parameter missing or invalid"})
    if not isinstance(body.get("variables") or {}, dict):
        raise Refused(400, {"variables": "Required parameter missing or invalid"})
    return body


def operation_names(body: Doc) -> tuple[str, ...]:
    """Operation name and root fields, for faults and counters; ("?",) for an invalid document."""
    try:
        document = documents.read(body["query"])
        operation = document.operation(body.get("operationName"))
    except errors.TopLevelError:
        return ("?",)
    compiled = plan.compiled(document, operation)
    roots = tuple(root.name for root in compiled.roots)
    return (compiled.name or roots[0], *roots)


class Runner:
    """One priced execution."""

    def __init__(
        self, world: World, shop: Shop, version: str, request_id: str, origin: str
    ) -> None:
        """Ready to run."""
        self.world, self.shop, self.version = world, shop, version
        self.request_id, self.origin = request_id, origin
        self.debug = False
        self.executed = False
        self.outcome = "ok"

    async def run(self, body: Doc, *, throttle: bool) -> Doc:
        """The body of the answer with HTTP 200."""
        try:
            document = documents.read(body["query"])
            operation = document.operation(body.get("operationName"))
            values = inputs.variables(operation, body.get("variables") or {})
        except errors.TopLevelError as error:
            self.outcome = "invalid"
            return {"errors": error.errors}
        call = Call(
            self.world,
            self.shop,
            plan.compiled(document, operation),
            values,
            version=self.version,
            request_id=self.request_id,
            origin=self.origin,
        )
        return await self.priced(call, throttle=throttle)

    async def priced(self, call: Call, *, throttle: bool) -> Doc:
        """Admit, execute, refund."""
        settings, bucket = self.world.settings, self.shop.bucket
        pricing = cost.Pricing(settings, call.arguments, call.values)
        requested = pricing.plan(call.plan)
        if requested > settings.max_query_cost:
            self.outcome = "max_cost"
            bucket.counters.over_max_cost += 1
            return {"errors": [errors.over_max_cost(requested, settings.max_query_cost)]}
        if throttle or not bucket.admit(requested):
            self.outcome = "throttled"
            if throttle:
                bucket.refuse()
            return {"errors": [errors.throttled()], **self.cost(requested, None)}
        data = call.run()
        self.executed = True
        actual = self.actual(call, requested)
        pause = self.latency(call)
        if pause:
            await asyncio.sleep(pause)
        bucket.refund(requested - actual)
        result: Doc = {"data": data}
        if call.errors:
            self.outcome = "errors"
            result["errors"] = call.errors
        extensions = self.cost(requested, actual)
        if self.debug:
            extensions["extensions"]["cost"]["fields"] = pricing.details
        if call.search:
            extensions["extensions"]["search"] = call.search
        return result | extensions

    def actual(self, call: Call, requested: int) -> int:
        """Points really taken."""
        settings = self.world.settings
        if settings.actual_cost == "requested":
            return requested
        pricing = cost.Pricing(
            settings, call.arguments, call.values, rows=call.rows, missing=call.missing
        )
        return min(requested, pricing.plan(call.plan))

    def latency(self, call: Call) -> float:
        """Seconds the call takes by the settings."""
        settings = self.world.settings
        pause = settings.latency
        for root in call.plan.roots:
            if root.name == "productVariantsBulkUpdate":
                pause += settings.latency_per_variant * len(call.arguments(root)["variants"])
        return pause

    def cost(self, requested: int, actual: int | None) -> Doc:
        """`extensions.cost`."""
        bucket = self.shop.bucket
        bucket.refill()
        return {
            "extensions": {
                "cost": {
                    "requestedQueryCost": requested,
                    "actualQueryCost": actual,
                    "throttleStatus": bucket.status(),
                }
            }
        }


def _json(body: Any, status: int) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
