"""What the vendor refuses to run in bulk (contract §9), in its own words."""

from collections.abc import Callable, Iterator

import pytest

from tests.sandbox.conftest import OTHER, Sandbox
from tests.sandbox.exports import (
    LIST,
    NOTHING,
    START,
    STOCK,
    STOP,
    begun,
    exporting,
    finished,
    until,
)

Start = Callable[..., Sandbox]


@pytest.fixture
def quick(box: Sandbox) -> Iterator[Sandbox]:
    """The module's sandbox with a fast clock."""
    yield from exporting(box)


PRODUCT = "{ products { edges { node { id } } } }"
LEVELS = "inventoryLevels { edges { node { id } } }"
THREE_DEEP = f"""{{ locations {{ edges {{ node {{ id inventoryLevels {{
  edges {{ node {{ id item {{ id {LEVELS} }} }} }} }} }} }} }} }}"""
SIX = f"{{ {' '.join(f'p{n}: {PRODUCT[2:-2]}' for n in range(6))} }}"
NOT_EDGES = (
    "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: "
    "'products { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection "
    "fields: 'products'."
)
NO_ID = (
    "The parent 'node' field for a nested connection must select the 'id' field without an alias "
    "and must be of 'ID' return type. Connection fields without 'id': products."
)
REFUSED = {
    "": "Invalid bulk query: syntax error, unexpected end of file",
    "{ shop { id } }": "Bulk queries must contain at least one connection.",
    "{ products { nodes { id } } }": NOT_EDGES,
    "{ products { edges { cursor } } }": NOT_EDGES,
    "{ products { edges { node { title variants { edges { node { id } } } } } } }": NO_ID,
    "{ products { edges { node { no: id variants { edges { node { id } } } } } } }": NO_ID,
    THREE_DEEP: "Bulk queries cannot contain connections with a nesting depth greater than 2.",
    SIX: "Bulk queries cannot contain more than 5 connections.",
    'mutation { webhookSubscriptionDelete(id: "x") { deletedWebhookSubscriptionId } }': (
        "Invalid operation type. Only `query` operations are supported."
    ),
    "query($n: Int) { products(first: $n) { edges { node { id } } } }": (
        "Invalid bulk query: variables are not supported"
    ),
    "{ products { edges { node { id price } } } }": (
        "Invalid bulk query: Field 'price' doesn't exist on type 'Product'"
    ),
    "{ shop { id } products { edges { node { id } } } }": (
        "This sandbox runs bulk queries only over connections at the root."
    ),
    f"{PRODUCT} #{'x' * 65_535}": "Query is too large (maximum is 65535 bytes)",
}


@pytest.mark.parametrize("document", REFUSED, ids=lambda text: text[:40])
def test_inner_queries_that_are_refused(quick: Sandbox, document: str) -> None:
    before = quick.ask(LIST)["data"]
    assert quick.ask(START, doc=document)["data"]["bulkOperationRunQuery"] == {
        "bulkOperation": None,
        "userErrors": [{"field": ["query"], "message": REFUSED[document], "code": "INVALID"}],
    }
    assert quick.ask(LIST)["data"] == before, "nothing was begun"


@pytest.mark.parametrize("root", ["node", "nodes"])
def test_single_objects_at_the_root_are_refused(quick: Sandbox, root: str) -> None:
    given = 'id: "gid://shopify/Product/1"' if root == "node" else "ids: []"
    payload = quick.ask(START, doc=f"{{ {root}({given}) {{ id }} }}")["data"]
    assert [error["message"] for error in payload["bulkOperationRunQuery"]["userErrors"]] == [
        f"Bulk queries cannot contain a top level `{root}` field.",
        "Bulk queries must contain at least one connection.",
    ]


def test_the_sixth_at_once_is_refused(start: Start) -> None:
    box = start()
    box.settings(bulk_start_seconds=3600.0, bulk_cancel_seconds=3600.0)
    running = [begun(box) for _ in range(5)]
    box.ask(STOP, id=running[0])  # one that is being cancelled still takes its place
    refused = box.ask(START, doc=STOCK)["data"]["bulkOperationRunQuery"]
    assert refused == {
        "bulkOperation": None,
        "userErrors": [
            {
                "field": None,
                "message": "A bulk query operation for this app and shop is already in progress: "
                f"{', '.join(running)}.",
                "code": "OPERATION_IN_PROGRESS",
            }
        ],
    }
    status, _, other = box.raw(START, {"doc": NOTHING}, shop=OTHER)
    assert (status, other["data"]["bulkOperationRunQuery"]["userErrors"]) == (200, [])


def test_a_missing_scope_fails_the_operation(start: Start) -> None:
    box = start()
    box.settings(bulk_clock=1000.0)
    box.shop("scopes", {"granted": ["read_products"]})
    failed = until(box, begun(box), "FAILED")
    assert (
        failed["errorCode"],
        failed["url"],
        failed["partialDataUrl"],
        failed["objectCount"],
    ) == (
        "ACCESS_DENIED",
        None,
        None,
        "0",
    )
    assert finished(box, "{ products { edges { node { id } } } }")["objectCount"] == "300"
