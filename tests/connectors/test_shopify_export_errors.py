"""What becomes of an export's answers and of its file, told by a real socket."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from connectors.shopify.api import ExportLost, StockExport, StockExports, open_client
from connectors.shopify.client import ShopifyClient
from connectors.shopify.settings import ShopifyCredentials
from connectors.shopify.transport import Transport
from foundation.failures import Failure, Misconfigured, Parked, Permanent, Transient, Wait
from foundation.outbound.api import ForbiddenAddress, Throttled, freeze_shop
from foundation.outbound.client import Http
from foundation.outbound.gate import forget_all
from foundation.outbound.models import Exchange
from foundation.shops.api import connection_access
from foundation.shops.models import Connection
from tests.connectors.lanes import PlainLane, Purse
from tests.connectors.stock_files import FILE, stock
from tests.outbound.peer import Peer, answer, listening

DOMAIN = "demo-shop.myshopify.com"
STORAGE = "storage.example"
URL = f"https://{STORAGE}/outputs/abc-final?Signature=secret"
AT = dt.datetime(2026, 11, 21, 10, 15, tzinfo=dt.UTC)
READY = StockExport(6001, "completed", objects=6, items=3, created_at=AT, url=URL)


@dataclass
class Vendor:
    """A shop and a storage that answer what a test says."""

    peer: Peer
    purse: Purse
    exports: StockExports

    def says(self, data: Any, **more: Any) -> None:
        self.peer.behaviour = answer(200, json.dumps({"data": data, **more}).encode())

    def gives(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.peer.behaviour = answer(status, body, **headers)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with listening() as peer:
        purse = Purse()
        lane = PlainLane(Http({DOMAIN: peer.origin, STORAGE: peer.origin}))
        credentials = ShopifyCredentials(UUID(int=7), DOMAIN, "shpat_1")
        client = ShopifyClient(Transport(credentials, lane=lane, points=purse))
        yield Vendor(peer, purse, client.exports)


def operation(status: str, **facts: Any) -> dict[str, Any]:
    told = {
        "id": "gid://shopify/BulkOperation/6001",
        "status": status,
        "errorCode": None,
        "createdAt": "2026-11-21T10:15:00Z",
        "objectCount": "6",
        "rootObjectCount": "3",
        "url": None,
        "query": "{ … }",
    }
    return told | facts


def test_an_export_is_told_in_plain_types(vendor: Vendor) -> None:
    vendor.says({"bulkOperation": operation("COMPLETED", url=URL)})
    assert vendor.exports.poll(6001) == READY
    (request,) = vendor.peer.requests
    assert json.loads(request.body)["variables"] == {"id": "gid://shopify/BulkOperation/6001"}
    assert "secret" not in repr(READY)


@pytest.mark.parametrize("status", ["CREATED", "RUNNING"])
def test_under_way_is_no_failure(vendor: Vendor, status: str) -> None:
    vendor.says({"bulkOperation": operation(status)})
    export = vendor.exports.poll(6001)
    assert (export.ready, export.status, export.objects) == (False, status.lower(), 6)


@pytest.mark.parametrize(
    ("status", "code", "kind", "told"),
    [
        ("CANCELING", None, ExportLost, "was cancelled"),
        ("CANCELED", None, ExportLost, "was cancelled"),
        ("EXPIRED", None, ExportLost, "seven days"),
        ("FAILED", "INTERNAL_SERVER_ERROR", ExportLost, "INTERNAL_SERVER_ERROR"),
        ("FAILED", None, ExportLost, "FAILED"),
        ("SOMETHING_NEW", None, ExportLost, "SOMETHING_NEW"),
        ("FAILED", "TIMEOUT", Permanent, "TIMEOUT"),
        ("FAILED", "ACCESS_DENIED", Misconfigured, "read_inventory"),
    ],
)
def test_what_an_end_means(
    vendor: Vendor, status: str, code: str | None, kind: type[Failure], told: str
) -> None:
    vendor.says({"bulkOperation": operation(status, errorCode=code)})
    with pytest.raises(Failure, match=told) as caught:
        vendor.exports.poll(6001)
    assert type(caught.value) is kind


def refusal(code: str | None, message: str) -> dict[str, Any]:
    error = {"field": None, "message": message, "code": code}
    return {"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": [error]}}


@pytest.mark.parametrize("code", ["OPERATION_IN_PROGRESS", "LIMIT_REACHED"])
def test_no_place_is_no_failure(vendor: Vendor, code: str) -> None:
    vendor.says(refusal(code, "already in progress: gid://shopify/BulkOperation/1."))
    with pytest.raises(Wait, match="BulkOperation/1"):
        vendor.exports.start()
    assert (vendor.purse.taken, vendor.purse.given_back) == ([10], [])


@pytest.mark.parametrize("code", ["INVALID", None])
def test_a_query_that_is_refused_is_our_fault(vendor: Vendor, code: str | None) -> None:
    vendor.says(refusal(code, "Invalid bulk query"))
    with pytest.raises(Permanent, match="Invalid bulk query"):
        vendor.exports.start()
    vendor.says({"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": []}})
    with pytest.raises(Transient, match="nor said why not"):
        vendor.exports.start()


def test_only_our_own_running_exports_are_found(vendor: Vendor) -> None:
    vendor.says({"bulkOperations": {"nodes": [operation("RUNNING"), operation("COMPLETED")]}})
    assert vendor.exports.find_running() is None


# --- the file ---------------------------------------------------------------------------------


def test_the_file_is_fetched_without_the_token(vendor: Vendor) -> None:
    vendor.gives(200, b"\n".join(FILE))
    assert list(vendor.exports.read(READY)) == [
        stock(8002, 501, 502),
        stock(8003),
        stock(8001, 502),
    ]
    (request,) = vendor.peer.requests
    assert request.line == "GET /outputs/abc-final?Signature=secret HTTP/1.1"
    assert request.headers["host"] == STORAGE
    assert not any("shpat" in value for value in request.headers.values())
    assert "x-shopify-access-token" not in request.headers
    assert vendor.purse.taken == []


def test_an_empty_shop_has_no_file(vendor: Vendor) -> None:
    empty = StockExport(6001, "completed", objects=0, items=0, created_at=AT)
    assert list(vendor.exports.read(empty)) == []
    without = StockExport(6001, "completed", objects=6, items=3, created_at=AT)
    with pytest.raises(ExportLost, match="gives no file"):
        list(vendor.exports.read(without))
    assert vendor.peer.requests == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ExportLost),
        (403, ExportLost),
        (404, ExportLost),
        (410, ExportLost),
        (302, Permanent),
        (204, Permanent),
        (429, Throttled),
        (500, Transient),
        (503, Transient),
    ],
)
def test_statuses_of_the_storage(vendor: Vendor, status: int, kind: type[Failure]) -> None:
    vendor.gives(status, Location="https://elsewhere.example/")
    with pytest.raises(Failure, match=f"HTTP {status}") as caught:
        list(vendor.exports.read(READY))
    assert type(caught.value) is kind
    assert "secret" not in caught.value.message
    assert len(vendor.peer.requests) == 1, "nothing is repeated and no redirect followed"


@pytest.mark.parametrize("address", ["http://storage.example/x", "https://127.0.0.1/x"])
def test_an_address_that_must_not_be_called(vendor: Vendor, address: str) -> None:
    export = StockExport(6001, "completed", objects=6, items=3, created_at=AT, url=address)
    with pytest.raises(ForbiddenAddress):
        list(vendor.exports.read(export))
    assert vendor.peer.requests == []


# --- through the real lane --------------------------------------------------------------------


@pytest.fixture
def lane(connection: Connection, vendor: Vendor, settings: Settings) -> Iterator[Connection]:
    settings.OUTBOUND_ADDRESS_MAP = {DOMAIN: vendor.peer.origin, STORAGE: vendor.peer.origin}
    forget_all()
    yield connection
    forget_all()


def exports_of(connection: Connection) -> StockExports:
    return open_client(connection_access(connection.pk)).exports


@pytest.mark.django_db(transaction=True)
def test_the_panic_switch_does_not_stop_an_export_and_the_log_keeps_no_signature(
    lane: Connection, vendor: Vendor
) -> None:
    freeze_shop(lane.shop_id, reason="test", actor_id=None)
    begun = operation("CREATED")
    vendor.says({"bulkOperationRunQuery": {"bulkOperation": begun, "userErrors": []}})
    assert exports_of(lane).start().id == 6001
    vendor.gives(200, b"\n".join(FILE))
    assert len(list(exports_of(lane).read(READY))) == 3
    rows = Exchange.objects.order_by("id").values_list("operation", "place", "status", "failure")
    assert list(rows) == [
        ("StockExportStart", f"{DOMAIN}/admin/api/2026-10/graphql.json", 200, ""),
        ("StockExportFile", f"{STORAGE}/outputs/abc-final", 200, ""),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_missing_scope_parks_the_connection(lane: Connection, vendor: Vendor) -> None:
    denied = operation("FAILED", errorCode="ACCESS_DENIED")
    vendor.says({"bulkOperation": denied})
    with pytest.raises(Misconfigured):
        exports_of(lane).poll(6001)
    assert connection_access(lane.pk).parked
    with pytest.raises(Parked):
        exports_of(lane).poll(6001)
    assert len(vendor.peer.requests) == 1
