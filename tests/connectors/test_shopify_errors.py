"""Every error layer of the contract (§3.3, §3.4), answered by a real socket."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from connectors.shopify.client import ShopifyClient
from connectors.shopify.contracts import PriceWrite
from connectors.shopify.settings import ShopifyCredentials, is_shop_domain
from connectors.shopify.transport import Transport
from foundation.failures import Failure, Misconfigured, OutcomeUnknown, Permanent, Transient, Wait
from foundation.outbound.client import Http
from foundation.outbound.contracts import Reading
from foundation.outbound.failures import NotSent
from tests.connectors.lanes import PlainLane, Purse
from tests.outbound.peer import Peer, answer, hang_up, listening

DOMAIN = "demo-shop.myshopify.com"
CONNECTION = UUID(int=7)
COST = {
    "cost": {
        "requestedQueryCost": 11,
        "actualQueryCost": 11,
        "throttleStatus": {
            "maximumAvailable": 2000.0,
            "currentlyAvailable": 1989,
            "restoreRate": 100.0,
        },
    }
}


@dataclass
class Shop:
    """A shop that answers what a test says, and a client for it."""

    peer: Peer
    lane: PlainLane
    purse: Purse
    client: ShopifyClient

    def says(self, body: Any, status: int = 200, **headers: str) -> None:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.peer.behaviour = answer(status, text, X_Request_Id="r-1", **headers)

    def write(self) -> None:
        self.client.write_prices(9001, [PriceWrite(7001, Decimal(24))])

    def failure(self, *, change: bool) -> Failure:
        with pytest.raises(Failure) as caught:
            self.write() if change else self.client.shop_facts()
        return caught.value

    def kinds(self) -> tuple[type[Failure], type[Failure]]:
        """What a read and a write make of the answer."""
        return type(self.failure(change=False)), type(self.failure(change=True))


@pytest.fixture
def shop() -> Iterator[Shop]:
    with listening() as peer:
        lane, purse = PlainLane(Http({DOMAIN: peer.origin})), Purse()
        credentials = ShopifyCredentials(CONNECTION, DOMAIN, "shpat_1")
        client = ShopifyClient(Transport(credentials, lane=lane, points=purse))
        yield Shop(peer, lane, purse, client)


def errors(message: str, code: str | None = None, **extensions: Any) -> dict[str, Any]:
    told = {"code": code, **extensions} if code else extensions
    return {"errors": [{"message": message, "extensions": told}]}


@pytest.mark.parametrize("status", [401, 402, 403, 404, 423, 430])
def test_statuses_that_name_a_setting_to_mend(shop: Shop, status: int) -> None:
    shop.says({"errors": "[API] Invalid API key or access token"}, status)
    failure = shop.failure(change=True)
    assert isinstance(failure, Misconfigured)
    assert failure.connection_id == CONNECTION
    assert f"(HTTP {status})" in failure.message
    assert DOMAIN in failure.message
    assert shop.lane.exchanges[0].vendor_request_id == "r-1"


def test_a_renamed_shop_is_a_setting_to_mend(shop: Shop) -> None:
    shop.says(b"", 301, Location="https://renamed.myshopify.com/")
    failure = shop.failure(change=False)
    assert isinstance(failure, Misconfigured)
    assert "renamed.myshopify.com" in failure.message
    assert len(shop.peer.requests) == 1, "the token does not follow a redirect"


def test_a_bad_request_is_ours(shop: Shop) -> None:
    shop.says({"errors": "no query"}, 400)
    assert shop.kinds() == (Permanent, Permanent)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_server_errors_leave_a_write_unknown(shop: Shop, status: int) -> None:
    shop.says(b"<html>", status)
    assert shop.kinds() == (Transient, OutcomeUnknown)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"data": {', b"\xff"])
def test_answers_that_cannot_be_read(shop: Shop, body: bytes) -> None:
    shop.says(body)
    assert shop.kinds() == (Transient, OutcomeUnknown)


def test_data_of_another_shape_names_the_place(shop: Shop) -> None:
    shop.says({"data": {"shop": {"id": "gid://shopify/Shop/1"}}})
    failure = shop.failure(change=False)
    assert isinstance(failure, Permanent)
    assert "$.shop" in failure.message
    shop.says({"data": {"productVariantsBulkUpdate": None}})
    assert isinstance(shop.failure(change=True), OutcomeUnknown)


@pytest.mark.parametrize(
    ("code", "read", "write"),
    [
        ("MAX_COST_EXCEEDED", Permanent, Permanent),
        ("INVALID_VARIABLE", Permanent, Permanent),
        ("undefinedField", Permanent, Permanent),
        ("PARSE_ERROR", Permanent, Permanent),
        ("MAX_INPUT_SIZE_EXCEEDED", Permanent, Permanent),
        ("BAD_REQUEST", Permanent, Permanent),
        ("RESOURCE_NOT_FOUND", Permanent, Permanent),
        ("INTERNAL_SERVER_ERROR", Transient, OutcomeUnknown),
        ("SOMETHING_NEW", Transient, OutcomeUnknown),
        (None, Transient, OutcomeUnknown),
        ("SHOP_INACTIVE", Misconfigured, Misconfigured),
        ("ACCESS_DENIED", Misconfigured, Misconfigured),
    ],
)
def test_top_level_codes(
    shop: Shop, code: str | None, read: type[Failure], write: type[Failure]
) -> None:
    shop.says(errors("Something is wrong", code))
    assert shop.kinds() == (read, write)


def test_a_missing_scope_is_named(shop: Shop) -> None:
    shop.says(
        errors(
            "Access denied for productVariantsBulkUpdate field.",
            "ACCESS_DENIED",
            requiredAccess="`write_products` access scope.",
        )
    )
    failure = shop.failure(change=True)
    assert "asks for: `write_products` access scope. Grant" in failure.message


def test_a_query_that_is_too_dear_says_by_how_much(shop: Shop) -> None:
    shop.says(errors("Query cost is 1304", "MAX_COST_EXCEEDED", cost=1304, maxCost=1000))
    assert "1304 points where 1000 are allowed" in shop.failure(change=False).message


def test_errors_beside_data_are_not_overlooked(shop: Shop) -> None:
    body = errors("Internal error", "INTERNAL_SERVER_ERROR", requestId="r-9")
    shop.says({**body, "data": {"productVariantsBulkUpdate": None}, "extensions": COST})
    assert isinstance(shop.failure(change=True), OutcomeUnknown)
    assert len(shop.purse.settled) == 1, "it was charged all the same"


def test_errors_may_be_one_string(shop: Shop) -> None:
    shop.says({"errors": "Not available"})
    assert shop.kinds() == (Transient, OutcomeUnknown)


def test_being_throttled_is_waiting_and_no_failure(shop: Shop) -> None:
    status = {"maximumAvailable": 4000.0, "currentlyAvailable": 572, "restoreRate": 200.0}
    cost = {"requestedQueryCost": 862, "actualQueryCost": None, "throttleStatus": status}
    shop.says({**errors("Throttled", "THROTTLED"), "extensions": {"cost": cost}})
    with pytest.raises(Wait) as caught:
        shop.write()
    assert caught.value.seconds == 1.5
    assert shop.purse.depleted == [Reading(None, 572.0, 4000.0, 200.0)]
    assert shop.purse.settled == []
    assert shop.lane.exchanges[0].failure == "throttled"
    shop.says(errors("Throttled", "THROTTLED"))
    with pytest.raises(Wait):
        shop.write()
    assert shop.purse.depleted[1].capacity == 0, "numbers that were not told are not made up"


def test_a_filter_that_was_ignored_is_never_used(shop: Shop) -> None:
    warnings = [{"field": "updated_att", "message": "Unknown filter"}]
    page = {"nodes": [], "pageInfo": {"hasNextPage": False}}
    shop.says(
        {
            "data": {"productVariants": page},
            "extensions": {**COST, "search": [{"path": ["x"], "warnings": warnings}]},
        }
    )
    with pytest.raises(Permanent, match="updated_att: Unknown filter"):
        shop.client.variants()
    shop.says({"data": {"productVariants": page}, "extensions": {"search": [{"path": ["x"]}]}})
    assert shop.client.variants().rows == ()


def test_what_the_vendor_charges_is_settled(shop: Shop) -> None:
    payload: dict[str, Any] = {"productVariants": [], "userErrors": []}
    shop.says({"data": {"productVariantsBulkUpdate": payload}, "extensions": COST})
    shop.write()
    assert (shop.purse.taken, shop.purse.settled) == ([11], [Reading(11, 1989.0, 2000.0, 100.0)])
    exchange = shop.lane.exchanges[0]
    assert (exchange.requested_cost, exchange.actual_cost) == (11, 11)


def test_points_come_back_only_when_nothing_was_sent(shop: Shop) -> None:
    shop.peer.behaviour = hang_up
    with pytest.raises(OutcomeUnknown):
        shop.write()
    assert shop.purse.given_back == []
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    shop.lane.http = Http({DOMAIN: f"http://127.0.0.1:{port}"})
    with pytest.raises(NotSent):
        shop.write()
    assert shop.purse.given_back == [11]


def test_the_request_is_what_the_contract_wants(shop: Shop) -> None:
    shop.says({"data": {"productVariantsBulkUpdate": {"productVariants": [], "userErrors": []}}})
    shop.write()
    (request,) = shop.peer.requests
    assert request.line == "POST /admin/api/2026-10/graphql.json HTTP/1.1"
    assert request.headers["host"] == DOMAIN
    assert request.headers["x-shopify-access-token"] == "shpat_1"
    assert request.headers["content-type"] == "application/json"
    body = json.loads(request.body)
    assert (body["operationName"], body["variables"]) == (
        "PriceWrite",
        {
            "productId": "gid://shopify/Product/9001",
            "variants": [{"id": "gid://shopify/ProductVariant/7001", "price": "24"}],
            "partial": True,
        },
    )


@pytest.mark.parametrize(
    "domain",
    ["evil.example", "a.myshopify.com.evil.example", "x/.myshopify.com", "", "a.myshopify.com\n"],
)
def test_a_token_travels_to_shopify_only(domain: str) -> None:
    assert not is_shop_domain(domain)
    with pytest.raises(ValueError, match="not a shop's domain"):
        ShopifyCredentials(CONNECTION, domain, "shpat_1")


def test_credentials_do_not_show_the_token() -> None:
    assert "shpat_1" not in repr(ShopifyCredentials(CONNECTION, DOMAIN, "shpat_1"))
