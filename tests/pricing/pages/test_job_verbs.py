"""Pause, stop, run again, undo rows: what people do to a job on its page."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from catalog_sync.models import Variant
from foundation.shops.models import Connection, User
from foundation.work.models import Job
from pricing.enums import JobKind, Outcome, PricingJobState
from pricing.models import PricingJob, PricingJobStateChange
from pricing.services import run_due
from tests.pricing.page_fixtures import finished, job_in, planned

from .asking import in_hours, page, said_after, seen, text_of

pytestmark = pytest.mark.django_db

S = PricingJobState


def test_a_run_rests_goes_on_and_is_stopped_while_it_rests(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(S.RUNNING, connection, variants, owner, started_at=timezone.now())
    assert page(job, "pause") in text_of(as_owner, page(job))
    assert "sent twice" in said_after(as_owner, page(job, "resume"))
    said = said_after(as_owner, page(job, "pause"))
    assert "Paused: nothing more is written" in said
    assert f"Paused by {owner}" in said
    assert page(job, "pause") not in said
    assert "sent twice" in said_after(as_owner, page(job, "pause"))
    assert "The run goes on." in said_after(as_owner, page(job, "resume"))
    assert seen(job).state == S.RUNNING
    as_owner.post(page(job, "pause"))
    said = said_after(as_owner, page(job, "cancel"))
    assert "Stopped. What was written stays; nothing more is written." in said
    assert seen(job).state == S.CANCELLING
    assert Job.objects.filter(name="pricing.finish_run").count() == 1
    assert "it cannot become" in said_after(as_owner, page(job, "resume"))


def test_what_waits_is_cancelled_without_a_trace_in_the_shop(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    for state in (S.PLANNED, S.AWAITING_APPROVAL, S.SCHEDULED):
        job = job_in(state, connection, variants, owner, run_at=in_hours(5))
        assert "Dropped. Nothing was written." in said_after(as_owner, page(job, "cancel"))
        assert seen(job).state == S.CANCELLED
    PricingJob.objects.update(run_at=timezone.now() - dt.timedelta(minutes=1))
    assert run_due() == 0
    assert not Job.objects.filter(name="pricing.start_run").exists()


def test_what_failed_is_run_again_and_nothing_else(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = finished(connection, variants, owner)
    said = text_of(as_owner, page(job))
    assert "Run again for the 1 failed" in said
    assert "Run again for the 1 conflict" in said
    said = said_after(as_owner, page(job, "run_again"), {"outcome": "failed"})
    made = PricingJob.objects.exclude(pk=job.pk).get()
    assert "the rows of “Ten percent off” that ended failed" in said
    assert (made.again_of, made.selection) == (job, {"outcomes": ["failed"]})
    assert "Again: Ten percent off" in text_of(as_owner, page(job))
    assert "No row of this job ended that way" in said_after(
        as_owner, page(job, "run_again"), {"outcome": ["applied", "nonsense"]}
    )
    assert PricingJob.objects.count() == 2


def test_a_way_back_is_not_run_again_in_parts(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    origin = finished(connection, variants, owner)
    undo = finished(connection, variants, owner)
    PricingJob.objects.filter(pk=undo.pk).update(kind=JobKind.ROLLBACK, rollback_of=origin)
    said = text_of(as_owner, page(undo))
    assert "Run again" not in said
    assert "then roll the first job back again." in said
    assert "planned again as a whole" in said_after(
        as_owner, page(undo, "run_again"), {"outcome": "failed"}
    )


def test_chosen_rows_are_undone(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = finished(connection, variants, owner)
    written = {each.outcome: each.pk for each in job.results.all()}
    assert "No row is ticked" in said_after(as_owner, page(job, "roll_back"), {"chosen": "1"})
    asked = {"chosen": "1", "result": [str(written[Outcome.APPLIED]), "x", "9" * 30]}
    said = said_after(as_owner, page(job, "roll_back"), asked)
    made = PricingJob.objects.get(rollback_of=job)
    assert made.selection == {"result_ids": [written[Outcome.APPLIED]]}
    assert "Of 1 row only." in said
    only_failed = {"chosen": "1", "result": str(written[Outcome.FAILED])}
    assert "changed nothing that could be put back" in said_after(
        as_owner, page(job, "roll_back"), only_failed
    )
    assert PricingJob.objects.filter(rollback_of=job).count() == 1


def test_all_that_match_are_undone(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = finished(connection, variants, owner)
    shown = text_of(as_owner, f"{page(job)}?view=results&show=overwritten")
    assert "Undo all that match" in shown
    assert "Undo all that match" not in text_of(as_owner, page(job))
    as_owner.post(page(job, "roll_back"), {"matching": "1", "show": "overwritten"})
    made = PricingJob.objects.get(rollback_of=job)
    lost = job.results.get(outcome="overwritten")
    assert made.selection == {"result_ids": [lost.pk]}
    as_owner.post(page(job, "roll_back"), {"matching": "1", "q": "SKU-11"})
    second = PricingJob.objects.filter(rollback_of=job).exclude(pk=made.pk).get()
    assert second.selection == {"result_ids": [job.results.get(variant__sku="SKU-11").pk]}
    assert "changed nothing that could" in said_after(
        as_owner, page(job, "roll_back"), {"matching": "1", "show": "failed"}
    )


def test_no_more_rows_than_can_be_kept_are_chosen(
    connection: Connection,
    variants: list[Variant],
    owner: User,
    as_owner: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = finished(connection, variants, owner)
    monkeypatch.setattr("pricing.views.verbs.MOST_CHOSEN", 1)
    monkeypatch.setattr("pricing.services.undoing.MOST_CHOSEN", 1)
    said = said_after(as_owner, page(job, "roll_back"), {"matching": "1", "q": "SKU-1"})
    assert PricingJob.objects.filter(rollback_of=job).count() == 1, said
    said = said_after(as_owner, page(job, "roll_back"), {"matching": "1", "q": "Collar"})
    assert "At most 1 rows can be chosen" in said


def test_the_way_back_lists_edits_it_keeps_with_three_prices(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = finished(connection, variants, owner)
    kept, back = variants[0], variants[3]
    Variant.objects.filter(pk=kept.pk).update(price=Decimal("7.77"))
    Variant.objects.filter(pk=back.pk).update(price=Decimal("18.00"))
    undo = planned(
        connection, owner, name="Back", kind=JobKind.ROLLBACK, rollback_of=job, selection={}
    )
    said = text_of(as_owner, page(undo))
    assert "Later edits by others, kept as they are" in said
    listed = said.split('id="kept-title"')[1].split("</table>")[0]
    for price in ("10.00", "9.00", "7.77 CAD"):
        assert price in listed
    assert back.sku not in listed
    assert "unknown" in listed


def test_history_names_who_moved_a_job(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(S.RUNNING, connection, variants, owner, started_at=timezone.now())
    as_owner.post(page(job, "pause"))
    last = PricingJobStateChange.objects.order_by("-id").first()
    assert last is not None
    assert (last.after, last.actor) == ("paused", owner)
