"""One GraphQL call: points taken, posted, settled, every error layer judged.

Not done here: retrying and sleeping. A call the budget cannot pay raises ``failures.Wait``.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import msgspec

from foundation.failures import Failure, OutcomeUnknown, Parked, Permanent, Wait
from foundation.outbound.api import (
    Answer,
    Call,
    Grant,
    Lane,
    NotSent,
    OpenDownload,
    OpenExchange,
    Points,
    Reading,
    prepay,
)

from . import errors, wire
from .costs import requested
from .documents import Document
from .settings import ShopifyCredentials

Data = TypeVar("Data")

_ENVELOPE: Final = msgspec.json.Decoder(wire.Envelope)


@dataclass(frozen=True, slots=True)
class Reply(Generic[Data]):
    """Typed data with the vendor's ids of the call."""

    data: Data
    request_id: str
    api_version: str


class Transport:
    """Sends documents for one connection."""

    def __init__(self, credentials: ShopifyCredentials, *, lane: Lane, points: Points) -> None:
        """Keep what is handed in; nothing is sent yet."""
        self._credentials = credentials
        self._lane = lane
        self._points = points
        self.points_spent = 0

    @contextmanager
    def prepaid(self, points: int) -> Iterator["Transport"]:
        """Give a transport whose calls are paid for with points taken now."""
        with prepay(self._points, points) as purse:
            yield Transport(self._credentials, lane=self._lane, points=purse)

    def run(
        self,
        document: Document,
        variables: dict[str, Any],
        shape: type[Data],
        *,
        judge: Callable[[Data, ShopifyCredentials], None] = lambda _data, _shop: None,
    ) -> Reply[Data]:
        """Send ``document`` and return its data as ``shape``, or raise what went wrong.

        ``judge`` may raise for what the data say; then that is how the call ended in the log, and
        a setting to mend parks the connection.
        """
        call = self._call(document, variables)
        grant = self._points.take(requested(document, variables))
        try:
            with self._lane.exchange(call, grant.points) as exchange:
                reply = self._read(exchange, document, grant, shape)
                judge(reply.data, self._credentials)
                return reply
        except (NotSent, Parked):
            self._points.give_back(grant)
            raise

    def download(
        self, url: str, operation: str, *, largest: int
    ) -> AbstractContextManager[OpenDownload]:
        """Fetch a file from the address Shopify gave for it, without points and without the token.

        The file lies with somebody else, who must not learn the token.
        """
        call = Call(method="GET", url=url, operation=operation, changes=False)
        return self._lane.download(call, largest=largest)

    def _call(self, document: Document, variables: dict[str, Any]) -> Call:
        # Absent and null mean the same for a cursor, but not for every filter: send what is set.
        given = {name: value for name, value in variables.items() if value is not None}
        body = {"query": document.text, "variables": given, "operationName": document.name}
        return Call(
            method="POST",
            url=self._credentials.endpoint,
            operation=document.name,
            changes=document.changes,
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                "X-Shopify-Access-Token": self._credentials.access_token,
            },
            body=msgspec.json.encode(body),
        )

    def _read(
        self, exchange: OpenExchange, document: Document, grant: Grant, shape: type[Data]
    ) -> Reply[Data]:
        answer = exchange.answer
        exchange.vendor_request_id = answer.headers.get("x-request-id", "")
        failure = errors.failure_of_status(answer, document, self._credentials)
        if failure is not None:
            raise failure
        envelope = self._envelope(answer, document)
        cost = envelope.extensions.cost if envelope.extensions else None
        told = self._errors(envelope)
        if any(error.code == errors.THROTTLED for error in told):
            exchange.failure = "throttled"
            raise self._throttled(grant, cost)
        if cost is not None:
            reading = _reading(cost)
            exchange.requested_cost = round(cost.requested_query_cost)
            exchange.actual_cost = reading.actual
            self.points_spent += (
                exchange.requested_cost if reading.actual is None else reading.actual
            )
            self._points.settle(grant, reading)
        failure = errors.failure_of_errors(told, document, self._credentials)
        if failure is None and envelope.extensions and envelope.extensions.search:
            failure = errors.failure_of_search(envelope.extensions.search, document)
        if failure is not None:
            raise failure
        return Reply(
            data=self._data(envelope, document, shape),
            request_id=exchange.vendor_request_id,
            api_version=answer.headers.get("x-shopify-api-version", ""),
        )

    def _envelope(self, answer: Answer, document: Document) -> wire.Envelope:
        try:
            return _ENVELOPE.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            message = f"Shopify's answer to {document.name} cannot be read: {error}."
            raise errors.unclear(document, message) from error

    @staticmethod
    def _errors(envelope: wire.Envelope) -> list[wire.GraphError]:
        match envelope.errors:
            case str(text):
                return [wire.GraphError(message=text)]
            case None:
                return []
            case told:
                return told

    def _throttled(self, grant: Grant, cost: wire.Cost | None) -> Wait:
        """Nothing was run (contract §3.3): believe the vendor's bucket and come back later."""
        reading = (
            Reading(actual=0, available=0, capacity=0, restore_rate=0)
            if cost is None
            else _reading(cost)
        )
        seconds = self._points.deplete(grant, reading)
        return Wait(
            seconds=seconds,
            why=f"Shopify asks {self._credentials.domain} to slow down; next call in "
            f"{seconds:.1f} s",
        )

    @staticmethod
    def _data(envelope: wire.Envelope, document: Document, shape: type[Data]) -> Data:
        try:
            return msgspec.json.decode(envelope.data, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            message = f"Shopify's answer to {document.name} has another shape than agreed: {error}."
            failure: Failure = OutcomeUnknown(message) if document.changes else Permanent(message)
            raise failure from error


def _reading(cost: wire.Cost) -> Reading:
    status = cost.throttle_status
    return Reading(
        actual=None if cost.actual_query_cost is None else round(cost.actual_query_cost),
        available=status.currently_available,
        capacity=status.maximum_available,
        restore_rate=status.restore_rate,
    )
