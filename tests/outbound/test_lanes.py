"""A connection's way out: the gate, the law against transactions, the log, the parking."""

import datetime as dt
import time
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction

from foundation.alerts.models import Alert
from foundation.failures import Misconfigured, OutcomeUnknown, Parked, Permanent
from foundation.outbound import gate, lanes
from foundation.outbound.api import (
    Call,
    ForbiddenAddress,
    NotSent,
    PointsBudget,
    Reading,
    budget_gauge,
    freeze_shop,
    open_http,
    park_connection,
    prune_exchanges,
    recent_exchanges,
    release_stragglers,
    resume_connection,
    unfreeze_shop,
)
from foundation.outbound.models import Budget, Exchange
from foundation.shops.api import connection_access
from foundation.shops.models import Connection, Shop
from foundation.tracing import request_scope
from foundation.work.enums import JobState
from foundation.work.models import Job
from tests import factories
from tests.outbound.peer import Peer, answer, hang_up

pytestmark = pytest.mark.django_db(transaction=True)

URL = "https://demo-shop.myshopify.com/admin/api/graphql.json?secret=in-the-query"
READ = Call("POST", URL, "Look", changes=False)
WRITE = Call("POST", URL, "Change", changes=True)


def lane(connection: Connection, **options: Any) -> lanes.ConnectionLane:
    return open_http(connection_access(connection.pk), **options)


def call(connection: Connection, what: Call = READ, **options: Any) -> int:
    with lane(connection, **options).exchange(what) as exchange:
        return exchange.answer.status


def parked_job(shop: Shop, key: str) -> Job:
    return Job.objects.create(
        name="test.job", group="remote", shop=shop, state=JobState.PARKED, parked_key=key
    )


# --- the log ----------------------------------------------------------------------------------


def test_each_call_leaves_one_line(connection: Connection, mapped: Peer) -> None:
    mapped.behaviour = answer(200, b"{}", X_Request_Id="vendor-1")
    with request_scope("req-1"), lane(connection, job_id=7).exchange(WRITE, cost=60) as exchange:
        exchange.actual_cost = 58
    line = Exchange.objects.get()
    assert (
        line.shop_id,
        line.connection_id,
        line.operation,
        line.method,
        line.place,
        line.status,
        line.failure,
        line.requested_cost,
        line.actual_cost,
        line.vendor_request_id,
        line.job_id,
        line.request_id,
        line.error,
    ) == (
        connection.shop_id,
        connection.pk,
        "Change",
        "POST",
        "demo-shop.myshopify.com/admin/api/graphql.json",
        200,
        "",
        60,
        58,
        "vendor-1",
        7,
        "req-1",
        "",
    )


def test_failures_are_logged_with_their_kind_and_without_secrets(
    connection: Connection, mapped: Peer
) -> None:
    secret = factories.WEBHOOK_SECRET

    def fail(error: Exception) -> None:
        with pytest.raises(type(error)), lane(connection).exchange(READ):
            raise error

    mapped.behaviour = answer(200, b"{}")
    fail(Permanent(f"Refused {secret} of olga@example.com"))
    fail(ValueError("Bearer abcdef.123"))
    mapped.behaviour = hang_up
    with pytest.raises(OutcomeUnknown):
        call(connection, WRITE)
    mapped.behaviour = answer(502)
    with pytest.raises(OutcomeUnknown):
        call(connection, WRITE)
    lines = Exchange.objects.order_by("id").values_list("status", "failure", "error")
    assert [line[:2] for line in lines] == [
        (200, "permanent"),
        (200, "bug"),
        (None, "outcome_unknown"),
        (502, "outcome_unknown"),
    ]
    assert lines[0][2] == "Refused [redacted] of [redacted]"
    assert lines[1][2] == "[redacted]"


def test_a_log_that_cannot_be_written_does_not_undo_the_call(
    connection: Connection, mapped: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped.behaviour = answer(200)

    def fail(**_: Any) -> None:
        with database.cursor() as cursor:
            cursor.execute("SELECT nothing")

    monkeypatch.setattr(Exchange.objects, "create", fail)
    assert call(connection, WRITE) == 200


def test_old_lines_go_in_bounded_pieces(
    connection: Connection, mapped: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped.behaviour = answer(200)
    for _ in range(4):
        call(connection)
    old = list(Exchange.objects.order_by("id").values_list("id", flat=True))[:3]
    then = dt.datetime.now(dt.UTC) - dt.timedelta(days=31)
    Exchange.objects.filter(id__in=old).update(at=then)
    monkeypatch.setattr("foundation.outbound.services.PRUNE_ROWS", 2)
    assert [prune_exchanges(dt.timedelta(days=30)) for _ in range(3)] == [2, 1, 0]
    assert Exchange.objects.count() == 1


@pytest.mark.usefixtures("stranger")
def test_pages_read_the_log_by_shop_newest_first(connection: Connection, mapped: Peer) -> None:
    elsewhere = Shop.objects.get(name="Elsewhere")
    mapped.behaviour = answer(200)
    for _ in range(3):
        call(connection)
    rows = recent_exchanges(connection.shop_id, limit=2)
    assert [row.operation for row in rows] == ["Look", "Look"]
    assert len(recent_exchanges(connection.shop_id, before=rows[-1].id)) == 1
    assert recent_exchanges(connection.shop_id, failed=True) == []
    assert recent_exchanges(elsewhere.pk) == []


# --- the laws ---------------------------------------------------------------------------------


def test_nothing_goes_abroad_inside_a_transaction(connection: Connection, mapped: Peer) -> None:
    mapped.behaviour = answer(200)
    with transaction.atomic(), pytest.raises(RuntimeError, match="network inside a transaction"):
        call(connection)
    assert mapped.requests == []


def test_the_lease_bounds_the_call(connection: Connection, mapped: Peer) -> None:
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        call(connection, WRITE, deadline=lambda: 1.7)
    assert time.monotonic() - began < 1.5
    with pytest.raises(NotSent):
        call(connection, WRITE, deadline=lambda: 1.2)
    assert len(mapped.requests) == 1


def test_a_host_of_this_machine_is_refused_and_logged(connection: Connection) -> None:
    with pytest.raises(ForbiddenAddress):
        call(connection, Call("GET", "https://127.0.0.1/", "Probe", changes=False))
    assert Exchange.objects.get().failure == "permanent"


# --- parking ----------------------------------------------------------------------------------


def test_a_wrong_setting_parks_the_connection_with_one_alert(
    connection: Connection, mapped: Peer
) -> None:
    mapped.behaviour = answer(401)
    for _ in range(2):
        with pytest.raises(Misconfigured), lane(connection).exchange(READ):
            raise Misconfigured("The token is dead. Enter it again.", connection_id=connection.pk)
        gate._good_until[(connection.pk, False)] = time.monotonic() + 9
    connection.refresh_from_db()
    assert (connection.state, connection.parked_reason) == (
        "parked",
        "The token is dead. Enter it again.",
    )
    alert = Alert.objects.get()
    assert (alert.key, alert.severity, alert.shop_id) == (
        f"connection:{connection.pk}",
        "critical",
        connection.shop_id,
    )
    gate.forget_all()
    with pytest.raises(Parked) as caught:
        call(connection)
    assert caught.value.key == f"connection:{connection.pk}"
    assert len(mapped.requests) == 2
    assert Exchange.objects.count() == 2, "a call that was not made leaves no line"


def test_resuming_closes_the_alert_and_wakes_the_jobs(connection: Connection, mapped: Peer) -> None:
    mapped.behaviour = answer(200)
    park_connection(connection.pk, "The token is dead.")
    waiting = parked_job(connection.shop, f"connection:{connection.pk}")
    other = parked_job(connection.shop, "connection:another")
    assert resume_connection(connection.pk, actor_id=None) == 1
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.state, other.state) == ("queued", "parked")
    assert Alert.objects.get().closed_at is not None
    assert call(connection) == 200


def test_a_probe_reads_through_a_parked_connection_and_parks_nothing(
    connection: Connection, mapped: Peer
) -> None:
    mapped.behaviour = answer(401)
    park_connection(connection.pk, "The token is dead.")
    assert call(connection, probe=True) == 401
    with pytest.raises(Parked):
        call(connection)
    resume_connection(connection.pk, actor_id=None)
    with pytest.raises(Misconfigured), lane(connection, probe=True).exchange(READ):
        raise Misconfigured("Still dead.", connection_id=connection.pk)
    connection.refresh_from_db()
    assert connection.state == "active"


def test_the_panic_switch_stops_changes_and_lets_reads_pass(
    connection: Connection, mapped: Peer
) -> None:
    mapped.behaviour = answer(200)
    shop_id = connection.shop_id
    assert freeze_shop(shop_id, reason="Wrong prices", actor_id=None)
    assert not freeze_shop(shop_id, reason="Again", actor_id=None)
    with pytest.raises(Parked) as caught:
        call(connection, WRITE)
    assert caught.value.key == f"shop:{shop_id}"
    assert call(connection, READ) == 200
    waiting = parked_job(connection.shop, f"shop:{shop_id}")
    assert unfreeze_shop(shop_id, actor_id=None) == 1
    waiting.refresh_from_db()
    assert waiting.state == "queued"
    assert call(connection, WRITE) == 200


def test_another_process_parks_and_this_one_stops_within_a_second(
    connection: Connection, mapped: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped.behaviour = answer(200)
    monkeypatch.setattr(gate, "GOOD_SECONDS", 0.2)
    call(connection)
    # Straight in the database: this process is not told.
    Connection.objects.filter(pk=connection.pk).update(state="parked")
    time.sleep(0.25)
    with pytest.raises(Parked):
        call(connection)


def test_the_state_is_read_once_a_second_and_not_for_each_call(
    connection: Connection, mapped: Peer, django_assert_num_queries: Any
) -> None:
    mapped.behaviour = answer(200)
    way = lane(connection)
    with django_assert_num_queries(2), way.exchange(READ):  # the state, the log
        pass
    with django_assert_num_queries(1), way.exchange(READ):  # the log
        pass


def test_jobs_that_missed_the_wake_up_are_released_later(connection: Connection) -> None:
    missed = parked_job(connection.shop, f"connection:{connection.pk}")
    assert release_stragglers() == 1
    missed.refresh_from_db()
    assert missed.state == "queued"
    park_connection(connection.pk, "Dead")
    parked_job(connection.shop, f"connection:{connection.pk}")
    freeze_shop(connection.shop_id, reason="Stop", actor_id=None)
    parked_job(connection.shop, f"shop:{connection.shop_id}")
    assert release_stragglers() == 0


# --- the gauge --------------------------------------------------------------------------------


def test_the_gauge_shows_the_level_now(connection: Connection) -> None:
    assert budget_gauge(connection.pk) is None
    points = PointsBudget(f"shopify:{connection.pk}")
    grant = points.take(100)
    points.settle(grant, Reading(100, 500, 2000, 100))
    points.deplete(points.take(10), Reading(None, 500, 2000, 100))
    earlier = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=5)
    Budget.objects.update(measured_at=earlier)
    shown = budget_gauge(connection.pk)
    assert shown is not None
    assert shown.available == pytest.approx(1000, abs=25)
    assert (shown.capacity, shown.restore_rate, shown.throttled) == (2000, 100, 1)
    assert shown.percent == pytest.approx(50, abs=2)
    Budget.objects.update(measured_at=earlier - dt.timedelta(hours=1))
    full = budget_gauge(connection.pk)
    assert full is not None
    assert (full.available, full.percent) == (2000, 100)
