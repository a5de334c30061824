"""One open alert per cause; a dead job's alert follows the dead letters."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection as database

from foundation.alerts.api import (
    alert_count,
    close_alert,
    close_by_person,
    open_alert,
    open_alerts,
    take,
)
from foundation.alerts.models import Alert
from foundation.audit.models import AuditEvent
from foundation.failures import Permanent, Transient
from foundation.shops.models import Shop, User
from foundation.work import registry
from foundation.work.api import Group, cancel, enqueue, replay, task
from foundation.work.models import Job
from foundation.work.recovery import sweep
from foundation.work.runner import run_batch
from tests.work.conftest import pass_time

pytestmark = pytest.mark.django_db


def rows() -> list[tuple[Any, ...]]:
    """Return all alerts without their times."""
    return list(
        Alert.objects.order_by("pk").values_list(
            "key", "severity", "title", "body", "count", "closed_reason"
        )
    )


def test_the_same_cause_is_one_alert_whose_severity_only_rises(shop: Shop) -> None:
    for severity in ("warning", "critical", "info"):
        open_alert(shop_id=shop.pk, key="k", severity=severity, title=f"T {severity}", body="Why.")

    assert rows() == [("k", "critical", "T info", "Why.", 3, "")]


def test_a_closed_one_is_left_alone_and_a_new_one_opened(shop: Shop) -> None:
    open_alert(shop_id=shop.pk, key="k", severity="info", title="T", body="1")
    assert close_alert(key="k", reason="Mended.")
    assert not close_alert(key="k", reason="Again.")
    open_alert(shop_id=shop.pk, key="k", severity="info", title="T", body="2")

    assert rows() == [("k", "info", "T", "1", 1, "Mended."), ("k", "info", "T", "2", 1, "")]
    assert alert_count(shop.pk) == 1


def test_the_worst_comes_first_and_other_shops_are_not_seen(shop: Shop, stranger: User) -> None:
    other = stranger.memberships.get().shop
    for of, key, severity in (
        (shop.pk, "a", "info"),
        (shop.pk, "b", "critical"),
        (shop.pk, "c", "warning"),
        (other.pk, "d", "critical"),
        (None, "e", "critical"),
    ):
        open_alert(shop_id=of, key=key, severity=severity, title=key, body="")

    assert [alert.key for alert in open_alerts(shop.pk)] == ["b", "c", "a"]
    assert [alert.key for alert in open_alerts(None)] == ["e"]
    assert (alert_count(shop.pk), alert_count(other.pk), alert_count(None)) == (3, 1, 1)


def test_people_take_and_close_with_their_name_on_it(shop: Shop, owner: User) -> None:
    open_alert(shop_id=shop.pk, key="k", severity="info", title="T", body="")
    alert = Alert.objects.get()
    take(alert=alert, user_id=owner.pk)
    assert close_by_person(alert=alert, user_id=owner.pk, reason="Seen.")
    assert not close_by_person(alert=alert, user_id=owner.pk, reason="Seen.")

    alert.refresh_from_db()
    assert (alert.assigned_to_id, alert.closed_reason) == (owner.pk, "Seen.")
    assert list(
        AuditEvent.objects.filter(object_type="alert")
        .order_by("pk")
        .values_list("verb", "actor_id", "reason")
    ) == [("alerts.alert.taken", owner.pk, ""), ("alerts.alert.closed", owner.pk, "Seen.")]


@pytest.fixture
def outcome(monkeypatch: pytest.MonkeyPatch) -> list[Exception | None]:
    """Register ``t.note``, which raises what stands first here, if anything."""
    monkeypatch.setattr(registry, "_tasks", dict(registry._tasks))
    outcomes: list[Exception | None] = []

    def note(job: Any) -> None:
        del job
        if outcomes[0] is not None:
            raise outcomes[0]

    task("t.note", group="remote", max_attempts=1)(note)
    return outcomes


def settle() -> None:
    """Run everything that is due: the job, and what listens to its end."""
    while sum(run_batch(group) for group in Group):
        pass


def test_a_dead_job_opens_an_alert_that_recovery_closes(
    shop: Shop, outcome: list[Exception | None]
) -> None:
    outcome.append(Transient("The vendor is away."))
    job_id = enqueue("t.note", shop_id=shop.pk)
    enqueue("t.note", shop_id=shop.pk)
    settle()
    (alert,) = Alert.objects.all()
    assert (alert.shop_id, alert.severity, alert.title, alert.count) == (
        shop.pk,
        "warning",
        "t.note: 2 given up",
        2,
    )
    assert alert.body.startswith(
        "The last one said: The vendor is away. Tried 1 times. It is tried again at "
    )
    assert alert.url == "/operations/jobs/?tab=dead&task=t.note"

    outcome[0] = None
    Job.objects.exclude(pk=job_id).filter(name="t.note").update(recover_at=None)
    pass_time(15)
    sweep()
    settle()
    assert alert_count(shop.pk) == 1
    replay(Job.objects.filter(name="t.note"))
    settle()
    alert.refresh_from_db()
    assert alert.closed_reason == "No dead job of this kind is left."
    assert AuditEvent.objects.filter(verb="work.dead.recovered", shop=shop).count() == 2
    assert Alert.objects.count() == 1


def test_exhaustion_escalates_to_a_person(shop: Shop, outcome: list[Exception | None]) -> None:
    outcome.append(Permanent("The file is empty."))
    enqueue("t.note", shop_id=shop.pk)
    settle()

    assert rows() == [
        (
            f"dead:t.note:{shop.pk}",
            "critical",
            "t.note: 1 given up",
            (
                "The last one said: The file is empty. It is not tried again by itself: replay it"
                " when the cause is fixed, or discard it."
            ),
            1,
            "",
        )
    ]
    cancel(Job.objects.filter(name="t.note"), reason="Not needed.")
    settle()
    assert alert_count(shop.pk) == 0


def test_a_late_notice_of_a_death_that_is_mended_opens_nothing(
    outcome: list[Exception | None],
) -> None:
    outcome.append(Permanent("No."))
    enqueue("t.note")
    run_batch(Group.REMOTE)
    outcome[0] = None
    replay(Job.objects.filter(name="t.note"))
    run_batch(Group.REMOTE)
    settle()

    assert rows() == []


@pytest.mark.django_db(transaction=True)
def test_sixteen_notices_at_once_are_one_alert_counted_sixteen_times(shop: Shop) -> None:
    barrier = Barrier(16)

    def notice() -> None:
        try:
            barrier.wait(20)
            open_alert(shop_id=shop.pk, key="k", severity="info", title="T", body="")
        finally:
            database.close()

    with ThreadPoolExecutor(16) as pool:
        for future in [pool.submit(notice) for _ in range(16)]:
            future.result(20)

    assert rows() == [("k", "info", "T", "", 16, "")]
