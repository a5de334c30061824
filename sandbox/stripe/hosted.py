"""The payment page of a session, and the way back to the shop."""

import asyncio
import time
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.control_edge import RefusedError
from sandbox.stripe import disputes, hosted_html, payments
from sandbox.stripe.control_accounts import acted
from sandbox.stripe.payments import COMPLETED, Payer
from sandbox.stripe.state import Account, Record, Work
from sandbox.stripe.world import World
from sandbox.webhook_addresses import located

PLACEHOLDER = "{CHECKOUT_SESSION_ID}"
LOOK_SECONDS = 0.02
ADDRESS = ("line1", "line2", "city", "state", "postal_code", "country")


class PaymentPage:
    """What the customer sees; knows a session by its id alone."""

    def __init__(self, world: World) -> None:
        """Serve the sessions of `world`."""
        self.world = world

    async def show(self, request: Request) -> Response:
        """The page, whatever the session's state."""
        account, session = self._find(request)
        if session is None or account is None:
            return _page(hosted_html.gone(), 404)
        self.world.tick()
        return _page(self._html(account, session))

    async def act(self, request: Request) -> Response:
        """Pay, or be told what is wrong."""
        account, session = self._find(request)
        if session is None or account is None:
            return _page(hosted_html.gone(), 404)
        form = (await request.body()).decode("utf-8", "replace")
        given = {name: value.strip() for name, value in parse_qsl(form, keep_blank_values=True)}
        try:
            payer = _payer(session, given)
            told = acted(
                self.world,
                account,
                session,
                operation="pay",
                source="customer",
                run=lambda work, record: payments.submit(work, record, payer),
            )
        except RefusedError as error:
            words = str(error) if session.doc["status"] == "open" else ""
            return _page(self._html(account, session, words, given), 400)
        if told["result"] not in {"paid", "processing"}:
            return _page(self._html(account, session, told["result"], given), 402)
        self._dispute_if_so(account, session, payer)
        await self._answered(account, session)
        return RedirectResponse(self.way_back(session.doc["success_url"], session), 303)

    def way_back(self, address: str, session: Record) -> str:
        """An address of the shop as the customer's browser reaches it."""
        # Mapped before the id is put in: it stands for the shop's public address here.
        reached = located(address, self.world.webhook_map) or address
        return reached.replace(PLACEHOLDER, session.id)

    def _html(
        self,
        account: Account,
        session: Record,
        problem: str = "",
        given: dict[str, str] | None = None,
    ) -> str:
        cancel = session.doc["cancel_url"]
        back = self.way_back(cancel, session) if cancel else ""
        if session.doc["status"] != "open":
            return hosted_html.over(account.facts.name, session, back)
        rates = [
            account.get("shipping_rate", option["shipping_rate"]).doc
            for option in session.doc["shipping_options"]
        ]
        return hosted_html.form(
            account.facts.name, session, rates, back=back, problem=problem, given=given or {}
        )

    def _find(self, request: Request) -> tuple[Account | None, Record | None]:
        number = request.path_params["session"]
        for account in self.world.accounts.values():
            session = account.find("checkout.session", number)
            if session is not None:
                return account, session
        return None, None

    def _dispute_if_so(self, account: Account, session: Record, payer: Payer) -> None:
        """Some test cards are disputed as soon as they have paid."""
        reason = payer.test_card().dispute if payer.method == "card" else ""
        intent = session.doc["payment_intent"]
        if not reason or intent is None:
            return
        number = account.get("payment_intent", intent).doc["latest_charge"]

        def run(work: Work, charge: Record) -> None:
            disputes.open_dispute(work, charge, reason=reason, amount=None, inquiry=False)

        charge = account.get("charge", number)
        acted(self.world, account, charge, operation="dispute", source="outside", run=run)

    async def _answered(self, account: Account, session: Record) -> None:
        """Wait until the shop has answered `checkout.session.completed`, for a while (§6)."""
        event = next(
            record.id
            for record in reversed(account.table("event").values())
            if record.doc["type"] == COMPLETED and record.doc["data"]["object"]["id"] == session.id
        )
        until = time.monotonic() + self.world.settings.redirect_wait
        while time.monotonic() < until and self._first_try_is_due(event):  # noqa: ASYNC110 - the store tells it
            await asyncio.sleep(LOOK_SECONDS)

    def _first_try_is_due(self, event: str) -> bool:
        rows = self.world.store.rows(
            "SELECT count(*) FROM delivery WHERE status = 'pending'"
            " AND json_extract(CAST(doc AS TEXT), '$.event') = ?"
            " AND json_array_length(CAST(doc AS TEXT), '$.attempts') = 0"
            " AND due <= ?",
            (event, self.world.clock.time()),
        )
        return bool(rows[0][0])

    def routes(self) -> list[Route]:
        """The page's routes."""
        return [
            Route("/c/pay/{session}", self.show, methods=["GET"]),
            Route("/c/pay/{session}", self.act, methods=["POST"]),
        ]


def _payer(session: Record, given: dict[str, str]) -> Payer:
    """Who pays, from the form.

    Raises:
        RefusedError: something is missing.
    """
    email = given.get("email") or session.doc["customer_email"] or ""
    if "@" not in email:
        message = "Enter your e-mail address."
        raise RefusedError(message)
    shipping = given.get("shipping", "0")
    return Payer(
        method=given.get("method", "card"),
        card=given.get("card", "").replace(" ", ""),
        email=email,
        name=given.get("name", ""),
        address={name: given.get(name, "") for name in ADDRESS},
        shipping=int(shipping) if shipping.isdecimal() else 0,
    )


def _page(html: str, status: int = 200) -> Response:
    # No form-action: browsers apply it to the way back to the shop, too.
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HTMLResponse(html, status, headers=headers)
