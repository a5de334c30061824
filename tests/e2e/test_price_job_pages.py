"""The pages around a price job in a real browser: every width, dark, by keyboard, ticked rows."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from catalog_sync.models import Variant
from foundation.shops.api import Role
from foundation.shops.models import Shop, User
from pricing.enums import JobKind, Outcome, PricingJobState
from pricing.models import (
    ApprovalPolicy,
    PriceLock,
    PricingJob,
    ProcessingResult,
)
from tests import factories
from tests.pricing.page_fixtures import catalogue, edited_outside, end, planned

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenAs = Callable[..., Page]
S = PricingJobState
WIDTHS = (390, 768, 1440)
HALF = {"action": {"kind": "percent", "value": "-60"}, "compare_at": {"kind": "old_price"}}
DEAR = {"match": "all", "items": [{"field": "price", "op": "gte", "value": "60"}]}


@pytest.fixture
def variants(shop: Shop, owner: User) -> list[Variant]:
    """A catalogue with costs, a campaign, a lock and an edit from outside."""
    found = catalogue(factories.shopify_connection(shop), 12)
    Variant.objects.filter(pk__in=[each.pk for each in found]).update(cost=Decimal("8.00"))
    rules = [{"action": {"kind": "percent", "value": "-20"}}]
    factories.cover(found[5], rules, base_price="44.00", name="Summer sale")
    PriceLock.objects.create(shop=shop, variant=found[3], reason="Agreed", locked_by=owner)
    edited_outside(found[9], found[9].price)
    return found


def at(job: PricingJob) -> str:
    return f"/pricing/{job.pk}/"


def plan_of(variants: list[Variant], owner: User, **columns: object) -> PricingJob:
    rules = ({**HALF, "when": DEAR, "name": "Clearance"}, {"action": {"kind": "set", "value": "9"}})
    return planned(variants[0].connection, owner, *rules, **columns)


def in_state(job: PricingJob, state: PricingJobState, **columns: object) -> PricingJob:
    PricingJob.objects.filter(pk=job.pk).update(state=state, **columns)
    job.refresh_from_db()
    return job


def ended(variants: list[Variant], owner: User) -> PricingJob:
    now = timezone.now()
    job = in_state(plan_of(variants, owner, name="Ended"), S.COMPLETED, started_at=now)
    end(job, [Outcome.APPLIED] * 8 + [Outcome.CONFLICT, Outcome.FAILED], found=Decimal("8.88"))
    return in_state(job, S.COMPLETED, finished_at=now, ends_at=now + dt.timedelta(days=2))


def test_no_page_around_a_job_is_wider_than_its_screen(
    open_as: OpenAs, variants: list[Variant], owner: User
) -> None:
    now = timezone.now()
    soon = now + dt.timedelta(hours=5)
    plan = plan_of(variants, owner, name="A plan with a name that goes on for quite a while")
    PricingJob.objects.filter(pk=plan.pk).update(stale_rows=12)
    run = in_state(plan_of(variants, owner, name="Run"), S.PAUSED, started_at=now)
    end(run, [Outcome.APPLIED, Outcome.CONFLICT])
    done = ended(variants, owner)
    back = planned(
        done.connection,
        owner,
        name="Roll back",
        kind=JobKind.ROLLBACK,
        rollback_of=done,
        selection={},
    )
    waiting = in_state(
        plan_of(variants, owner, name="Ask"),
        S.AWAITING_APPROVAL,
        approval_reasons=["It changes 23 prices; 10 are free."],
        confirmed_by=owner,
    )
    later = in_state(plan_of(variants, owner, name="Later"), S.SCHEDULED, run_at=soon)
    paths = [at(job) for job in (plan, run, done, back, waiting, later)]
    paths += [
        f"{at(plan)}?view=plan&show=below_cost&rule=2&q=collar",
        f"{at(done)}?view=plan",
        f"{at(done)}?view=results&show=failed&reason=Because+of+failed.",
        "/pricing/?state=planned",
        f"/pricing/ledger/?job={done.pk}",
        f"/pricing/variants/{variants[0].pk}/",
        f"/pricing/variants/{variants[3].pk}/",
        f"/pricing/variants/{variants[5].pk}/",
    ]
    wide = {}
    for dark, width in ((False, WIDTHS[0]), (True, WIDTHS[1]), (False, WIDTHS[2])):
        page = open_as(owner, "/pricing/", width=width, dark=dark)
        for path in paths:
            page.goto(path)
            over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if over > 0:
                wide[width, path] = over
    assert wide == {}


def test_a_plan_is_scheduled_by_keyboard(
    open_as: OpenAs, variants: list[Variant], owner: User, shop: Shop
) -> None:
    Shop.objects.filter(pk=shop.pk).update(timezone="America/Toronto")
    job = plan_of(variants, owner)
    page = open_as(owner, at(job))
    expect(page.get_by_label("Begin at")).to_be_hidden()
    expect(page.get_by_label("Take it back at")).to_be_hidden()
    page.get_by_role("radio", name="Now").focus()
    page.keyboard.press("ArrowRight")
    field = page.get_by_label("Begin at")
    expect(field).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"^Schedule \d+ prices$"))).to_be_visible()
    page.keyboard.press("Tab")
    expect(field).to_be_focused()
    next_march = dt.date(timezone.now().year + 1, 3, 14).isoformat()
    field.fill(f"{next_march}T08:15")
    words = page.locator("#id_run_at-words")
    expect(words).to_contain_text("08:15 EDT (America/Toronto), in ")
    # What is typed stays while the status above is fetched again.
    page.evaluate("htmx.trigger('#job-status', 'live')")
    page.wait_for_timeout(300)
    expect(field).to_have_value(f"{next_march}T08:15")
    page.keyboard.press("Enter")
    expect(page.locator("#job-status")).to_contain_text("Begins by itself on")
    expect(page.locator("#job-status")).to_contain_text("08:15 EDT")


def test_an_approver_rejects_with_a_reason(
    open_as: OpenAs, variants: list[Variant], owner: User, shop: Shop
) -> None:
    ApprovalPolicy.objects.create(shop=shop, enabled=True, rows_over=2)
    approver = factories.member("ada.approver@example.com", shop, Role.APPROVER)
    job = plan_of(variants, owner)
    asking = open_as(owner, at(job))
    asking.get_by_role("button", name="Ask for approval").click()
    expect(asking.locator("#decide")).to_contain_text("You asked for it")
    page = open_as(approver, at(job))
    page.get_by_role("button", name="Reject…").click()
    page.get_by_label("Reason").fill("Too steep.")
    page.get_by_role("dialog").get_by_role("button", name="Reject…").click()
    expect(page.locator("#job-status")).to_contain_text("“Too steep.”")


def test_rows_are_ticked_and_undone(open_as: OpenAs, variants: list[Variant], owner: User) -> None:
    job = ended(variants, owner)
    page = open_as(owner, f"{at(job)}?view=results")
    undo = page.locator("#undo-chosen")
    expect(undo).to_be_disabled()
    page.get_by_role("checkbox", name="Undo Collar 1 Small SKU-11").check()
    page.get_by_role("checkbox", name="Undo Collar 2 Small SKU-21").check()
    expect(undo).to_have_text(re.compile(r"Undo chosen \(2\)$"))
    page.get_by_role("checkbox", name="Tick all rows of this page").check()
    written = ProcessingResult.objects.filter(job=job, outcome=Outcome.APPLIED).count()
    expect(undo).to_have_text(re.compile(rf"Undo chosen \({written}\)$"))
    page.get_by_role("checkbox", name="Tick all rows of this page").uncheck()
    expect(undo).to_be_disabled()
    page.get_by_role("checkbox", name="Undo Collar 1 Large SKU-12").check()
    undo.click()
    expect(page.get_by_role("heading", name="Roll back: Ended")).to_be_visible()
    made = PricingJob.objects.get(rollback_of=job)
    row = ProcessingResult.objects.get(job=job, variant__sku="SKU-12")
    assert made.selection == {"result_ids": [row.pk]}


def test_a_warning_leads_to_its_rows(open_as: OpenAs, variants: list[Variant], owner: User) -> None:
    Variant.objects.filter(sku="SKU-31").update(cost=Decimal("29.00"))
    job = plan_of(variants, owner)
    page = open_as(owner, at(job))
    page.get_by_role("link", name=re.compile("below cost$")).click()
    rows = page.locator("#rows tbody tr")
    # Under a campaign what counts is what the shop would show.
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("SKU-3")
    page.get_by_role("link", name="Show all").click()
    expect(rows).to_have_count(24)
    # For those who do not see the bars there is a table of them.
    spread = page.get_by_role("table", name="How many prices change by how much")
    expect(spread).to_contain_text("falls of 50 % or more")
