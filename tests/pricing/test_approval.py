"""A second pair of eyes: when it is asked for, who may give it, and that it happens once."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connection as database
from django.utils import timezone

from config.demo.merchant import Merchant
from config.demo.pricing_jobs import expected_after
from foundation.mail.models import Mail
from foundation.shops.api import Role
from foundation.shops.models import User
from foundation.work.enums import Group
from foundation.work.models import Job
from pricing.api import Action, IllegalMove, Refused, approve, cancel, confirm, reject, simple_rule
from pricing.models import ApprovalPolicy, PricingJob
from pricing.services import expire_plans
from tests import factories
from tests.pricing.conftest import TestDesk, work

pytestmark = pytest.mark.django_db(transaction=True)

HALF_OFF = simple_rule(Action.PERCENT, -50)


@pytest.fixture
def approver(desk: TestDesk) -> User:
    person = factories.member("anna.approver@example.com", desk.connection.shop, Role.APPROVER)
    factories.member("vera.viewer@example.com", desk.connection.shop, Role.VIEWER)
    return person


def thresholds(desk: TestDesk, **columns: object) -> None:
    ApprovalPolicy.objects.update_or_create(
        shop_id=desk.shop_id, defaults={"enabled": True, **columns}
    )


def asked(desk: TestDesk) -> PricingJob:
    job = desk.plan("Half off", HALF_OFF)
    desk.confirm(job)
    job.refresh_from_db()
    return job


@pytest.mark.usefixtures("approver")
def test_a_plan_within_the_thresholds_runs_at_once(desk: TestDesk) -> None:
    thresholds(desk, rows_over=1_000, percent_over=Decimal(50), money_over=Decimal(10**9))
    assert asked(desk).state == "running"


@pytest.mark.usefixtures("approver")
def test_each_threshold_says_why(desk: TestDesk, merchant: Merchant) -> None:
    thresholds(desk, rows_over=5, percent_over=Decimal("49.5"), money_over=Decimal(1))
    job = asked(desk)
    given = sum(
        (row.before_price - (row.target_price or 0)) * max(row.stock or 0, 0)
        for row in job.plan.filter(skip="")
    )
    steepest = Decimal(job.plan_facts["steepest_fall"])
    assert (job.state, job.approval_reasons) == (
        "awaiting",
        [
            f"It changes {job.planned_changes} prices; 5 are free.",
            f"A price changes by {abs(steepest):,.1f} %; 49.5 % are free.",
            f"It gives away {given:,.2f} on the stock at hand; 1.00 are free.",
        ],
    )
    assert not Job.objects.filter(name="pricing.start_run").exists()
    assert merchant.prices() == {
        row.variant_vendor_id: (row.before_price, row.before_compare_at) for row in job.plan.all()
    }


def test_who_asked_cannot_approve_and_others_do_once(
    desk: TestDesk, merchant: Merchant, approver: User
) -> None:
    thresholds(desk, rows_over=1)
    job = asked(desk)
    before = merchant.prices()
    assert [mail.to for mail in Mail.objects.all()] == ["anna.approver@example.com"]
    with pytest.raises(Refused) as refused:
        approve(job=job, plan_hash=job.plan_hash, actor_id=desk.person.pk)
    assert refused.value.code == "own_request"
    with pytest.raises(Refused) as refused:
        approve(job=job, plan_hash="0" * 64, actor_id=approver.pk)
    assert refused.value.code == "plan_changed"
    with pytest.raises(IllegalMove):
        confirm(job=job, plan_hash=job.plan_hash, actor_id=approver.pk)
    said: list[str] = []

    def press() -> None:
        try:
            said.append(approve(job=job, plan_hash=job.plan_hash, actor_id=approver.pk))
        except IllegalMove as illegal:
            said.append(str(illegal))
        finally:
            database.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [
        "The price job is running; it does not wait for approval.",
        "running",
    ]
    assert Job.objects.filter(name="pricing.start_run").count() == 1
    work(Group.HEAVY, Group.REMOTE)
    job.refresh_from_db()
    assert (job.state, job.approved_by_id, job.confirmed_by_id) == (
        "completed",
        approver.pk,
        desk.person.pk,
    )
    assert merchant.prices() == expected_after(before, job)
    # Nobody is needed for the way back.
    assert desk.run(desk.plan_rollback(job)).state == "completed"
    assert merchant.prices() == before


def test_a_rejected_plan_tells_why_and_writes_nothing(
    desk: TestDesk, merchant: Merchant, approver: User
) -> None:
    thresholds(desk, rows_over=1)
    job, before = asked(desk), merchant.prices()
    with pytest.raises(Refused) as refused:
        reject(job=job, actor_id=approver.pk, reason="  ")
    assert refused.value.code == "reason_missing"
    reject(job=job, actor_id=approver.pk, reason="Too deep for November.")
    job.refresh_from_db()
    assert (job.state, job.state_reason) == ("rejected", "Too deep for November.")
    for verb in (
        lambda: approve(job=job, plan_hash=job.plan_hash, actor_id=approver.pk),
        lambda: cancel(job=job, actor_id=desk.person.pk),
    ):
        with pytest.raises(IllegalMove):
            verb()
    assert merchant.prices() == before


def test_a_request_nobody_answers_expires(desk: TestDesk, approver: User) -> None:
    thresholds(desk, rows_over=1)
    job = asked(desk)
    PricingJob.objects.filter(pk=job.pk).update(expires_at=timezone.now() - dt.timedelta(1))
    with pytest.raises(Refused) as refused:
        approve(job=job, plan_hash=job.plan_hash, actor_id=approver.pk)
    assert refused.value.code == "plan_expired"
    second = asked(desk)
    PricingJob.objects.filter(pk=second.pk).update(expires_at=timezone.now() - dt.timedelta(1))
    assert expire_plans() == 1
    assert not Job.objects.filter(name="pricing.start_run").exists()


def test_a_shop_of_one_person_has_it_off(desk: TestDesk) -> None:
    thresholds(desk, rows_over=1)
    assert asked(desk).state == "running"


def test_a_shop_whose_others_may_not_approve_is_told_so(desk: TestDesk) -> None:
    factories.member("vera.viewer@example.com", desk.connection.shop, Role.VIEWER)
    thresholds(desk, rows_over=1)
    job = desk.plan("Half off", HALF_OFF)
    with pytest.raises(Refused) as refused:
        desk.confirm(job)
    job.refresh_from_db()
    assert (refused.value.code, job.state, job.confirmed_by_id) == ("no_approver", "planned", None)
