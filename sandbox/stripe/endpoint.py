"""`/v1/…`: faults, key, rate, version, idempotency, parameters, the work, the answer."""

import time

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.cutting import Cut, cut
from sandbox.stripe import errors, ids, operations, versions
from sandbox.stripe.errors import ApiError
from sandbox.stripe.operations import Operation
from sandbox.stripe.state import Account
from sandbox.stripe.visit import Gateway, Visit
from sandbox.stripe.world import World

BEFORE = ("reset", "5xx_before", "unauthorized", "forbidden_403", "throttle", "lock_timeout")
MOST_KEY = 255
FORM_TYPE = "application/x-www-form-urlencoded"


class Endpoint:
    """The API as an ASGI application."""

    def __init__(self, world: World) -> None:
        """Serve the accounts of `world`."""
        self.world = world
        self.buckets: dict[str, tuple[float, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or cut it off when a fault says so."""
        request = Request(scope, receive)
        request_id = ids.new("request")
        self.world.tick()
        try:
            response = await self.answer(request, request_id)
        except Cut:
            await cut(receive)
            return
        except Gateway as page:
            text = f"<html><body><h1>{page.status}</h1></body></html>"
            response = Response(text, page.status, media_type="text/html")
        except ApiError as error:
            response = failure(error, request_id)
        await response(scope, receive, send)

    async def answer(self, request: Request, request_id: str) -> Response:
        """The answer to a request.

        Raises:
            ApiError: answered with an error.
            Gateway: answered by a proxy.
            Cut: not answered at all.
        """
        operation, number = operations.find(request.method, request.url.path)
        account = self.account(request)
        try:
            self.before(account, operation)
            if account is None:
                raise self.unknown_key(request)
            self.pay(account)
            version = versions.checked(
                request.headers.get("stripe-version", account.facts.api_version)
            )
            text = await self.text(request)
            key = request.headers.get("idempotency-key") if operation.method == "POST" else None
            held = self.hold(account, key)
            try:
                visit = Visit(self.world, account, operation, request_id, key)
                response = await visit.run(text, request.url.path, number, version)
            finally:
                self.world.running.discard(held)
        except ApiError as error:
            self.world.calls[f"{operation.name} {error.code or error.status}"] += 1
            raise
        except (Cut, Gateway) as error:
            self.world.calls[f"{operation.name} {type(error).__name__.lower()}"] += 1
            raise
        self.world.calls[f"{operation.name} {response.status_code}"] += 1
        return response

    def account(self, request: Request) -> Account | None:
        """The account of the key that was sent."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return self.world.account_of(key.strip()) if scheme.lower() == "bearer" else None

    @staticmethod
    def unknown_key(request: Request) -> ApiError:
        """401, in the vendor's words."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        sent = key.strip() if scheme.lower() == "bearer" else ""
        return errors.wrong_key(sent) if sent else errors.no_key()

    def before(self, account: Account | None, operation: Operation) -> None:
        """Faults that strike before anything is done."""
        whose = "" if account is None else account.id
        rule = self.world.faults.strike(BEFORE, whose, (operation.name,))
        if rule is None:
            return
        if rule.kind == "reset":
            raise Cut
        if rule.kind == "5xx_before":
            raise Gateway(rule.status)
        if rule.kind == "throttle":
            raise errors.rate_limited()
        if rule.kind == "lock_timeout":
            raise errors.locked()
        if rule.kind == "unauthorized":
            raise ApiError(401, "Expired API Key provided.", code="api_key_expired")
        message = "The provided key does not have the required permissions for this endpoint."
        raise ApiError(403, message, code="more_permissions_required")

    def pay(self, account: Account) -> None:
        """Take one call from the account's rate."""
        rate = self.world.settings.rate_per_second
        if not rate:
            return
        now = time.monotonic()
        level, at = self.buckets.get(account.id, (rate, now))
        level = min(rate, level + (now - at) * rate)
        if level < 1:
            self.buckets[account.id] = (level, now)
            raise errors.rate_limited()
        self.buckets[account.id] = (level - 1, now)

    @staticmethod
    async def text(request: Request) -> str:
        """The parameters as a form, from the body of a POST or the query of anything else."""
        if request.method != "POST":
            return request.url.query
        body = await request.body()
        given = request.headers.get("content-type", FORM_TYPE).partition(";")[0].strip()
        if body and given != FORM_TYPE:
            message = (
                "Invalid request (check that your POST content type is "
                "application/x-www-form-urlencoded)."
            )
            raise ApiError(400, message)
        if request.url.query:
            raise errors.unsupported("parameters in the query of a POST")
        return body.decode("utf-8", "replace")

    def hold(self, account: Account, key: str | None) -> tuple[str, str]:
        """Take an idempotency key; 409 when another request has it now."""
        if key is None:
            return account.id, ""
        if not 0 < len(key) <= MOST_KEY:
            message = f"The Idempotency-Key must have between 1 and {MOST_KEY} characters."
            raise ApiError(400, message)
        if (account.id, key) in self.world.running:
            raise errors.key_in_use(key)
        self.world.running.add((account.id, key))
        return account.id, key


def failure(error: ApiError, request_id: str) -> Response:
    """An error on the wire."""
    response = Response(
        msgspec.json.encode(error.body(request_id)), error.status, media_type="application/json"
    )
    response.headers["Request-Id"] = request_id
    if error.retry is not None:
        response.headers["Stripe-Should-Retry"] = "true" if error.retry else "false"
    if error.code == "rate_limit":
        response.headers["Stripe-Rate-Limited-Reason"] = "global-rate"
    return response
