"""Control API: one account, as its customers, its people at the dashboard, and the banks."""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request

from sandbox.control_edge import Doc, RefusedError, body_of
from sandbox.stripe import disputes, hooks, ids, payments, refunds, sessions
from sandbox.stripe.errors import ApiError
from sandbox.stripe.payment_methods import CARDS
from sandbox.stripe.payments import Payer
from sandbox.stripe.state import Account, Record, Work
from sandbox.stripe.world import World

DECLINED = "4000000000000002"


class Accounts:
    """Handlers; each returns JSON."""

    def __init__(self, world: World) -> None:
        """Act on the accounts of this world."""
        self.world = world

    def account(self, request: Request) -> Account:
        """The account of the path (KeyError when unknown)."""
        return self.world.accounts[request.path_params["account"]]

    async def summary(self, _request: Request) -> Doc:
        """What runs here."""
        return {
            "accounts": [
                {
                    "id": account.id,
                    "name": account.facts.name,
                    "api_version": account.facts.api_version,
                    "objects": {kind: len(rows) for kind, rows in account.tables.items() if rows},
                }
                for account in self.world.accounts.values()
            ]
        }

    async def objects(self, request: Request) -> Doc:
        """Every object of a kind, the oldest first."""
        rows = self.account(request).table(request.path_params["kind"]).values()
        return {"objects": [record.doc for record in rows]}

    async def clock(self, _request: Request) -> Doc:
        """The time here, and how far it is ahead."""
        return {"now": self.world.clock.now(), "ahead": self.world.clock.ahead}

    async def advance(self, request: Request) -> Doc:
        """`{advance: seconds}`; sessions time out and retries fall due on the way."""
        body = await body_of(request)
        self.world.advance(float(body["advance"]))
        return await self.clock(request)

    # --- the customer -------------------------------------------------------------------------

    async def pay(self, request: Request) -> Doc:
        """`{session, method?, card?, email?, name?, address?, shipping?}`."""
        body = await body_of(request)
        number = body.pop("session")
        payer = msgspec.convert(body, Payer)
        return self.act(
            request,
            "pay",
            "checkout.session",
            number,
            lambda work, session: payments.submit(work, session, payer),
        )

    async def decline(self, request: Request) -> Doc:
        """`{session, card?}`: the bank declines one attempt."""
        body = await body_of(request)
        payer = Payer(card=body.get("card", DECLINED))
        if not payer.test_card().code:
            message = f"this card pays; use one of {', '.join(c.number for c in CARDS.values() if c.code)}"  # noqa: E501
            raise RefusedError(message)
        return self.act(
            request,
            "decline",
            "checkout.session",
            body["session"],
            lambda work, session: payments.submit(work, session, payer),
        )

    async def clear(self, request: Request) -> Doc:
        """`{session}`: a delayed payment arrives."""
        number = (await body_of(request))["session"]
        return self.act(request, "clear", "checkout.session", number, payments.clear)

    async def bounce(self, request: Request) -> Doc:
        """`{session}`: a delayed payment fails."""
        number = (await body_of(request))["session"]
        return self.act(request, "bounce", "checkout.session", number, payments.bounce)

    async def time_out(self, request: Request) -> Doc:
        """`{session}`: its time is up now."""
        number = (await body_of(request))["session"]

        def end(work: Work, session: Record) -> None:
            payments.check_open(session)
            sessions.expire(work, session)

        return self.act(request, "time-out", "checkout.session", number, end)

    # --- the dashboard ------------------------------------------------------------------------

    async def refund(self, request: Request) -> Doc:
        """`{payment_intent, amount?, reason?, pending?}`: somebody refunds by hand."""
        body = await body_of(request)
        given: Doc = {name: body[name] for name in ("amount", "reason") if name in body}

        def run(work: Work, charge: Record) -> str:
            amount = refunds.check(work, charge, given)
            pending = bool(body.get("pending", False))
            return refunds.create(work, charge, amount, given, pending=pending).id

        number = self._charge_of(request, body)
        return self.act(request, "refund", "charge", number, run)

    async def refund_arrives(self, request: Request) -> Doc:
        """`{refund}`: a pending refund succeeds."""
        number = (await body_of(request))["refund"]
        return self.act(request, "refund-arrives", "refund", number, refunds.succeed)

    async def refund_fails(self, request: Request) -> Doc:
        """`{refund, reason?}`: the bank sends it back."""
        body = await body_of(request)
        reason = body.get("reason", "expired_or_canceled_card")
        return self.act(
            request,
            "refund-fails",
            "refund",
            body["refund"],
            lambda work, refund: refunds.fail(work, refund, reason),
        )

    async def dispute(self, request: Request) -> Doc:
        """`{payment_intent, amount?, reason?, inquiry?}`: the customer's bank takes it back."""
        body = await body_of(request)

        def run(work: Work, charge: Record) -> str:
            return disputes.open_dispute(
                work,
                charge,
                reason=body.get("reason", "fraudulent"),
                amount=body.get("amount"),
                inquiry=bool(body.get("inquiry", False)),
            ).id

        return self.act(request, "dispute", "charge", self._charge_of(request, body), run)

    async def dispute_review(self, request: Request) -> Doc:
        """`{dispute}`: somebody sends evidence at the dashboard."""
        number = (await body_of(request))["dispute"]
        evidence = {"evidence": {"uncategorized_text": "Delivered and signed for."}}
        return self.act(
            request,
            "dispute-review",
            "dispute",
            number,
            lambda work, dispute: disputes.update(work, dispute, evidence),
        )

    async def dispute_end(self, request: Request) -> Doc:
        """`{dispute, status}`: won, lost or warning_closed."""
        body = await body_of(request)
        status = body["status"]
        return self.act(
            request,
            "dispute-end",
            "dispute",
            body["dispute"],
            lambda work, dispute: disputes.finish(work, dispute, status),
        )

    async def resend(self, request: Request) -> Doc:
        """`{event, times?}`: deliver an event again to every endpoint of the account."""
        body, account = await body_of(request), self.account(request)
        event = account.get("event", body["event"])
        endpoints = list(account.table("webhook_endpoint").values()) * int(body.get("times", 1))
        sent = [self.world.send_again(account, event, endpoint) for endpoint in endpoints]
        return {"deliveries": [delivery.id for delivery in sent]}

    async def rotate_key(self, request: Request) -> Doc:
        """`{key?}`: the old API key is dead at once."""
        body, account = await body_of(request), self.account(request)
        account.facts.key = body.get("key", f"sk_test_{ids.letters(32)}")
        self.world.save_facts(account)
        return {"key": account.facts.key}

    async def roll_secret(self, request: Request) -> Doc:
        """`{endpoint, hours?}`: a new secret; the old one signs beside it for so long (24)."""
        body = await body_of(request)
        seconds = float(body.get("hours", 24)) * 3600
        return self.act(
            request,
            "roll-secret",
            "webhook_endpoint",
            body["endpoint"],
            lambda work, endpoint: hooks.roll(work, endpoint, seconds=seconds),
        )

    # --- inside -------------------------------------------------------------------------------

    def _charge_of(self, request: Request, body: Doc) -> str:
        intent = self.account(request).get("payment_intent", body["payment_intent"])
        return str(intent.doc["latest_charge"])

    def act(
        self,
        request: Request,
        verb: str,
        kind: str,
        number: str,
        run: Callable[[Work, Record], Any],
    ) -> Doc:
        """Do something to an object; gives the object and what came of it."""
        account = self.account(request)
        record = account.get(kind, number)
        source = "customer" if verb in {"pay", "decline"} else "outside"
        return acted(self.world, account, record, operation=verb, source=source, run=run)


def acted(  # noqa: PLR0913 - who does what to what
    world: World,
    account: Account,
    record: Record,
    *,
    operation: str,
    source: str,
    run: Callable[[Work, Record], Any],
) -> Doc:
    """One unit of work of somebody else than us, committed; memory is as before if refused."""
    world.tick()
    work = Work(world, account, source=source, operation=operation)
    try:
        result = run(work, record)
    except ApiError as error:
        work.undo()
        raise RefusedError(error.message) from error
    except RefusedError:
        work.undo()
        raise
    work.effect(changed=True, object_id=record.id)
    world.commit(work)
    return {"object": record.doc, "result": result}
