"""Confirm a plan: now, or at a time of the shop's clocks, with an end or without."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop, User
from foundation.work.models import Job
from foundation.zones import local_in
from pricing.enums import JobKind, PricingJobState
from pricing.models import PricingJob
from tests.pricing.page_fixtures import HASH, finished, job_in

from .asking import in_hours, page, said_after, seen, text_of, typed

pytestmark = pytest.mark.django_db

S = PricingJobState
ZONE = "America/Toronto"


@pytest.fixture(autouse=True)
def _in_toronto(shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(timezone=ZONE)


def test_a_plan_begins_and_ends_by_the_clocks_of_the_shop(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(S.PLANNED, connection, variants, owner)
    assert f"({ZONE})" in text_of(as_owner, page(job))
    begin, end = in_hours(30), in_hours(80)
    asked = {
        "plan_hash": HASH,
        "when": "later",
        "run_at": typed(begin, ZONE),
        "with_end": "on",
        "ends_at": typed(end, ZONE),
    }
    said = said_after(as_owner, page(job, "confirm"), asked)
    local = local_in(ZONE, begin)
    assert f"It begins by itself on {local:%A} {local.day} {local:%B %Y}, {local:%H:%M}" in said
    assert "Begins by itself on" in said
    assert "Taken back by itself on" in said
    assert "Cancel it" in said
    now = seen(job)
    assert (now.state, now.run_at, now.ends_at) == (S.SCHEDULED, begin, end)
    assert not Job.objects.filter(name="pricing.start_run").exists()


def test_times_that_were_not_announced_do_not_count(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(S.PLANNED, connection, variants, owner)
    asked = {"plan_hash": HASH, "when": "now", "run_at": typed(in_hours(5), ZONE)}
    # A field that is not in sight must not stop the deed either.
    asked["ends_at"] = "nonsense"
    as_owner.post(page(job, "confirm"), asked)
    now = seen(job)
    assert (now.state, now.run_at, now.ends_at) == (S.RUNNING, None, None)


@pytest.mark.parametrize(
    ("posted", "message"),
    [
        ({"when": "later", "run_at": ""}, "Say when it should begin."),
        ({"when": "later", "run_at": "tomorrow"}, "Write a day and a time"),
        ({"when": "later", "run_at": "2026-11-27T08:00Z"}, "Write a day and a time"),
        ({"when": "later", "run_at": "2020-01-01T08:00"}, "The beginning must lie in the future"),
        ({"when": "later", "run_at": "9999-12-31T23:59"}, "There is no such time."),
        ({"when": "later", "run_at": "2200-01-01T08:00"}, "within a year"),
        ({"with_end": "on"}, "Say when it should be taken back."),
        ({"with_end": "on", "ends_at": "2020-01-01T08:00"}, "The end must come after"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused_at_its_field(
    posted: dict[str, str],
    message: str,
    connection: Connection,
    variants: list[Variant],
    owner: User,
    as_owner: Client,
) -> None:
    job = job_in(S.PLANNED, connection, variants, owner)
    answer = as_owner.post(page(job, "confirm"), {"plan_hash": HASH, **posted})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert message in said
    assert said.count('aria-invalid="true"') == 1
    for text in posted.values():
        assert not text.startswith("20") or f'value="{text}"' in said
    assert (seen(job).state, Job.objects.count()) == (S.PLANNED, 0)


@pytest.mark.parametrize(
    ("at", "words", "note"),
    [
        ("2027-03-14T02:30", "Sunday 14 March 2027, 03:30 EDT", "02:30 is skipped, 03:30 is meant"),
        ("2027-11-07T01:30", "Sunday 7 November 2027, 01:30 EDT", "the first one is meant"),
        ("2027-07-01T09:00", "Thursday 1 July 2027, 09:00 EDT", ""),
        ("2001-07-01T09:00", "which is over", ""),
        ("never", "Write a day and a time.", ""),
    ],
)
def test_a_typed_time_is_said_in_words(at: str, words: str, note: str, as_owner: Client) -> None:
    said = text_of(as_owner, f"{reverse('pricing:moment')}?run_at={at}")
    assert words in said
    assert note in said
    assert ("Clocks go" in said) is bool(note)


def test_a_rollback_has_no_end(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = finished(connection, variants, owner)
    undo = job_in(S.PLANNED, connection, variants, owner, kind=JobKind.ROLLBACK, rollback_of=job)
    assert "Take it back by itself" not in text_of(as_owner, page(undo))
    asked = {"plan_hash": HASH, "with_end": "on", "ends_at": typed(in_hours(5), ZONE)}
    said = as_owner.post(page(undo, "confirm"), asked)
    assert said.status_code == 422
    assert seen(undo).state == S.PLANNED


def test_a_plan_past_its_time_is_neither_confirmed_nor_scheduled(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    late = timezone.now() - dt.timedelta(minutes=1)
    job = job_in(S.PLANNED, connection, variants, owner, expires_at=late)
    asked = {"plan_hash": HASH, "when": "later", "run_at": typed(in_hours(5), ZONE)}
    assert "Plan it again" in said_after(as_owner, page(job, "confirm"), asked)
    assert (seen(job).state, job.run_at, Job.objects.count()) == (S.EXPIRED, None, 0)


def test_an_end_is_moved_and_dropped(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = finished(connection, variants, owner)
    assert "Taken back by itself" not in text_of(as_owner, page(job))
    assert "no scheduled end" in said_after(as_owner, page(job, "change_end"), {"drop": "1"})
    PricingJob.objects.update(ends_at=in_hours(5))
    assert "Taken back by itself on" in text_of(as_owner, page(job))
    moved = in_hours(50)
    said = said_after(as_owner, page(job, "change_end"), {"ends_at": typed(moved, ZONE)})
    assert "The end was moved." in said
    assert seen(job).ends_at == moved
    for wrong, message in (
        ("", "This field is required"),
        ("2020-01-01T08:00", "must lie in the future"),
    ):
        answer = as_owner.post(page(job, "change_end"), {"ends_at": wrong})
        assert answer.status_code == 422
        assert message in answer.content.decode()
    assert seen(job).ends_at == moved
    assert "not taken back by itself any more" in said_after(
        as_owner, page(job, "change_end"), {"drop": "1", "ends_at": ""}
    )
    assert seen(job).ends_at is None
