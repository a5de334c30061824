"""Bulk queries as a client speaks of them: documents, waiting, results."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

from tests.sandbox.conftest import DEMO, Sandbox

RESULTS = "https://bulk-results.shopify.test"
FIELDS = """id status type errorCode createdAt completedAt objectCount rootObjectCount fileSize url
      partialDataUrl query"""
START = f"""mutation BulkQueryStart($doc: String!, $grouped: Boolean! = false) {{
  bulkOperationRunQuery(query: $doc, groupObjects: $grouped) {{
    bulkOperation {{ {FIELDS} }}
    userErrors {{ field message code }}
  }}
}}"""
POLL = f"""query BulkPoll($id: ID!) {{ bulkOperation(id: $id) {{ {FIELDS} }} }}"""
LIST = """query BulkList($filter: String) {
  bulkOperations(first: 10, query: $filter, sortKey: CREATED_AT, reverse: true) {
    nodes { id status }
  }
}"""
STOP = """mutation BulkStop($id: ID!) {
  bulkOperationCancel(id: $id) { bulkOperation { id status } userErrors { field message } }
}"""
STOCK = """{
  inventoryItems {
    edges { node {
      id sku tracked
      inventoryLevels { edges { node {
        id location { id } quantities(names: ["available"]) { name quantity }
      } } }
    } }
  }
}"""
NOTHING = '{ inventoryItems(query: "sku:none-of-this-name") { edges { node { id } } } }'


def start(box: Sandbox, document: str = STOCK, *, grouped: bool = False) -> dict[str, Any]:
    """A new operation that was not refused."""
    payload = box.ask(START, doc=document, grouped=grouped)["data"]["bulkOperationRunQuery"]
    assert payload["userErrors"] == []
    operation: dict[str, Any] = payload["bulkOperation"]
    return operation


def begun(box: Sandbox, document: str = STOCK) -> str:
    """The id of a new operation."""
    return str(start(box, document)["id"])


def poll(box: Sandbox, number: str) -> dict[str, Any]:
    """The operation as it is now."""
    operation: dict[str, Any] = box.ask(POLL, id=number)["data"]["bulkOperation"]
    return operation


def until(box: Sandbox, number: str, *statuses: str, seconds: float = 10) -> dict[str, Any]:
    """The operation once it has one of the statuses."""
    deadline = time.monotonic() + seconds
    while (operation := poll(box, number))["status"] not in statuses:
        assert time.monotonic() < deadline, operation
        time.sleep(0.02)
    return operation


def finished(box: Sandbox, document: str = STOCK, *, grouped: bool = False) -> dict[str, Any]:
    """A completed operation."""
    return until(box, start(box, document, grouped=grouped)["id"], "COMPLETED")


def fetch(box: Sandbox, url: str, **headers: str) -> tuple[int, bytes]:
    """A result from the storage, by the address that the operation told."""
    assert url.startswith(f"{RESULTS}/")
    local = url.replace(RESULTS, f"http://127.0.0.1:{box.port}")
    request = urllib.request.Request(local, headers={"Host": RESULTS[8:], **headers})  # noqa: S310 -- local
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 -- local
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def lines(box: Sandbox, operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of a result."""
    status, body = fetch(box, operation["url"])
    assert status == 200
    assert body.endswith(b"\n")
    return [json.loads(line) for line in body.splitlines()]


def stock_of(box: Sandbox) -> dict[str, dict[str, Any]]:
    """Every variant of the demo shop by the id of its inventory item."""
    return {
        f"gid://shopify/InventoryItem/{each['inventory_item_id']}": each
        for each in box.control("GET", f"shops/{DEMO}/variants")["variants"]
    }


def exporting(box: Sandbox) -> Iterator[Sandbox]:
    """The body of a fixture: a fast clock, and everything grown quiet at the end."""
    box.settings(bulk_clock=1000.0)
    yield box
    box.control("DELETE", "faults")
    for operation in box.ask(LIST)["data"]["bulkOperations"]["nodes"]:
        if operation["status"] in {"CREATED", "RUNNING", "CANCELING"}:
            box.ask(STOP, id=operation["id"])
            until(box, operation["id"], "CANCELED", "COMPLETED", "FAILED")
    box.settings(bulk_url_seconds=604_800.0, bulk_time_limit=864_000.0)
