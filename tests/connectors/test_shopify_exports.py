"""Stock exports against the sandbox shop over real HTTP, results from a host of their own."""

import time
from collections.abc import Iterator
from uuid import UUID

import pytest

from connectors.shopify.bulk import ExportLost, StockExports
from connectors.shopify.client import ShopifyClient
from connectors.shopify.contracts import ItemStock, StockExport
from connectors.shopify.settings import ShopifyCredentials
from connectors.shopify.transport import Transport
from foundation.failures import Misconfigured, Permanent, Transient, Wait
from foundation.outbound.client import Http
from tests.connectors.lanes import PlainLane, Purse
from tests.connectors.sandboxes import DOMAIN, TOKEN, Sandbox, running

RESULTS = "bulk-results.shopify.test"
ITEMS = 2000
DAYS = 86_400.0


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    state = tmp_path_factory.mktemp("shop")
    size = ("--products", "250", "--variants-per-product", "8")
    with running(state, *size, "--points-factor", "1000") as one:
        yield one


def settings(sandbox: Sandbox, **changes: float) -> None:
    sandbox.control("POST", "settings", changes)


@pytest.fixture
def purse() -> Purse:
    return Purse()


@pytest.fixture
def client(sandbox: Sandbox, purse: Purse) -> Iterator[ShopifyClient]:
    settings(sandbox, bulk_clock=1000.0, bulk_url_seconds=7 * DAYS, bulk_time_limit=10 * DAYS)
    lane = PlainLane(Http({DOMAIN: sandbox.origin, RESULTS: sandbox.origin}))
    credentials = ShopifyCredentials(UUID(int=7), DOMAIN, TOKEN)
    yield ShopifyClient(Transport(credentials, lane=lane, points=purse))
    sandbox.mend()


@pytest.fixture
def exports(client: ShopifyClient) -> StockExports:
    return client.exports


def until_ready(exports: StockExports, export: StockExport) -> StockExport:
    deadline = time.monotonic() + 20
    while not export.ready:
        assert time.monotonic() < deadline, export
        time.sleep(0.02)
        export = exports.poll(export.id)
    return export


def made(exports: StockExports) -> StockExport:
    return until_ready(exports, exports.start())


def until_lost(exports: StockExports, export: StockExport) -> str:
    with pytest.raises(ExportLost, match="Start another one") as caught:
        until_ready(exports, export)
    return caught.value.message


def results(sandbox: Sandbox) -> dict[str, int]:
    """How the storage answered until now."""
    calls = sandbox.control("GET", "calls")["calls"]
    return {name: count for name, count in calls.items() if name.startswith("bulk-result")}


def paged(client: ShopifyClient) -> dict[int, ItemStock]:
    """All stock as pages tell it."""
    page = client.stock(levels=3)
    rows = list(page.rows)
    while page.next is not None:
        page = client.stock(page.next, levels=3)
        rows += page.rows
    return {item.item_id: item for item in rows}


# --- a whole shop -----------------------------------------------------------------------------


def test_an_export_holds_what_all_pages_hold(
    client: ShopifyClient, exports: StockExports, sandbox: Sandbox
) -> None:
    known = paged(client)
    assert len(known) == ITEMS
    export = made(exports)
    levels = sum(len(item.levels) for item in known.values())
    assert levels > 2 * ITEMS
    assert (export.items, export.objects) == (ITEMS, ITEMS + levels)
    before = results(sandbox).get("bulk-result 200", 0)
    read = list(exports.read(export))
    assert len(read) == ITEMS
    assert {item.item_id: item for item in read} == known
    # The sandbox's storage refuses whoever sends the token along.
    assert results(sandbox) == {"bulk-result 200": before + 1}
    assert "Signature" not in repr(export)


def test_what_it_costs_does_not_depend_on_the_shop(
    exports: StockExports, purse: Purse, sandbox: Sandbox
) -> None:
    settings(sandbox, bulk_clock=4.0)
    export = exports.start()
    assert exports.find_running() == export
    exports.cancel(export.id)
    with pytest.raises(ExportLost):
        exports.poll(export.id)
    assert purse.taken == [10, 6, 10, 1]
    actual = [reading.actual for reading in purse.settled]
    assert actual[:1] + actual[2:] == [10, 10, 1]


def test_progress_is_told_while_it_runs(exports: StockExports, sandbox: Sandbox) -> None:
    settings(sandbox, bulk_clock=10.0)
    export = exports.start()
    assert (export.status, export.ready, export.objects, export.url) == ("created", False, 0, "")
    with pytest.raises(ValueError, match="is created, not completed"):
        exports.read(export)
    seen = []
    while not export.ready:
        export = exports.poll(export.id)
        seen.append(export.items)
        time.sleep(0.02)
    assert seen == sorted(seen)
    assert len(set(seen)) > 3, "not from nothing to all at once"


def test_a_running_export_is_found_again(exports: StockExports, sandbox: Sandbox) -> None:
    assert exports.find_running() is None
    settings(sandbox, bulk_clock=4.0)
    sandbox.fault(kind="lose_answer", count=1, operation="StockExportStart")
    with pytest.raises(Transient):
        exports.start()
    found = exports.find_running()
    assert found is not None
    settings(sandbox, bulk_clock=1000.0)
    assert until_ready(exports, found).items == ITEMS
    assert exports.find_running() is None


def test_a_file_can_be_left_early_and_read_again(exports: StockExports) -> None:
    export = made(exports)
    first = exports.read(export)
    assert next(first).item_id
    first.close()  # type: ignore[attr-defined]  # a generator, told as an iterator
    assert len(list(exports.read(export))) == ITEMS


# --- refusals ---------------------------------------------------------------------------------


def test_the_sixth_waits_and_a_cancelled_one_makes_room(
    exports: StockExports, sandbox: Sandbox
) -> None:
    settings(sandbox, bulk_clock=1.0)
    begun = [exports.start() for _ in range(5)]
    with pytest.raises(Wait, match="no place for another export") as caught:
        exports.start()
    assert caught.value.seconds == 30.0
    assert exports.cancel(begun[0].id)
    assert "was cancelled" in until_lost(exports, begun[0])
    settings(sandbox, bulk_clock=1000.0)
    deadline = time.monotonic() + 5
    while exports.cancel(begun[0].id):
        assert time.monotonic() < deadline
    assert not exports.cancel(begun[0].id), "it is over"
    for export in begun[1:]:
        exports.cancel(export.id)
    while exports.find_running() is not None:
        assert time.monotonic() < deadline
    assert made(exports).items == ITEMS


def test_a_missing_scope_is_a_setting_to_mend(
    client: ShopifyClient, exports: StockExports, sandbox: Sandbox
) -> None:
    granted = sorted(client.granted_scopes())
    sandbox.of_shop("scopes", {"granted": ["read_products"]})
    try:
        export = exports.start()
        with pytest.raises(Misconfigured, match="read_inventory") as caught:
            until_ready(exports, export)
    finally:
        sandbox.of_shop("scopes", {"granted": granted})
    assert caught.value.connection_id == UUID(int=7)


def test_an_unknown_export_is_lost(exports: StockExports) -> None:
    with pytest.raises(ExportLost, match="does not know"):
        exports.poll(1)
    assert not exports.cancel(1)


# --- misbehaviour -----------------------------------------------------------------------------


def test_an_export_that_fails_is_lost(exports: StockExports, sandbox: Sandbox) -> None:
    sandbox.fault(kind="bulk_fail", count=1)
    assert "INTERNAL_SERVER_ERROR" in until_lost(exports, exports.start())


def test_an_export_that_never_ends_is_given_up_by_shopify(
    exports: StockExports, sandbox: Sandbox
) -> None:
    settings(sandbox, bulk_time_limit=500.0)
    sandbox.fault(kind="bulk_stall", count=1, seconds=60)
    with pytest.raises(Permanent, match="TIMEOUT"):
        until_ready(exports, exports.start())


def test_an_expired_export_is_lost(exports: StockExports, sandbox: Sandbox) -> None:
    settings(sandbox, bulk_url_seconds=500.0)
    export = made(exports)
    time.sleep(0.6)
    with pytest.raises(ExportLost, match="seven days"):
        exports.poll(export.id)


def test_a_file_that_is_gone_is_a_lost_export(exports: StockExports, sandbox: Sandbox) -> None:
    export = made(exports)
    sandbox.fault(kind="result_gone", count=1)
    with pytest.raises(ExportLost, match="HTTP 404"):
        list(exports.read(export))


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("result_5xx", "HTTP 503"),
        ("result_truncated", "Shopify counted 6,"),
        ("result_cut", "broke off StockExportFile"),
    ],
)
def test_a_file_that_is_not_whole_is_fetched_again(
    exports: StockExports, sandbox: Sandbox, client: ShopifyClient, kind: str, told: str
) -> None:
    export = made(exports)
    sandbox.fault(kind=kind, count=1)
    given: list[ItemStock] = []
    with pytest.raises(Transient, match=told) as caught:
        given.extend(exports.read(export))
    assert type(caught.value) is Transient
    known = paged(client)
    assert len(given) < ITEMS
    assert all(known[item.item_id] == item for item in given), "nothing is given in part"
    assert len(list(exports.read(export))) == ITEMS
