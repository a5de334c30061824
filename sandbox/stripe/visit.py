"""One call of an account that has been let in: its work, its answer, what is kept for its key."""

import asyncio
import hashlib

import msgspec
from starlette.responses import Response

from sandbox.cutting import Cut
from sandbox.stripe import errors, expansion, forms, versions
from sandbox.stripe.calls import Call
from sandbox.stripe.errors import ApiError
from sandbox.stripe.operations import Operation
from sandbox.stripe.state import Account, Doc, Reply, Work
from sandbox.stripe.world import World

AFTER = ("lose_answer", "5xx_after", "slow_after")


class Gateway(Exception):
    """A page of the vendor's proxy, in the place of an answer."""

    def __init__(self, status: int) -> None:
        """`status` is its code."""
        super().__init__(status)
        self.status = status


class Visit:
    """One call of an account: its work, its answer, and what is kept for its key."""

    def __init__(
        self,
        world: World,
        account: Account,
        operation: Operation,
        request_id: str,
        key: str | None,
    ) -> None:
        """Ready to run."""
        self.world, self.account, self.operation = world, account, operation
        self.request_id, self.key = request_id, key
        self.work = self._work()

    def _work(self) -> Work:
        return Work(
            self.world,
            self.account,
            source="api",
            operation=self.operation.name,
            request_id=self.request_id,
            key=self.key,
        )

    async def run(self, text: str, path: str, number: str, version: str) -> Response:
        """The answer.

        Raises:
            ApiError: answered with an error.
            Gateway: answered by a proxy.
            Cut: not answered at all.
        """
        asked = hashlib.sha256(f"{path}\n{text}".encode()).hexdigest()
        saved = self.world.saved_reply(self.account, self.key) if self.key else None
        if saved is not None:
            return self.again(saved, asked, version)
        names = (self.operation.name,)
        pause = self.world.settings.latency
        if rule := self.world.faults.strike(("slow",), self.account.id, names):
            pause += rule.seconds
        if pause:
            await asyncio.sleep(pause)
        broken = self.world.faults.strike(("internal_error",), self.account.id, names)
        try:
            body = msgspec.json.encode(self.done(text, path, number, version))
            status = 200
            if broken is not None:
                status, body = 500, msgspec.json.encode(errors.broken().body(self.request_id))
        except ApiError as error:
            self.work.undo()
            self.refuse(error, asked)
            raise
        self.commit(status, body, asked)
        await self.after(names)
        return self.response(status, body, version)

    def done(self, text: str, path: str, number: str, version: str) -> Doc:
        """Do what was asked for and give the document of the answer."""
        given = self.operation.shape.read(forms.decode(text))
        paths = given.pop("expand", [])
        call = Call(self.world, self.work, given, version, path, number)
        doc = self.operation.run(call)
        if self.operation.method != "GET":
            self.work.effect(changed=True, **described(doc))
        shown: Doc = versions.shown(expansion.expanded(self.account, doc, paths), version)
        return shown

    def commit(self, status: int, body: bytes, asked: str) -> None:
        """Write the work and the answer for its key in one transaction."""
        if self.operation.method == "GET":
            return
        if self.key:
            reply = Reply(asked=asked, status=status, body=body, request_id=self.request_id)
            self.work.reply = (self.key, reply)
        self.world.commit(self.work)

    def refuse(self, error: ApiError, asked: str) -> None:
        """Log a write that was refused; keep the answer if the work had begun."""
        if self.operation.method == "GET":
            return
        self.work = self._work()
        self.work.effect(changed=False, refused=error.code or error.message, param=error.param)
        if self.key and error.begun:
            body = msgspec.json.encode(error.body(self.request_id))
            reply = Reply(asked=asked, status=error.status, body=body, request_id=self.request_id)
            self.work.reply = (self.key, reply)
        self.world.commit(self.work)

    def again(self, saved: Reply, asked: str, version: str) -> Response:
        """The answer that the key already has.

        Raises:
            ApiError: the key was used with something else.
        """
        self.work.effect(changed=False, replayed=saved.request_id)
        if saved.asked != asked:
            self.work = self._work()
            self.work.effect(changed=False, refused="idempotency_error")
            self.world.commit(self.work)
            raise errors.key_mismatch(self.key or "")
        self.world.commit(self.work)
        response = self.response(saved.status, saved.body, version)
        response.headers["Idempotent-Replayed"] = "true"
        response.headers["Original-Request"] = saved.request_id
        return response

    async def after(self, names: tuple[str, ...]) -> None:
        """Faults that strike when the effect is already there."""
        rule = self.world.faults.strike(AFTER, self.account.id, names)
        if rule is None:
            return
        if rule.kind == "lose_answer":
            raise Cut
        if rule.kind == "5xx_after":
            raise Gateway(rule.status)
        await asyncio.sleep(rule.seconds)

    def response(self, status: int, body: bytes, version: str) -> Response:
        """An answer with the headers of contract §2."""
        response = Response(body, status, media_type="application/json")
        response.headers["Request-Id"] = self.request_id
        response.headers["Stripe-Version"] = version
        if self.key:
            response.headers["Idempotency-Key"] = self.key
        return response


def described(doc: Doc) -> Doc:
    """What an effect says of the object that came of it."""
    told = {"object_id": doc["id"], "amount": doc.get("amount_total", doc.get("amount"))}
    told |= {name: doc.get(name) for name in ("currency", "payment_intent", "metadata")}
    return {name: value for name, value in told.items() if value is not None}
