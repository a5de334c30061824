"""All stock of a shop by a bulk export: 10 points to start and 1 for a look, whatever its size.

Start one (or find the one that runs), look at it until it is ready, read it. An export reads the
shop while it runs: a level is as old as its ``updated_at``, so the later one wins, as always.

Not done here: waiting (the job's), keeping the export's id between jobs (the caller's).
"""

from collections.abc import Iterator
from typing import Final

from foundation.failures import Misconfigured, Permanent, Transient, Wait
from foundation.outbound.api import OpenDownload

from . import bulk_documents, bulk_lines, mapping, wire
from .bulk_lines import Expected
from .contracts import ItemStock, StockExport
from .settings import ShopifyCredentials
from .transport import Transport

LARGEST_FILE: Final = 2 * 1024**3  # bytes; a level takes about 350, so some six million of them
_FILE: Final = "StockExportFile"
_BUSY_SECONDS: Final = 30.0
_BUSY: Final = frozenset({"OPERATION_IN_PROGRESS", "LIMIT_REACHED"})
_UNDER_WAY: Final = frozenset({"CREATED", "RUNNING"})
_LOST: Final = {
    "CANCELING": "was cancelled",
    "CANCELED": "was cancelled",
    "EXPIRED": "is older than seven days and was deleted",
}
_OK: Final = 200
_REFUSED: Final = range(400, 500)


class ExportLost(Transient):
    """This export will never be read: forget its id and start another one."""


class StockExports:
    """Exports of one shop. Got from :attr:`connectors.shopify.client.ShopifyClient.exports`."""

    def __init__(self, transport: Transport) -> None:
        """``transport`` carries the credentials, the lane, the budget and its priority."""
        self._transport = transport

    def start(self) -> StockExport:
        """Begin an export. 10 points. Raises ``Wait`` when five of this app's run already."""
        given = {"query": bulk_documents.STOCK_QUERY}
        document = bulk_documents.STOCK_EXPORT_START
        reply = self._transport.run(document, given, wire.BulkStartData, judge=_judge_start)
        operation = reply.data.payload.operation
        if operation is None:
            message = "Shopify neither started a stock export nor said why not."
            raise Transient(message)
        return mapping.stock_export(operation)

    def find_running(self) -> StockExport | None:
        """Return the newest stock export that is under way, None if there is none. 6 points.

        For whoever does not know whether a start arrived: take that one instead of another.
        """
        reply = self._transport.run(bulk_documents.EXPORT_LIST, {}, wire.BulkListData)
        for node in reply.data.operations.nodes:
            if node.status in _UNDER_WAY and node.query == bulk_documents.STOCK_QUERY:
                return mapping.stock_export(node)
        return None

    def poll(self, export_id: int) -> StockExport:
        """Look at an export: it is ready or still under way. 1 point.

        Raises ``ExportLost`` when it came to nothing, ``Misconfigured`` when the token may not
        read stock, ``Permanent`` when Shopify could not do it in ten days.
        """
        given = {"id": mapping.gid("BulkOperation", export_id)}
        document = bulk_documents.EXPORT_POLL
        reply = self._transport.run(document, given, wire.BulkData, judge=_judge_poll)
        operation = reply.data.operation
        if operation is None:
            message = f"Shopify does not know the stock export {export_id}. Start another one."
            raise ExportLost(message)
        return mapping.stock_export(operation)

    def cancel(self, export_id: int) -> bool:
        """End an export that is under way; False when it was over already. 10 points."""
        given = {"id": mapping.gid("BulkOperation", export_id)}
        reply = self._transport.run(bulk_documents.EXPORT_CANCEL, given, wire.BulkCancelData)
        return not reply.data.payload.errors

    def read(self, export: StockExport) -> Iterator[ItemStock]:
        """Give every item with all its levels, in no order, as the file comes. No points.

        Memory stays with one item. What is given is whole, but only the end tells that nothing is
        missing: draw no conclusion from an item's absence before. Take the next item outside of a
        transaction. Raises ``ExportLost`` when the file is gone, ``Transient`` when it breaks off
        or ends early, ``Permanent`` when it is not what was asked for.
        """
        if not export.ready:
            message = f"the stock export {export.id} is {export.status}, not completed"
            raise ValueError(message)
        return self._items(export)

    def _items(self, export: StockExport) -> Iterator[ItemStock]:
        if not export.objects:
            return
        if not export.url:
            message = f"Shopify gives no file of the stock export {export.id}. Start another one."
            raise ExportLost(message)
        with self._transport.download(export.url, _FILE, largest=LARGEST_FILE) as file:
            _judge_file(file, export)
            expected = Expected(objects=export.objects, items=export.items)
            yield from bulk_lines.items(bulk_lines.split(file.pieces), expected)


def _judge_start(data: wire.BulkStartData, _shop: ShopifyCredentials) -> None:
    errors = data.payload.errors
    if not errors:
        return
    told = mapping.words(errors)
    if any(error.code in _BUSY for error in errors):
        raise Wait(seconds=_BUSY_SECONDS, why=f"Shopify has no place for another export: {told}")
    message = (
        f"Shopify refused the stock export: {told}. This is a fault of this program, not of a "
        "setting; report it."
    )
    raise Permanent(message)


def _judge_poll(data: wire.BulkData, shop: ShopifyCredentials) -> None:
    operation = data.operation
    if operation is None or operation.status in _UNDER_WAY or operation.status == "COMPLETED":
        return
    number = mapping.number(operation.id)
    if operation.status in _LOST:
        message = f"The stock export {number} {_LOST[operation.status]}. Start another one."
        raise ExportLost(message)
    if operation.error_code == "ACCESS_DENIED":
        message = (
            f"The token of {shop.domain} may not read stock in bulk (ACCESS_DENIED). Grant the app "
            "the scope read_inventory in the shop's admin, reinstall it and resume."
        )
        raise Misconfigured(message, connection_id=shop.connection_id)
    if operation.error_code == "TIMEOUT":
        message = (
            f"Shopify could not end the stock export {number} in the time it allows (TIMEOUT). "
            "Stock is still read page by page; report this if it comes back."
        )
        raise Permanent(message)
    reason = operation.error_code or operation.status
    message = f"Shopify failed at the stock export {number} ({reason}). Start another one."
    raise ExportLost(message)


def _judge_file(file: OpenDownload, export: StockExport) -> None:
    if file.status == _OK:
        return
    if file.status in _REFUSED:
        message = (
            f"The file of the stock export {export.id} is gone (HTTP {file.status}). Start another "
            "one."
        )
        raise ExportLost(message)
    message = (
        f"The file of the stock export {export.id} was not given (HTTP {file.status}). "
        "Report this: it is not how Shopify answers."
    )
    raise Permanent(message)
