"""The job pages: each job under one tab, verbs by role, by row and by filter, a fixed price."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from foundation.audit.models import AuditEvent
from foundation.shops.api import Role, set_role
from foundation.shops.models import Shop, User
from foundation.work import queries
from foundation.work.enums import JobState
from foundation.work.models import Job
from foundation.work.queries import Tab
from tests import factories

from .conftest import MakeJob

pytestmark = pytest.mark.django_db
SOON = dt.timedelta(minutes=5)


def _one_of_each(make_job: MakeJob) -> dict[Tab, Job]:
    later = timezone.now() + SOON
    return {
        Tab.BUSY: make_job(JobState.RUNNING, attempts=1),
        Tab.QUEUED: make_job(),
        Tab.SCHEDULED: make_job(run_after=later, waiting_for="100 points are used up"),
        Tab.RETRYING: make_job(attempts=2, run_after=later, error="Shopify answered 503"),
        Tab.PARKED: make_job(JobState.PARKED, parked_key="x", waiting_for="the token is refused"),
        Tab.DEAD: make_job(JobState.DEAD, attempts=8, error="It never answered"),
        Tab.DONE: make_job(JobState.DONE, attempts=1, finished_at=timezone.now()),
    }


def test_every_job_is_under_exactly_one_tab(make_job: MakeJob) -> None:
    jobs = _one_of_each(make_job)
    now = timezone.now()
    found = {tab: list(Job.objects.filter(queries.condition(tab, now))) for tab in Tab}
    assert found == {tab: [job] for tab, job in jobs.items()}


def test_counts_are_of_the_own_shop_only(make_job: MakeJob, shop: Shop, stranger: User) -> None:
    _one_of_each(make_job)
    elsewhere = Shop.objects.for_user(stranger).get()
    make_job(JobState.DEAD, shop=elsewhere)
    make_job(JobState.DEAD, shop=None)
    now = timezone.now()
    own = queries.visible_jobs(shop_id=shop.pk, ops=False)
    assert queries.counts(own, now) == {tab: 1 for tab in Tab if tab is not Tab.DONE}
    with_ops = queries.visible_jobs(shop_id=shop.pk, ops=True)
    assert queries.counts(with_ops, now)[Tab.DEAD] == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [("503", {"a"}), ("gid-77", {"b"}), ("points", {"c"}), ("100%", set()), ("nothing", set())],
)
def test_the_text_is_looked_for_where_people_look(
    make_job: MakeJob, shop: Shop, text: str, expected: set[str]
) -> None:
    jobs = {
        "a": make_job(JobState.DEAD, error="Shopify answered 503"),
        "b": make_job(JobState.DEAD, payload={"product": "gid-77"}),
        "c": make_job(JobState.DEAD, waiting_for="points"),
    }
    chosen = queries.JobFilter(tab=Tab.DEAD, text=text)
    own = queries.visible_jobs(shop_id=shop.pk, ops=False)
    found = set(queries.matching(own, chosen, timezone.now()))
    assert found == {jobs[name] for name in expected}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    count: int, browser: Client, make_job: MakeJob, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make_job(JobState.DEAD, error="why")
    browser.get("/operations/jobs/?tab=dead")
    # session, user, memberships; pulses, alerts; counts of the tabs, rows.
    with django_assert_num_queries(7):
        browser.get("/operations/jobs/?tab=dead")


@pytest.mark.parametrize("count", [1, 3])
def test_the_detail_costs_the_same_for_one_and_three_parts(
    count: int, browser: Client, make_job: MakeJob, django_assert_num_queries: Any
) -> None:
    parent = make_job(JobState.WAITING, total_children=count, open_children=count)
    for _ in range(count):
        make_job(parent=parent)
    browser.get(f"/operations/jobs/{parent.pk}/")
    # session, user, memberships; pulses, alerts; job, parts, parts by state, audit.
    with django_assert_num_queries(9):
        browser.get(f"/operations/jobs/{parent.pk}/")


def test_pages_lead_to_every_job_once(browser: Client, make_job: MakeJob) -> None:
    made = {make_job(JobState.DEAD).pk for _ in range(120)}
    seen: list[int] = []
    url: str | None = "/operations/jobs/?tab=dead"
    while url:
        page = browser.get(url).context["page"]
        seen += [job.pk for job in page.items]
        url = f"/operations/jobs/?tab=dead&after={page.after}" if page.after else None
    assert seen == sorted(made, reverse=True)


def test_a_mangled_cursor_is_the_first_page(browser: Client, make_job: MakeJob) -> None:
    job = make_job(JobState.DEAD)
    for cursor in ("x", "!!!", "bnVsbA", "WyJub3QtYS1udW1iZXIiXQ"):
        answer = browser.get(f"/operations/jobs/?tab=dead&after={cursor}")
        assert [row.pk for row in answer.context["page"].items] == [job.pk]


def test_replay_gives_all_attempts_back_and_is_recorded(
    browser: Client, make_job: MakeJob, owner: User
) -> None:
    job = make_job(JobState.DEAD, attempts=8)
    browser.post(f"/operations/jobs/{job.pk}/replay/")
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)
    event = AuditEvent.objects.get(verb="work.dead.replayed")
    assert (event.actor_id, event.object_id) == (owner.pk, str(job.pk))


def test_discarding_needs_a_reason(browser: Client, make_job: MakeJob) -> None:
    job = make_job(JobState.DEAD)
    browser.post(f"/operations/jobs/{job.pk}/discard/")
    job.refresh_from_db()
    assert job.state == JobState.DEAD
    browser.post(f"/operations/jobs/{job.pk}/discard/", {"reason": "the product is gone"})
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert AuditEvent.objects.get(object_id=str(job.pk)).reason == "the product is gone"


def test_an_editor_replays_but_does_not_discard(
    browser_of: Callable[[Role], Client], make_job: MakeJob
) -> None:
    job = make_job(JobState.DEAD)
    editor = browser_of(Role.EDITOR)
    page = editor.get("/operations/jobs/?tab=dead").content.decode()
    assert "Replay all" in page
    assert "Discard" not in page
    url = "/operations/jobs/all/discard/"
    assert editor.post(url, {"tab": "dead", "reason": "no"}).status_code == 403
    job.refresh_from_db()
    assert job.state == JobState.DEAD


def test_bulk_acts_on_everything_that_matches_and_on_nothing_else(
    browser: Client, make_job: MakeJob, stranger: User
) -> None:
    matching = [make_job(JobState.DEAD, error="503") for _ in range(60)]
    other = make_job(JobState.DEAD, error="bug")
    busy = make_job(JobState.RUNNING, error="503")
    foreign = make_job(JobState.DEAD, error="503", shop=Shop.objects.for_user(stranger).get())
    browser.post("/operations/jobs/all/replay/", {"tab": "dead", "text": "503"})
    states = {job.pk: job.state for job in Job.objects.all()}
    assert {states[job.pk] for job in matching} == {JobState.QUEUED}
    assert [states[job.pk] for job in (other, foreign)] == [JobState.DEAD, JobState.DEAD]
    assert states[busy.pk] == JobState.RUNNING


def test_a_verb_that_does_not_fit_the_tab_is_not_there(browser: Client, make_job: MakeJob) -> None:
    job = make_job()
    assert browser.post("/operations/jobs/all/discard/", {"tab": "queued"}).status_code == 404
    assert browser.post(f"/operations/jobs/{job.pk}/explode/").status_code == 404
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_secrets_and_tracebacks_stay_inside(browser: Client, make_job: MakeJob) -> None:
    job = make_job(
        JobState.DEAD,
        error="KeyError: 'price'",
        traceback="Traceback (most recent call last): secret_function",
        payload={"access_token": "shpat_live", "lines": [{"Password": "hunter2", "sku": "A-1"}]},
    )
    page = browser.get(f"/operations/jobs/{job.pk}/").content.decode()
    assert "A-1" in page
    assert "KeyError" in page
    for hidden in ("shpat_live", "hunter2", "secret_function"):
        assert hidden not in page


def test_ops_see_the_traceback_and_jobs_of_no_shop(shop: Shop, make_job: MakeJob) -> None:
    ops = factories.user("ops@example.com", is_staff=True)
    set_role(shop_id=shop.pk, user=ops, role=Role.VIEWER, actor_id=None)
    job = make_job(JobState.DEAD, shop=None, traceback="Traceback: secret_function")
    client = Client()
    client.force_login(ops)
    assert "secret_function" in client.get(f"/operations/jobs/{job.pk}/").content.decode()


def test_work_of_the_installation_is_not_for_a_shops_owner(
    browser: Client, make_job: MakeJob
) -> None:
    job = make_job(JobState.DEAD, shop=None, error="ours-alone")
    assert browser.get(f"/operations/jobs/{job.pk}/").status_code == 404
    assert "ours-alone" not in browser.get("/operations/jobs/?tab=dead").content.decode()


def test_an_empty_tab_teaches(browser: Client) -> None:
    page = browser.get("/operations/jobs/?tab=dead").content.decode()
    assert "No dead letters" in page
    assert (
        "Nothing matches the filter"
        in browser.get("/operations/jobs/?tab=dead&text=zzz").content.decode()
    )


def test_htmx_gets_the_part_it_asked_for(browser: Client, make_job: MakeJob) -> None:
    make_job(JobState.DEAD, error="why it died")
    part = browser.get("/operations/jobs/?tab=dead", HTTP_HX_REQUEST="true").content.decode()
    assert "why it died" in part
    assert "<html" not in part
