"""A second pair of eyes: who is asked, who may say yes, who is told."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog_sync.models import Variant
from foundation.mail.models import Mail
from foundation.shops.api import Role
from foundation.shops.models import Connection, Shop, User
from foundation.work.models import Job
from foundation.zones import local_in
from pricing.enums import PricingJobState
from pricing.models import ApprovalPolicy, PricingJob
from tests import factories
from tests.pricing.page_fixtures import HASH, job_in

from .asking import logged_in, page, said_after, seen, text_of

pytestmark = pytest.mark.django_db

S = PricingJobState
ZONE = "America/Toronto"


@pytest.fixture(autouse=True)
def _in_toronto(shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(timezone=ZONE)


@pytest.fixture
def watched(shop: Shop) -> ApprovalPolicy:
    """The shop wants a second person above two prices."""
    return ApprovalPolicy.objects.create(shop=shop, enabled=True, rows_over=2)


@pytest.mark.usefixtures("watched")
def test_a_plan_above_the_thresholds_says_so_before_it_is_confirmed(
    connection: Connection,
    variants: list[Variant],
    colleague: User,
    approver: User,
    owner: User,
) -> None:
    job = job_in(S.PLANNED, connection, variants, colleague)
    said = text_of(logged_in(colleague), page(job))
    assert "This plan needs approval." in said
    assert "It changes 5 prices; 2 are free." in said
    assert f"It can be given by {approver.email}, {owner.email}" in said
    assert "Ask for approval</button>" in said
    assert "Change 5 prices" not in said


@pytest.mark.usefixtures("watched", "viewer")
def test_where_nobody_else_may_approve_the_page_says_so_and_the_button_is_off(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(S.PLANNED, connection, variants, owner)
    said = text_of(as_owner, page(job))
    assert "Nobody but you could give it" in said
    assert 'id="confirm" disabled' in said
    assert "nobody else in the shop may give it" in said_after(
        as_owner, page(job, "confirm"), {"plan_hash": HASH}
    )
    assert (seen(job).state, Mail.objects.count()) == (S.PLANNED, 0)


@pytest.mark.usefixtures("watched")
def test_one_asks_another_approves_once(
    connection: Connection,
    variants: list[Variant],
    colleague: User,
    approver: User,
    viewer: User,
    stranger: User,
) -> None:
    job = job_in(S.PLANNED, connection, variants, colleague)
    asking = logged_in(colleague)
    said = said_after(asking, page(job, "confirm"), {"plan_hash": HASH})
    assert "Approval was asked for" in said
    assert "You asked for it, so somebody else decides" in said
    assert page(job, "approve") not in said
    assert "Withdraw" in said

    assert page(job, "approve") not in text_of(logged_in(viewer), page(job))
    sent = {"plan_hash": HASH}
    for person, status in ((viewer, 403), (colleague, 403), (stranger, 404)):
        for verb in ("approve", "reject"):
            assert logged_in(person).post(page(job, verb), sent).status_code == status
    assert seen(job).state == S.AWAITING_APPROVAL

    deciding = logged_in(approver)
    said = text_of(deciding, page(job))
    assert f"{colleague} asks to change 5 prices" in said
    assert "It changes 5 prices; 2 are free." in said
    assert "Approved, it begins at once." in said
    assert "Approved. The prices are being written." in said_after(
        deciding, page(job, "approve"), sent
    )
    assert "sent twice" in said_after(deciding, page(job, "approve"), sent)
    now = seen(job)
    assert (now.state, now.confirmed_by, now.approved_by) == (S.RUNNING, colleague, approver)
    assert Job.objects.filter(name="pricing.start_run").count() == 1
    assert "Approved by" in text_of(asking, page(job))


@pytest.mark.usefixtures("watched")
def test_nobody_approves_what_they_asked_for(
    connection: Connection, variants: list[Variant], owner: User, approver: User
) -> None:
    job = job_in(S.PLANNED, connection, variants, approver)
    asking = logged_in(approver)
    asking.post(page(job, "confirm"), {"plan_hash": HASH})
    sent = {"plan_hash": HASH, "reason": "no"}
    for verb in ("approve", "reject"):
        said = said_after(asking, page(job, verb), sent)
        assert "somebody else must approve it" in said
    assert seen(job).state == S.AWAITING_APPROVAL
    # Nor does who planned what somebody else confirmed.
    other = job_in(S.PLANNED, connection, variants, owner)
    asking.post(page(other, "confirm"), {"plan_hash": HASH})
    assert "somebody else must approve it" in said_after(
        logged_in(owner), page(other, "approve"), sent
    )
    assert not Job.objects.filter(name="pricing.start_run").exists()


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(
    ("changed", "message", "state"),
    [
        ({"plan_hash": "b" * 64}, "not the plan that waits", S.AWAITING_APPROVAL),
        ({"late": True}, "Nobody approved this plan in time", S.EXPIRED),
    ],
)
def test_what_is_approved_is_what_was_asked_for_in_time(
    changed: dict[str, Any],
    message: str,
    state: PricingJobState,
    connection: Connection,
    variants: list[Variant],
    colleague: User,
    approver: User,
) -> None:
    job = job_in(S.PLANNED, connection, variants, colleague)
    logged_in(colleague).post(page(job, "confirm"), {"plan_hash": HASH})
    if changed.pop("late", False):
        PricingJob.objects.update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    said = said_after(logged_in(approver), page(job, "approve"), {"plan_hash": HASH, **changed})
    assert message in said
    assert (seen(job).state, job.approved_by) == (state, None)


@pytest.mark.usefixtures("watched")
def test_a_rejection_has_a_reason_that_who_asked_sees(
    connection: Connection, variants: list[Variant], colleague: User, approver: User
) -> None:
    job = job_in(S.PLANNED, connection, variants, colleague)
    asking, deciding = logged_in(colleague), logged_in(approver)
    asking.post(page(job, "confirm"), {"plan_hash": HASH})
    assert "Say why" in said_after(deciding, page(job, "reject"), {"reason": "  "})
    assert seen(job).state == S.AWAITING_APPROVAL
    deciding.post(page(job, "reject"), {"reason": "Too steep for Maple."})
    said = text_of(asking, page(job))
    assert f"{approver} rejected it: “Too steep for Maple.”" in said
    assert "Nothing was written. Copy it as a new job" in said
    assert f"{reverse('pricing:new')}?copy={job.pk}" in said
    assert (seen(job).state, Job.objects.filter(name="pricing.start_run").count()) == (
        S.REJECTED,
        0,
    )


@pytest.mark.usefixtures("watched", "viewer")
def test_each_approver_gets_one_letter_and_who_asks_none(
    connection: Connection, variants: list[Variant], owner: User, approver: User
) -> None:
    second = factories.member("ann.approver@example.com", connection.shop, Role.APPROVER)
    job = job_in(S.PLANNED, connection, variants, approver, name="Ten <off> & more")
    client = logged_in(approver)
    for _ in range(2):
        client.post(page(job, "confirm"), {"plan_hash": HASH})
    mails = Mail.objects.order_by("to")
    assert [mail.to for mail in mails] == [second.email, owner.email]
    mail = mails[0]
    assert mail.subject == "[Backroom] Please approve: Ten <off> & more (Demo)"
    said = mail.text
    assert f"{approver} asks to change 5 prices in Demo: “Ten <off> & more”." in said
    assert "- It changes 5 prices; 2 are free." in said
    assert page(job) in said
    until = local_in(ZONE, seen(job).expires_at or timezone.now())
    assert f"The request ends on {until:%A} {until.day} {until:%B %Y}, {until:%H:%M}" in said
