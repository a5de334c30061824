"""The price pages: who may open them, what they show, what they cost, what they refuse."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog_sync.models import Variant
from foundation.shops.api import Role
from foundation.shops.models import Connection, Shop, User
from foundation.work.models import Job
from pricing.enums import JobKind, Outcome, PricingJobState
from pricing.models import PricingJob
from tests import factories
from tests.pricing.page_fixtures import HASH, catalogue, edited_outside, end, finished, job_in

pytestmark = pytest.mark.django_db

S = PricingJobState


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    return catalogue(connection)


@pytest.fixture
def as_owner(owner: User) -> Client:
    return logged_in(owner)


@pytest.fixture
def viewer(shop: Shop) -> User:
    return factories.member("vera.viewer@example.com", shop, Role.VIEWER)


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(job: PricingJob, verb: str = "job") -> str:
    return reverse(f"pricing:{verb}", kwargs={"job_id": job.pk})


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


# -- who may open what -----------------------------------------------------------------------------


def test_every_page_for_everybody(
    connection: Connection,
    variants: list[Variant],
    owner: User,
    colleague: User,
    viewer: User,
    stranger: User,
) -> None:
    job = finished(connection, variants, owner)
    own = {
        page(job): 404,
        reverse("pricing:variant", kwargs={"variant_id": variants[0].pk}): 404,
        reverse("pricing:job_list"): 200,
        reverse("pricing:ledger"): 200,
    }
    for url, for_stranger in own.items():
        for person in (owner, colleague, viewer):
            assert logged_in(person).get(url).status_code == 200, (url, person)
        assert Client().get(url).status_code == 302
        answer = logged_in(stranger).get(url)
        assert answer.status_code == for_stranger
        assert "Ten percent off" not in answer.content.decode()
        assert "Collar" not in answer.content.decode()
    assert logged_in(viewer).get(reverse("pricing:new")).status_code == 403
    assert "Collar" not in logged_in(stranger).get(reverse("pricing:new")).content.decode()


@pytest.mark.parametrize(
    "verb",
    [
        "confirm",
        "pause",
        "resume",
        "cancel",
        "change_end",
        "roll_back",
        "restore",
        "again",
        "run_again",
    ],
)
def test_verbs_are_for_editors_of_the_shop_and_by_post(
    verb: str,
    connection: Connection,
    variants: list[Variant],
    owner: User,
    viewer: User,
    stranger: User,
) -> None:
    job = job_in(S.PLANNED, connection, variants, owner)
    assert logged_in(viewer).post(page(job, verb)).status_code == 403
    assert logged_in(stranger).post(page(job, verb)).status_code == 404
    assert logged_in(owner).get(page(job, verb)).status_code == 405
    job.refresh_from_db()
    assert (job.state, PricingJob.objects.count(), Job.objects.count()) == (S.PLANNED, 1, 0)


def test_a_viewer_sees_no_buttons(
    connection: Connection, variants: list[Variant], owner: User, viewer: User
) -> None:
    for state in (S.PLANNED, S.RUNNING, S.PLANNING):
        job = job_in(state, connection, variants, owner, started_at=timezone.now())
        seen = text_of(logged_in(viewer), page(job))
        assert page(job, "confirm") not in seen
        assert page(job, "cancel") not in seen
    ended = finished(connection, variants, owner)
    seen = text_of(logged_in(viewer), page(ended))
    assert page(ended, "roll_back") not in seen
    assert page(ended, "restore") not in seen
    assert reverse("pricing:new") not in text_of(logged_in(viewer), reverse("pricing:job_list"))


# -- what they cost --------------------------------------------------------------------------------


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    items: int,
    connection: Connection,
    variants: list[Variant],
    as_owner: Client,
    owner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(items):
        finished(connection, variants, owner)
    with django_assert_num_queries(LIST_QUERIES):
        text_of(as_owner, reverse("pricing:job_list"))


@pytest.mark.parametrize("products", [1, 3])
@pytest.mark.parametrize(
    ("make", "view", "queries"),
    [
        ("planned", "", 11),
        ("finished", "", 13),
        ("finished", "?view=plan", 11),
        ("running", "", 13),
    ],
)
def test_a_job_page_costs_the_same_for_few_and_many_rows(
    products: int,
    make: str,
    view: str,
    queries: int,
    connection: Connection,
    as_owner: Client,
    owner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    rows = catalogue(connection, products * 3)
    if make == "finished":
        job = finished(connection, rows, owner)
    else:
        state = S.PLANNED if make == "planned" else S.RUNNING
        job = job_in(state, connection, rows, owner, started_at=timezone.now())
        if make == "running":
            end(job, [Outcome.CONFLICT] * products)
    with django_assert_num_queries(queries):
        text_of(as_owner, page(job) + view)


@pytest.mark.parametrize("items", [1, 3])
def test_the_ledger_costs_the_same_for_one_and_three(
    items: int,
    variants: list[Variant],
    as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(items):
        edited_outside(variants[0], Decimal(30 + number))
    with django_assert_num_queries(LIST_QUERIES):
        text_of(as_owner, reverse("pricing:ledger"))
    with django_assert_num_queries(VARIANT_QUERIES):
        text_of(as_owner, reverse("pricing:variant", kwargs={"variant_id": variants[0].pk}))


# Session, person, memberships, heartbeats, alerts, the people to filter by, and the rows.
LIST_QUERIES = 7
# The first five of those; the variant, its drawn and its listed changes, its lowest price, its
# stock (the variant again, levels, history), its campaign, its locks.
VARIANT_QUERIES = 14


# -- what they show --------------------------------------------------------------------------------


@pytest.mark.usefixtures("shop")
def test_empty_lists_teach_the_next_step(as_owner: Client) -> None:
    assert "Plan the first price job" in text_of(as_owner, reverse("pricing:job_list"))
    assert "No price has changed yet" in text_of(as_owner, reverse("pricing:ledger"))
    assert "Connect a shop first" in text_of(as_owner, reverse("pricing:new"))


def test_a_plan_shows_before_after_totals_and_reasons(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(S.PLANNED, connection, variants, owner)
    seen = text_of(as_owner, page(job))
    assert "Change 5 prices" in seen
    assert "10.00" in seen
    assert "9.00 CAD" in seen
    assert "\N{MINUS SIGN}10.0 %" in seen
    assert "The rule gives the price it has already" in seen
    assert "Fixed prices that you set per market" in seen
    assert f'name="plan_hash" value="{HASH}"' in seen
    assert "SKU-11" in text_of(as_owner, page(job) + "?view=plan&show=changes")
    assert "SKU-11" not in text_of(as_owner, page(job) + "?view=plan&show=no_change")


def test_a_finished_job_groups_reasons_and_offers_restore(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = finished(connection, variants, owner)
    seen = text_of(as_owner, page(job))
    assert "Because of conflict." in seen
    assert "Mend the cause" in seen
    assert "Restore this edit" in seen
    assert "Roll back" in seen
    only = text_of(as_owner, page(job) + "?view=results&show=failed")
    assert "SKU-21" in only
    assert "SKU-11" not in only.split('id="rows"')[1]


def test_a_rollback_and_its_origin_lead_to_each_other(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = finished(connection, variants, owner)
    undo = job_in(
        S.PLANNED, connection, variants, owner, kind=JobKind.ROLLBACK, rollback_of=job, name="Back"
    )
    assert page(undo) in text_of(as_owner, page(job))
    assert page(job) in text_of(as_owner, page(undo))


def test_a_running_job_says_why_parts_wait(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    parent = Job.objects.create(
        name="pricing.start_run", group="heavy", state="waiting", shop_id=connection.shop_id
    )
    for state, why in (("parked", "Shopify refuses the token."), ("dead", "It broke.")):
        Job.objects.create(
            name="pricing.apply_batch",
            group="remote",
            state=state,
            shop_id=connection.shop_id,
            parent=parent,
            waiting_for=why if state == "parked" else "",
            error=why if state == "dead" else "",
        )
    job = job_in(
        S.RUNNING, connection, variants, owner, started_at=timezone.now(), work_job_id=parent.pk
    )
    seen = text_of(as_owner, page(job))
    assert "Shopify refuses the token." in seen
    assert "1 part gave up" in seen
    assert "needs a decision" in seen


def test_the_fragment_asks_for_a_new_page_when_the_state_changed(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(S.PLANNED, connection, variants, owner)
    same = as_owner.get(page(job) + "?seen=planned", headers={"HX-Request": "true"})
    other = as_owner.get(page(job) + "?seen=planning", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in same.headers
    assert other.headers["HX-Refresh"] == "true"
    assert "<html" not in same.content.decode()


def test_the_list_is_filtered_by_the_address(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job_in(S.PLANNED, connection, variants, owner, name="Fresh")
    late = timezone.now() - dt.timedelta(minutes=1)
    job_in(S.PLANNED, connection, variants, owner, name="Stale", expires_at=late)
    url = reverse("pricing:job_list")
    assert "Stale" not in text_of(as_owner, f"{url}?state=planned")
    assert "Fresh" not in text_of(as_owner, f"{url}?state=expired")
    assert "Fresh" not in text_of(as_owner, f"{url}?q=sta")
    both = text_of(as_owner, f"{url}?state=nonsense&before=@@&after=%00")
    assert "Fresh" in both
    assert "Stale" in both


def test_the_ledger_is_filtered_by_layer_cause_and_sku(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    finished(connection, variants, owner)
    edited_outside(variants[5], Decimal("31.10"))
    url = reverse("pricing:ledger")
    assert "31.10" in text_of(as_owner, f"{url}?layer=outside")
    assert "SKU-11" not in text_of(as_owner, f"{url}?layer=outside")
    assert "31.10" not in text_of(as_owner, f"{url}?cause=manual_job")
    assert "31.10" in text_of(as_owner, f"{url}?sku=sku-32")
    assert "Nothing matches" in text_of(as_owner, f"{url}?sku=nothing")


def test_a_variant_shows_its_prices_as_a_picture(variants: list[Variant], as_owner: Client) -> None:
    url = reverse("pricing:variant", kwargs={"variant_id": variants[0].pk})
    assert "has not changed" in text_of(as_owner, url)
    edited_outside(variants[0], Decimal("12.34"))
    seen = text_of(as_owner, url)
    assert "<polyline" in seen
    assert "unknown, in Shopify" in seen


# -- verbs -----------------------------------------------------------------------------------------


def test_confirm_starts_the_plan_once(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(S.PLANNED, connection, variants, owner)
    first = as_owner.post(page(job, "confirm"), {"plan_hash": HASH}, follow=True)
    second = as_owner.post(page(job, "confirm"), {"plan_hash": HASH}, follow=True)
    assert "Confirmed" in first.content.decode()
    assert "sent twice" in second.content.decode()
    job.refresh_from_db()
    assert (job.state, job.confirmed_by) == (S.RUNNING, owner)
    assert Job.objects.filter(name="pricing.start_run").count() == 1


@pytest.mark.parametrize("plan_hash", ["", "b" * 64, "a" * 63, "\x00"])
def test_an_altered_hash_confirms_nothing(
    plan_hash: str, connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(S.PLANNED, connection, variants, owner)
    answer = as_owner.post(page(job, "confirm"), {"plan_hash": plan_hash}, follow=True)
    assert "not the plan as it stands now" in answer.content.decode()
    job.refresh_from_db()
    assert (job.state, Job.objects.count()) == (S.PLANNED, 0)


def test_an_expired_plan_is_not_confirmed_and_can_be_planned_again(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    late = timezone.now() - dt.timedelta(minutes=1)
    job = job_in(S.PLANNED, connection, variants, owner, expires_at=late)
    seen = text_of(as_owner, page(job))
    assert "Plan again" in seen
    assert page(job, "confirm") not in seen
    answer = as_owner.post(page(job, "confirm"), {"plan_hash": HASH}, follow=True)
    assert "Plan it again" in answer.content.decode()
    job.refresh_from_db()
    assert job.state == S.EXPIRED
    as_owner.post(page(job, "again"))
    # Nothing of it was ever confirmed, so it is the same job, with a new plan.
    again = PricingJob.objects.get()
    assert (again.pk, again.state, again.finished_at) == (job.pk, S.PLANNING, None)
    assert Job.objects.filter(name="pricing.make_plan").count() == 1


def test_a_stale_plan_is_made_again_in_its_place(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(S.PLANNED, connection, variants, owner)
    assert "changed since this plan was made" not in text_of(as_owner, page(job))
    PricingJob.objects.update(stale_rows=1)
    seen = text_of(as_owner, page(job))
    assert "1 of these prices was changed since this plan was made." in seen
    assert page(job, "again") in seen
    as_owner.post(page(job, "again"))
    again = PricingJob.objects.get()
    assert (again.pk, again.state) == (job.pk, S.PLANNING)


def test_an_open_job_is_not_planned_again(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(S.RUNNING, connection, variants, owner)
    answer = as_owner.post(page(job, "again"), follow=True)
    assert "still open" in answer.content.decode()
    assert PricingJob.objects.count() == 1


def test_a_dropped_rollback_is_planned_again(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = finished(connection, variants, owner)
    late = timezone.now() - dt.timedelta(minutes=1)
    undo = job_in(
        S.CANCELLED,
        connection,
        variants,
        owner,
        kind=JobKind.ROLLBACK,
        rollback_of=job,
        expires_at=late,
    )
    as_owner.post(page(undo, "again"))
    made = PricingJob.objects.get(state=S.PLANNING)
    assert made.pk != undo.pk
    assert (made.kind, made.rollback_of) == (JobKind.ROLLBACK, job)


def test_rollback_and_restore_make_one_job_each(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = finished(connection, variants, owner)
    lost = job.results.get(outcome="overwritten")
    for _ in range(2):
        as_owner.post(page(job, "roll_back"))
    as_owner.post(page(job, "restore"), {"result": str(lost.pk)})
    made = PricingJob.objects.filter(rollback_of=job).order_by("kind")
    assert [(each.kind, each.selection) for each in made] == [
        ("restore", {"result_ids": [lost.pk]}),
        ("rollback", {}),
    ]


def test_a_run_that_changed_nothing_is_not_rolled_back(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = job_in(S.COMPLETED, connection, variants, owner, finished_at=timezone.now())
    answer = as_owner.post(page(job, "roll_back"), follow=True)
    assert "changed nothing" in answer.content.decode()
    assert PricingJob.objects.count() == 1
