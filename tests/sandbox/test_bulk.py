"""Bulk queries of contract §9: their life, what they say of themselves."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sandbox.conftest import OTHER, Sandbox
from tests.sandbox.exports import (
    LIST,
    NOTHING,
    POLL,
    START,
    STOCK,
    STOP,
    begun,
    exporting,
    fetch,
    finished,
    lines,
    stock_of,
    until,
)

Start = Callable[..., Sandbox]


@pytest.fixture
def quick(box: Sandbox) -> Iterator[Sandbox]:
    """The module's sandbox with a fast clock."""
    yield from exporting(box)


def test_from_created_to_completed_with_counts_as_strings(start: Start) -> None:
    box = start()
    box.settings(bulk_clock=4.0)
    body = box.ask(START, doc=STOCK)
    assert body["extensions"]["cost"]["actualQueryCost"] == 10
    operation = body["data"]["bulkOperationRunQuery"]["bulkOperation"]
    number = operation["id"]
    assert operation == {
        "id": number,
        "status": "CREATED",
        "type": "QUERY",
        "errorCode": None,
        "createdAt": operation["createdAt"],
        "completedAt": None,
        "objectCount": "0",
        "rootObjectCount": "0",
        "fileSize": None,
        "url": None,
        "partialDataUrl": None,
        "query": STOCK,
    }
    assert box.ask(POLL, id=number)["extensions"]["cost"]["actualQueryCost"] == 1
    running = until(box, number, "RUNNING")
    assert (running["url"], running["completedAt"]) == (None, None)
    done = until(box, number, "COMPLETED")
    told = lines(box, done)
    roots = [line for line in told if "__parentId" not in line]
    assert (done["objectCount"], done["rootObjectCount"]) == (str(len(told)), str(len(roots)))
    assert done["fileSize"] == str(len(fetch(box, done["url"])[1]))
    assert (done["errorCode"], done["partialDataUrl"]) == (None, None)
    assert done["completedAt"] >= done["createdAt"]


def test_the_result_is_the_shop(quick: Sandbox) -> None:
    known = stock_of(quick)
    total: dict[str, int] = {}
    told = lines(quick, finished(quick))
    roots = {line["id"]: line for line in told if "__parentId" not in line}
    for line in told:
        if "__parentId" in line:
            assert line["id"].endswith(
                f"?inventory_item_id={line['__parentId'].rpartition('/')[2]}"
            )
            (quantity,) = line["quantities"]
            parent = line["__parentId"]
            total[parent] = total.get(parent, 0) + quantity["quantity"]
    assert {number: line["sku"] for number, line in roots.items()} == {
        number: variant["sku"] for number, variant in known.items()
    }
    assert {number: count for number, count in total.items() if roots[number]["tracked"]} == {
        number: variant["available"]
        for number, variant in known.items()
        if roots[number]["tracked"]
    }


def follows_its_parent(told: list[dict[str, Any]]) -> list[bool]:
    """For each child, whether the last root before it is its parent."""
    answers, root = [], ""
    for line in told:
        if "__parentId" in line:
            answers.append(line["__parentId"] == root)
        else:
            root = line["id"]
    return answers


def test_grouped_children_follow_their_parent_and_others_only_come_later(quick: Sandbox) -> None:
    grouped = lines(quick, finished(quick, grouped=True))
    assert all(follows_its_parent(grouped))
    loose = lines(quick, finished(quick, grouped=False))
    assert not all(follows_its_parent(loose))
    seen = set()
    for line in loose:
        assert line.get("__parentId") is None or line["__parentId"] in seen
        seen.add(line["id"])
    assert sorted(map(str, grouped)) == sorted(map(str, loose))
    order = [line["id"] for line in grouped if "__parentId" not in line]
    assert order != sorted(order), "the roots come in any order"


def test_the_size_of_pages_is_no_limit_and_filters_are(quick: Sandbox) -> None:
    document = """{ productVariants(first: 5, query: "managed:true") {
      edges { cursor node { id product { id title } } } pageInfo { hasNextPage } } }"""
    told = lines(quick, finished(quick, document))
    assert len(told) > 250
    assert set(told[0]) == {"id", "product"}
    two = "{ products { edges { node { id } } } locations { edges { node { id } } } }"
    done = finished(quick, two)
    assert (done["objectCount"], done["rootObjectCount"]) == ("303", "303")


def test_nothing_found_is_no_file(quick: Sandbox) -> None:
    done = finished(quick, NOTHING)
    assert (done["objectCount"], done["url"], done["fileSize"]) == ("0", None, None)


def test_starting_is_no_write(quick: Sandbox) -> None:
    finished(quick)
    assert quick.effects() == []


# --- cancelling -------------------------------------------------------------------------------


def test_cancelling(quick: Sandbox) -> None:
    quick.settings(bulk_clock=1.0)
    number = begun(quick)
    payload = quick.ask(STOP, id=number)
    assert payload["extensions"]["cost"]["actualQueryCost"] == 10
    assert payload["data"]["bulkOperationCancel"] == {
        "bulkOperation": {"id": number, "status": "CANCELING"},
        "userErrors": [],
    }
    again = quick.ask(STOP, id=number)["data"]["bulkOperationCancel"]
    assert again["userErrors"] == []
    ended = until(quick, number, "CANCELED")
    assert (ended["completedAt"], ended["fileSize"], ended["url"]) == (None, None, None)
    assert quick.ask(STOP, id=number)["data"]["bulkOperationCancel"]["userErrors"] == [
        {"field": None, "message": "A bulk operation cannot be canceled when it is canceled"}
    ]


def test_what_cannot_be_cancelled(quick: Sandbox) -> None:
    done = finished(quick, NOTHING)
    assert quick.ask(STOP, id=done["id"])["data"]["bulkOperationCancel"] == {
        "bulkOperation": {"id": done["id"], "status": "COMPLETED"},
        "userErrors": [
            {"field": None, "message": "A bulk operation cannot be canceled when it is completed"}
        ],
    }
    unknown = quick.ask(STOP, id="gid://shopify/BulkOperation/1")["data"]["bulkOperationCancel"]
    assert unknown == {
        "bulkOperation": None,
        "userErrors": [{"field": ["id"], "message": "Bulk operation does not exist"}],
    }


# --- reading ----------------------------------------------------------------------------------


def test_only_ones_own_and_only_by_a_bulk_operations_id(quick: Sandbox) -> None:
    done = finished(quick, NOTHING)
    status, _, body = quick.raw(POLL, {"id": done["id"]}, shop=OTHER)
    assert (status, body["data"]) == (200, {"bulkOperation": None})
    wrong = quick.ask(POLL, id="gid://shopify/Product/1")
    assert wrong["data"] == {"bulkOperation": None}
    assert wrong["errors"][0]["message"] == "Invalid id: gid://shopify/Product/1"
    assert wrong["errors"][0]["extensions"] == {"code": "RESOURCE_NOT_FOUND"}


def test_lists_are_filtered_and_sorted(quick: Sandbox) -> None:
    older, newer = finished(quick, NOTHING)["id"], finished(quick, NOTHING)["id"]
    box = quick

    def listed(text: str) -> list[str]:
        body = box.ask(LIST, filter=text)
        assert "search" not in body["extensions"]
        return [each["id"] for each in body["data"]["bulkOperations"]["nodes"]]

    assert listed(f"id:>={older[27:]}") == [older, newer]
    assert listed(f"id:{older[27:]} status:completed operation_type:query") == [older]
    assert listed("status:running operation_type:query") == []
    assert listed("operation_type:mutation") == []
    plain = box.ask("{ bulkOperations(first: 2) { nodes { id } } }")["data"]["bulkOperations"]
    assert [each["id"] for each in plain["nodes"]] == [newer, older], "the newest first"


def test_filters_with_values_that_are_not_accepted(quick: Sandbox) -> None:
    finished(quick, NOTHING)
    body = quick.ask(LIST, filter="status:EXPIRED")
    assert body["data"]["bulkOperations"]["nodes"] == []
    assert body["extensions"]["search"][0]["warnings"] == [
        {
            "field": "status",
            "message": "Input `EXPIRED` is not an accepted value.",
            "code": "invalid_value",
        }
    ]
    wrong = quick.ask(LIST, filter="created_at:yesterday")
    assert wrong["errors"][0]["message"] == "Invalid timestamp for query filter `created_at`."
