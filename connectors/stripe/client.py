"""The typed methods of the Stripe connector: one call abroad each, or one page of a list.

Not done here: retries and waiting (the job's), parking (``foundation.outbound``), what an order
becomes of it (``orders``). Every method may raise what :mod:`foundation.failures` knows: ``Wait``
when the budget is used up, ``Parked`` when the connection or the shop's writes are stopped,
``Transient``, ``OutcomeUnknown`` (changes only: ask again with the same key), ``Misconfigured``,
and of ``Permanent`` the kinds of :mod:`.errors`.

Every change takes an idempotency key of the caller's, stored before the call: Stripe answers the
same key once, for a day (contract §8).
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeVar

import stripe

from foundation.failures import Permanent

from . import mapping
from .contracts import (
    AccountFacts,
    Charge,
    Dispute,
    Event,
    Page,
    PaymentIntent,
    Refund,
    Session,
    SessionWanted,
)
from .endpoints import Endpoints
from .errors import Rejected
from .money import to_wire
from .settings import API_VERSION
from .transport import Doc, Transport, shaped

Row = TypeVar("Row")

ROWS_PER_PAGE: Final = 100
MOST_TYPES: Final = 20
_LONGEST_KEY: Final = 255


class StripeClient:
    """An account's API. Built by :func:`connectors.stripe.api.open_client`; thread-safe."""

    def __init__(self, transport: Transport) -> None:
        """``transport`` carries the credentials, the lane and the budget."""
        self._transport = transport

    # --- the account --------------------------------------------------------------------------

    def account(self) -> AccountFacts:
        """Return who the key belongs to; the cheapest proof that it works."""
        doc = self._transport.run(
            "account.retrieve", lambda api: api.v1.accounts.retrieve_current(), changes=False
        )

        def read(told: Doc) -> AccountFacts:
            livemode = self._transport.credentials.livemode
            return mapping.account(told, livemode=livemode, api_version=API_VERSION)

        facts: AccountFacts = shaped(doc, read, "account.retrieve", changes=False)
        return facts

    @property
    def endpoints(self) -> Endpoints:
        """The account's webhook endpoints."""
        return Endpoints(self._transport)

    # --- sessions -----------------------------------------------------------------------------

    def create_session(self, wanted: SessionWanted, *, idempotency_key: str) -> Session:
        """Make a payment page that totals exactly ``wanted.total``."""
        params: Any = _paid(lambda: mapping.session_params(wanted))
        session = self._change(
            "checkout.sessions.create",
            lambda api, options: api.v1.checkout.sessions.create(params=params, options=options),
            mapping.session,
            idempotency_key,
        )
        if (session.amount_total, session.currency) != (wanted.total, wanted.currency.upper()):
            message = (
                f"Stripe's session {session.id} totals {session.amount_total} {session.currency} "
                f"where {wanted.total} {wanted.currency} were asked for. It was not handed out."
            )
            raise Permanent(message)
        return session

    def session(self, session_id: str) -> Session:
        """Read a session."""
        return self._read(
            "checkout.sessions.retrieve",
            lambda api: api.v1.checkout.sessions.retrieve(session_id),
            mapping.session,
        )

    def expire_session(self, session_id: str, *, idempotency_key: str) -> Session:
        """End an open session; ``Rejected`` when it is complete or expired already: read it."""
        return self._change(
            "checkout.sessions.expire",
            lambda api, options: api.v1.checkout.sessions.expire(session_id, options=options),
            mapping.session,
            idempotency_key,
        )

    def sessions_of_intent(self, payment_intent: str) -> list[Session]:
        """Return the sessions that a PaymentIntent pays: one, or none."""
        page = self._page(
            "checkout.sessions.list",
            lambda api: api.v1.checkout.sessions.list(
                params={"payment_intent": payment_intent, "limit": ROWS_PER_PAGE}
            ),
            mapping.session,
        )
        return list(page.rows)

    def sessions(self, created_from: dt.datetime, after: str | None = None) -> Page[Session]:
        """Return up to 100 sessions, the newest first: how a lost answer is read back."""
        params: Any = {"created": {"gte": int(created_from.timestamp())}, **_cursor(after)}
        return self._page(
            "checkout.sessions.list",
            lambda api: api.v1.checkout.sessions.list(params=params),
            mapping.session,
        )

    # --- payments -----------------------------------------------------------------------------

    def payment_intent(self, intent_id: str) -> PaymentIntent:
        """Read a PaymentIntent."""
        return self._read(
            "payment_intents.retrieve",
            lambda api: api.v1.payment_intents.retrieve(intent_id),
            mapping.payment_intent,
        )

    def charge(self, charge_id: str) -> Charge:
        """Read a charge."""
        return self._read(
            "charges.retrieve", lambda api: api.v1.charges.retrieve(charge_id), mapping.charge
        )

    def dispute(self, dispute_id: str) -> Dispute:
        """Read a dispute."""
        return self._read(
            "disputes.retrieve", lambda api: api.v1.disputes.retrieve(dispute_id), mapping.dispute
        )

    # --- refunds ------------------------------------------------------------------------------

    def create_refund(  # noqa: PLR0913 -- what a refund is made of
        self,
        *,
        payment_intent: str,
        amount: Decimal,
        currency: str,
        reason: str,
        metadata: Mapping[str, str],
        idempotency_key: str,
    ) -> Refund:
        """Give money back. ``reason``: requested_by_customer, duplicate, fraudulent or empty.

        ``Rejected.code`` tells ``charge_already_refunded`` and ``charge_disputed`` (§4).
        """
        units = _paid(lambda: to_wire(amount, currency))
        params: Any = {
            "payment_intent": payment_intent,
            "amount": units,
            "metadata": dict(metadata),
        }
        if reason:
            params["reason"] = reason
        return self._change(
            "refunds.create",
            lambda api, options: api.v1.refunds.create(params=params, options=options),
            mapping.refund,
            idempotency_key,
        )

    def refund(self, refund_id: str) -> Refund:
        """Read a refund."""
        return self._read(
            "refunds.retrieve", lambda api: api.v1.refunds.retrieve(refund_id), mapping.refund
        )

    def refunds_of(self, payment_intent: str) -> list[Refund]:
        """Return all refunds of a PaymentIntent, the newest first, failed ones included."""
        found: list[Refund] = []
        after: str | None = None
        while True:
            params: Any = {"payment_intent": payment_intent, **_cursor(after)}
            page = self._page(
                "refunds.list",
                lambda api, asked=params: api.v1.refunds.list(params=asked),  # type: ignore[misc]  # bound at once
                mapping.refund,
            )
            found += page.rows
            after = page.next
            if after is None:
                return found

    # --- events -------------------------------------------------------------------------------

    def events(
        self, created_from: dt.datetime, types: Sequence[str], after: str | None = None
    ) -> Page[Event]:
        """Return up to 100 events of at most 20 types, the newest first; Stripe keeps 30 days."""
        if not 0 < len(types) <= MOST_TYPES:
            message = f"Ask for 1 to {MOST_TYPES} types of events at once, not {len(types)}."
            raise ValueError(message)
        params: Any = {
            "created": {"gte": int(created_from.timestamp())},
            "types": list(types),
            **_cursor(after),
        }
        return self._page(
            "events.list", lambda api: api.v1.events.list(params=params), mapping.event
        )

    # --- inside -------------------------------------------------------------------------------

    def _read(
        self,
        operation: str,
        ask: Callable[[stripe.StripeClient], Any],
        read: Callable[[Doc], Row],
    ) -> Row:
        doc = self._transport.run(operation, ask, changes=False)
        row: Row = shaped(doc, read, operation, changes=False)
        return row

    def _change(
        self,
        operation: str,
        ask: Callable[[stripe.StripeClient, Any], Any],
        read: Callable[[Doc], Row],
        idempotency_key: str,
    ) -> Row:
        if not 0 < len(idempotency_key) <= _LONGEST_KEY:
            message = f"{operation} needs an idempotency key of 1 to {_LONGEST_KEY} characters."
            raise ValueError(message)
        options = {"idempotency_key": idempotency_key}
        doc = self._transport.run(operation, lambda api: ask(api, options), changes=True)
        row: Row = shaped(doc, read, operation, changes=True)
        return row

    def _page(
        self,
        operation: str,
        ask: Callable[[stripe.StripeClient], Any],
        read: Callable[[Doc], Row],
    ) -> Page[Row]:
        doc = self._transport.run(operation, ask, changes=False)

        def rows(told: Doc) -> Page[Row]:
            listed = mapping.listed(told)
            found = tuple(read(each) for each in listed.data)
            last = listed.data[-1]["id"] if listed.has_more and listed.data else None
            return Page(found, last)

        page: Page[Row] = shaped(doc, rows, operation, changes=False)
        return page


def _cursor(after: str | None) -> dict[str, Any]:
    return {"limit": ROWS_PER_PAGE} | ({} if after is None else {"starting_after": after})


def _paid(amounts: Callable[[], Row]) -> Row:
    """Compute amounts of the wire, or refuse them before anything is sent."""
    try:
        return amounts()
    except ValueError as error:
        message = f"Nothing was sent to Stripe: {error}. Correct the price."
        raise Rejected(message, code="amount_invalid") from error
