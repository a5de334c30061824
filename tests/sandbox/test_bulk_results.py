"""Results of bulk queries (contract §9): the storage, the end of an operation, misbehaviour."""

import http.client
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sandbox.conftest import DEMO, SUBSCRIBE, TOKENS, ProcessSandbox, Receiver, Sandbox
from tests.sandbox.exports import (
    NOTHING,
    STOP,
    begun,
    exporting,
    fetch,
    finished,
    poll,
    stock_of,
    until,
)

Start = Callable[..., Sandbox]


@pytest.fixture
def quick(box: Sandbox) -> Iterator[Sandbox]:
    """The module's sandbox with a fast clock."""
    yield from exporting(box)


def test_a_result_is_fetched_by_its_signature_and_without_a_token(quick: Sandbox) -> None:
    url = finished(quick, "{ locations { edges { node { id } } } }")["url"]
    assert fetch(quick, url)[0] == 200
    status, body = fetch(quick, url, **{"X-Shopify-Access-Token": TOKENS[DEMO]})
    assert (status, b"InvalidArgument" in body) == (400, True)
    status, body = fetch(quick, url.replace("Signature=", "Signature=x"))
    assert (status, b"SignatureDoesNotMatch" in body) == (403, True)
    status, body = fetch(quick, url.replace("-final?", "x-final?"))
    assert (status, b"NoSuchKey" in body) == (404, True)


def test_a_result_expires_with_its_operation(quick: Sandbox) -> None:
    quick.settings(bulk_url_seconds=1200.0)
    done = finished(quick)
    old = done["url"]
    expired = until(quick, done["id"], "EXPIRED")
    assert (expired["url"], expired["objectCount"]) == (None, done["objectCount"])
    eventually_refused(quick, old)


def eventually_refused(box: Sandbox, url: str) -> None:
    # The address holds for whole seconds, so up to one longer than the operation.
    for _ in range(200):
        status, body = fetch(box, url)
        if status != 200:
            assert (status, b"ExpiredToken" in body) == (400, True)
            return
        time.sleep(0.02)
    pytest.fail("the address never expired")


# --- webhooks, faults, restarts ---------------------------------------------------------------


def test_subscribers_are_told_of_the_end(start: Start, receiver: Receiver) -> None:
    box = start(webhooks=receiver.url)
    box.settings(bulk_clock=1000.0)
    hook = {"uri": "https://backroom.test/hook"}
    made = box.ask(SUBSCRIBE, topic="BULK_OPERATIONS_FINISH", sub=hook)["data"]
    assert made["webhookSubscriptionCreate"]["userErrors"] == []
    done = finished(box, NOTHING)
    (body,) = receiver.wait(1)
    assert receiver.got[0][1]["x-shopify-topic"] == "bulk_operations/finish"
    created, completed = body.pop("created_at"), body.pop("completed_at")
    assert body == {
        "admin_graphql_api_id": done["id"],
        "error_code": None,
        "status": "completed",
        "type": "query",
    }
    assert created[-6:] == completed[-6:] != "+00:00", "the shop's own time"
    box.control("POST", "faults", {"kind": "bulk_fail", "count": 1})
    until(box, begun(box), "FAILED")
    _, failed = receiver.wait(2)
    assert (failed["status"], failed["error_code"], failed["completed_at"]) == (
        "failed",
        "internal_server_error",
        None,
    )


def test_an_operation_that_fails_has_a_part_of_the_data(quick: Sandbox) -> None:
    quick.control("POST", "faults", {"kind": "bulk_fail", "operation": "^inventoryItems$"})
    failed = until(quick, begun(quick), "FAILED")
    assert (failed["errorCode"], failed["url"]) == ("INTERNAL_SERVER_ERROR", None)
    status, body = fetch(quick, failed["partialDataUrl"])
    assert (status, str(body.count(b"\n"))) == (200, failed["objectCount"])
    assert 0 < int(failed["rootObjectCount"]) < len(stock_of(quick))


def test_an_operation_that_takes_too_long_times_out(quick: Sandbox) -> None:
    quick.settings(bulk_time_limit=500.0)
    quick.control("POST", "faults", {"kind": "bulk_stall", "seconds": 60.0})
    number = begun(quick)
    failed = until(quick, number, "FAILED")
    quick.settings(bulk_time_limit=864_000.0)
    assert failed["errorCode"] == "TIMEOUT"
    assert fetch(quick, failed["partialDataUrl"])[0] == 200


def test_an_operation_that_hangs_can_be_cancelled_and_keeps_what_it_has(quick: Sandbox) -> None:
    quick.control("POST", "faults", {"kind": "bulk_stall", "seconds": 60.0, "count": 1})
    number = begun(quick)
    count = len(stock_of(quick))
    while poll(quick, number)["rootObjectCount"] != str(count):
        time.sleep(0.02)
    assert poll(quick, number)["status"] == "RUNNING"
    quick.ask(STOP, id=number)
    ended = until(quick, number, "CANCELED")
    assert (ended["fileSize"], fetch(quick, ended["url"])[0]) == (None, 200)


def test_results_that_misbehave(quick: Sandbox) -> None:
    done = finished(quick)
    whole = fetch(quick, done["url"])[1]
    rules = [
        {"kind": kind, "count": 1} for kind in ("result_gone", "result_5xx", "result_truncated")
    ]
    quick.control("POST", "faults", {"faults": rules})
    assert fetch(quick, done["url"])[0] == 404
    assert fetch(quick, done["url"])[0] == 503
    status, short = fetch(quick, done["url"])
    assert (status, whole.startswith(short), short.endswith(b"\n")) == (200, True, False)
    quick.control("POST", "faults", {"kind": "result_cut", "count": 1})
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        fetch(quick, done["url"])
    assert fetch(quick, done["url"]) == (200, whole)


def test_what_was_under_way_begins_anew_after_a_kill(start: Start) -> None:
    box = start(ProcessSandbox)
    box.settings(bulk_start_seconds=3600.0)
    number = begun(box)
    done = finished_elsewhere(box)
    box.stop()
    box.start()
    assert poll(box, number)["status"] in {"CREATED", "RUNNING"}
    box.settings(bulk_clock=1000.0)
    assert until(box, number, "COMPLETED")["rootObjectCount"] == str(len(stock_of(box)))
    assert fetch(box, poll(box, done["id"])["url"])[0] == 200, "results survive, too"


def finished_elsewhere(box: Sandbox) -> dict[str, Any]:
    box.settings(bulk_start_seconds=0.1)
    done = finished(box, "{ locations { edges { node { id } } } }")
    box.settings(bulk_start_seconds=3600.0)
    return done
