"""The list of price jobs: filters, what stands out, plans dropped in one go; and the card."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop, User
from pricing.enums import JobKind, PricingJobState
from pricing.models import PricingJob
from pricing.overview import overview
from tests.pricing.page_fixtures import finished, job_in

from .asking import logged_in, text_of

pytestmark = pytest.mark.django_db

S = PricingJobState
LIST, DROP = "/pricing/", "/pricing/drop/"


def test_jobs_are_found_by_kind_person_and_days_of_the_shop(
    connection: Connection, variants: list[Variant], owner: User, colleague: User, as_owner: Client
) -> None:
    Shop.objects.filter(pk=connection.shop_id).update(timezone="America/Toronto")
    mine = job_in(S.PLANNED, connection, variants, owner, name="Mine")
    job_in(S.RUNNING, connection, variants, colleague, name="Theirs", kind=JobKind.ROLLBACK)
    # 03:30 UTC on the 2nd is still the 1st in Toronto.
    late = dt.datetime(2026, 7, 2, 3, 30, tzinfo=dt.UTC)
    PricingJob.objects.filter(pk=mine.pk).update(created_at=late)
    for query, found in (
        (f"who={owner.pk}", {"Mine"}),
        (f"who={colleague.pk}&kind=rollback", {"Theirs"}),
        (f"who={colleague.pk}&kind=manual", set()),
        ("since=2026-07-01&until=2026-07-01", {"Mine"}),
        ("since=2026-07-02", {"Theirs"}),
        ("until=2026-06-30", set()),
        ("since=nonsense&who=nobody&until=@@", {"Mine", "Theirs"}),
        ("since=2026-07-02&until=2026-07-01", {"Theirs"}),
    ):
        said = text_of(as_owner, f"{LIST}?{query}")
        assert {name for name in ("Mine", "Theirs") if f">{name}</a>" in said} == found, query
    assert "No price job matches the filter" in text_of(as_owner, f"{LIST}?q=nothing")


def test_what_waits_for_approval_stands_out_and_times_are_told(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    soon = timezone.now() + dt.timedelta(hours=5, minutes=1)
    job_in(S.SCHEDULED, connection, variants, owner, run_at=soon, ends_at=soon)
    said = text_of(as_owner, LIST)
    assert "begins <time" in said
    assert "taken back <time" in said
    assert 'class="pr-waits"' not in said
    job_in(S.AWAITING_APPROVAL, connection, variants, owner)
    assert text_of(as_owner, LIST).count('class="pr-waits"') == 1
    PricingJob.objects.update(state=S.REJECTED)
    assert "taken back <time" not in text_of(as_owner, LIST)


def test_all_plans_that_match_are_dropped(
    connection: Connection,
    variants: list[Variant],
    owner: User,
    colleague: User,
    viewer: User,
    stranger: User,
) -> None:
    plans = [job_in(S.PLANNED, connection, variants, owner, name=f"Plan {n}") for n in (1, 2)]
    keep = job_in(S.PLANNED, connection, variants, colleague, name="Plan of a colleague")
    run = job_in(S.RUNNING, connection, variants, owner, name="Plan that runs")
    client = logged_in(owner)
    assert DROP not in text_of(client, LIST)
    said = text_of(client, f"{LIST}?state=planned&who={owner.pk}")
    assert "Drop all 2 plans that match" in said
    assert f'name="who" value="{owner.pk}"' in said
    assert DROP not in text_of(logged_in(viewer), f"{LIST}?state=planned")
    asked = {"state": "planned", "who": str(owner.pk)}
    assert logged_in(viewer).post(DROP, asked).status_code == 403
    logged_in(stranger).post(DROP, {"state": "planned"})
    assert client.get(DROP).status_code == 405
    assert {job.state for job in PricingJob.objects.all()} == {S.PLANNED, S.RUNNING}

    answer = client.post(DROP, asked, follow=True)
    assert "2 plans were dropped." in answer.content.decode()
    assert answer.redirect_chain[0][0] == f"{LIST}?state=planned&who={owner.pk}"
    states = dict(PricingJob.objects.values_list("pk", "state"))
    assert [states[each.pk] for each in (*plans, keep, run)] == [
        S.CANCELLED,
        S.CANCELLED,
        S.PLANNED,
        S.RUNNING,
    ]
    answer = client.post(DROP, {"state": "running"}, follow=True)
    assert "No plan matches the filter" in answer.content.decode()
    assert PricingJob.objects.get(pk=run.pk).state == S.RUNNING


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(("query", "queries"), [("", 7), ("state=planned", 8), ("q=x", 7)])
def test_the_list_costs_the_same_under_each_filter(
    items: int,
    query: str,
    queries: int,
    connection: Connection,
    variants: list[Variant],
    owner: User,
    as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(items):
        job_in(S.PLANNED, connection, variants, owner)
    with django_assert_num_queries(queries):
        text_of(as_owner, f"{LIST}?{query}")


# -- the card on the index -------------------------------------------------------------------------


def test_the_card_tells_what_waits_and_what_comes_today(
    connection: Connection, variants: list[Variant], owner: User
) -> None:
    Shop.objects.filter(pk=connection.shop_id).update(timezone="America/Toronto")
    now = dt.datetime(2026, 11, 24, 15, 0, tzinfo=dt.UTC)
    held = {"expires_at": now + dt.timedelta(hours=1)}
    job_in(S.AWAITING_APPROVAL, connection, variants, owner, name="Ask", **held)
    job_in(S.PLANNED, connection, variants, owner, name="Plan", **held)
    over = {"expires_at": now - dt.timedelta(hours=1)}
    job_in(S.PLANNED, connection, variants, owner, name="Over", **over)
    job_in(S.PAUSED, connection, variants, owner, name="Rest")
    hours = dt.timedelta(hours=1)
    job_in(S.SCHEDULED, connection, variants, owner, name="Tonight", run_at=now + 12 * hours)
    # 05:30 UTC is tomorrow's 00:30 in Toronto.
    job_in(S.SCHEDULED, connection, variants, owner, name="Tomorrow", run_at=now + 14.5 * hours)
    ended = finished(connection, variants, owner)
    PricingJob.objects.filter(pk=ended.pk).update(name="Sale", ends_at=now + hours)
    card = overview(shop_id=connection.shop_id, now=now)
    assert [line.label for line in card.waiting] == [
        "Waits for approval: Ask",
        "Paused: Rest",
        "Confirm: Plan",
    ]
    assert card.waiting[0].url == reverse(
        "pricing:job", kwargs={"job_id": PricingJob.objects.get(name="Ask").pk}
    )
    today = {line.label: line.value for line in card.lines if "today" in line.label}
    assert today == {"Begins today: Tonight": "22:00", "Ends today: Sale": "11:00"}


def test_an_older_request_is_not_hidden_behind_newer_plans(
    connection: Connection, variants: list[Variant], owner: User
) -> None:
    job_in(S.AWAITING_APPROVAL, connection, variants, owner, name="Old request")
    for number in range(8):
        job_in(S.PLANNED, connection, variants, owner, name=f"Plan {number}")
    card = overview(shop_id=connection.shop_id, now=timezone.now())
    labels = [line.label for line in card.waiting]
    assert labels[0] == "Waits for approval: Old request"
    assert len(labels) == 5


@pytest.mark.parametrize("items", [1, 3])
def test_the_card_costs_the_same_for_one_and_three(
    items: int,
    connection: Connection,
    variants: list[Variant],
    owner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    soon = timezone.now() + dt.timedelta(minutes=1)
    for _ in range(items):
        for state in (S.PLANNED, S.AWAITING_APPROVAL, S.SCHEDULED, S.PAUSED):
            job_in(state, connection, variants, owner, run_at=soon)
    with django_assert_num_queries(3):
        overview(shop_id=connection.shop_id, now=timezone.now())
