"""One call of the official library, sent on our own way out.

The library makes requests and reads answers; it sends nothing itself and repeats nothing. Not done
here: retrying and sleeping. A call the budget cannot pay raises ``failures.Wait``.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import msgspec
import stripe

from foundation.failures import Failure, OutcomeUnknown, Parked, Permanent, Wait
from foundation.outbound.api import Call, Lane, NotSent, Points, Reading, Throttled

from . import errors
from .settings import API_VERSION, ORIGIN, StripeCredentials

Doc: TypeAlias = dict[str, Any]
Ask: TypeAlias = Callable[[stripe.StripeClient], Any]

# Everything else that the library sends along describes this machine: it stays here.
_SENT: Final = frozenset({"authorization", "content-type", "idempotency-key", "stripe-version"})
_NOTHING_TOLD: Final = Reading(actual=0, available=0, capacity=0, restore_rate=0)

# Each call is in the exchange log; the library would say it twice more in ours.
logging.getLogger("stripe").setLevel(logging.WARNING)


class LaneClient(stripe.HTTPClient):
    """The library's HTTP client over a connection's lane, for one call."""

    name = "lane"

    def __init__(
        self, credentials: StripeCredentials, *, lane: Lane, points: Points, operation: str
    ) -> None:
        """``operation`` is the call's name in the exchange log."""
        super().__init__()
        self._credentials = credentials
        self._lane = lane
        self._points = points
        self._operation = operation

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Send one request; every failure is one of ours before the library sees the answer."""
        call = Call(
            method=method.upper(),
            url=url,
            operation=self._operation,
            changes=method.upper() != "GET",
            headers={name: text for name, text in (headers or {}).items() if name.lower() in _SENT},
            body=(post_data or "").encode(),
        )
        grant = self._points.take(1)
        try:
            with self._lane.exchange(call, grant.points) as exchange:
                answer = exchange.answer
                exchange.vendor_request_id = answer.headers.get("request-id", "")
                exchange.actual_cost = grant.points
                failure = errors.failure_of(answer, call, self._credentials)
                if failure is not None:
                    raise failure
                return answer.body.decode("utf-8", "replace"), answer.status, answer.headers
        except (NotSent, Parked):
            self._points.give_back(grant)
            raise
        except Throttled as slow:
            # Nothing was done (contract §8): believe the vendor and come back later.
            told = slow.retry_after.total_seconds() if slow.retry_after else 0.0
            seconds = max(told, self._points.deplete(grant, _NOTHING_TOLD))
            raise Wait(
                seconds=seconds,
                why=f"Stripe asks {self._credentials.account} to slow down; next call in "
                f"{seconds:.1f} s",
            ) from slow

    def close(self) -> None:
        """Nothing is open: the lane's connections are the process's."""


class Transport:
    """Runs calls for one connection."""

    def __init__(self, credentials: StripeCredentials, *, lane: Lane, points: Points) -> None:
        """Keep what is handed in; nothing is sent yet."""
        self.credentials = credentials
        self._lane = lane
        self._points = points

    def run(self, operation: str, ask: Ask, *, changes: bool) -> Doc:
        """Ask the library for something and return the object as plain Python values."""
        http = LaneClient(
            self.credentials, lane=self._lane, points=self._points, operation=operation
        )
        client = stripe.StripeClient(
            self.credentials.secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": ORIGIN},
            http_client=http,
            max_network_retries=0,
        )
        try:
            told: Doc = ask(client).to_dict()
        except stripe.StripeError as error:
            message = f"Stripe's answer to {operation} cannot be read: {type(error).__name__}."
            raise misread(message, changes=changes) from error
        return told


def misread(message: str, *, changes: bool) -> Failure:
    """Return the failure for an answer of another shape than agreed."""
    return OutcomeUnknown(message) if changes else Permanent(message)


def shaped(doc: Doc, read: Callable[[Doc], Any], operation: str, *, changes: bool) -> Any:
    """Read a document, or say that it has another shape than agreed."""
    try:
        return read(doc)
    except msgspec.ValidationError as error:
        message = f"Stripe's answer to {operation} has another shape than agreed: {error}."
        raise misread(message, changes=changes) from error
