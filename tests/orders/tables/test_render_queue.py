"""The render queue: tabs, reasons, what stands still, files to fetch, rendering again."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from foundation.audit.models import AuditEvent
from foundation.shops.models import User
from foundation.work.enums import Group
from foundation.work.heartbeats import beat
from foundation.work.models import Heartbeat, Job
from orders.models import Design, DesignVersion, OrderLine, PrintSize, RenderJob
from orders.people.callers import Caller
from orders.renders.finalising import finalise
from orders.sales.addresses import Address
from orders.sales.drafting import create_order
from orders.sales.lines import Item
from tests.orders import shop as makers

from .conftest import content_of, said_after, text_of

pytestmark = pytest.mark.django_db

QUEUE = "/orders/renders/"


def of(render: RenderJob, verb: str) -> str:
    return f"{QUEUE}{render.pk}/{verb}"


@pytest.fixture
def design(caller: Caller, size: PrintSize) -> Design:
    return makers.design_for(caller, size, name={"text": "Rex"})


def rendered(caller: Caller, design: Design, **columns: Any) -> RenderJob:
    """One more render of a design, standing as the columns say."""
    number = DesignVersion.objects.count()
    Design.objects.filter(pk=design.pk).update(digest=f"{number:064}")
    render = finalise(caller=caller, design_id=design.pk)
    RenderJob.objects.filter(pk=render.pk).update(**columns)
    return RenderJob.objects.get(pk=render.pk)


FAILED = {"status": "failed", "failure_reason": "The storage is full.", "attempt": 5}
DONE = {
    "status": "completed",
    "image_key": "prints/a.png",
    "pdf_key": "prints/a.pdf",
    "width": 260,
    "height": 339,
    "byte_size": 1_500_000,
    "parity": 0.42,
    "seconds": 1.23,
}


def test_tabs_count_and_each_says_what_it_is(
    caller: Caller, design: Design, as_viewer: Client, stranger: User
) -> None:
    assert "Nothing was rendered yet" in text_of(as_viewer, QUEUE)
    now = timezone.now()
    rendered(caller, design)
    rendered(caller, design, status="processing", started_at=now, attempt=1)
    soon = now + dt.timedelta(minutes=4, seconds=30)
    rendered(caller, design, **{**FAILED, "attempt": 2}, next_attempt_at=soon)
    rendered(caller, design, **FAILED, paid=True)
    untrue = rendered(caller, design, **{**DONE, "parity": 3.2}, completed_at=now)
    rendered(caller, design, **DONE, completed_at=now)
    page = text_of(as_viewer, QUEUE)
    for label, count in (
        *(("All", 6), ("Queued", 1), ("Rendering", 1)),
        *(("Completed", 2), ("Failed", 2)),
    ):
        assert f'>{label} <span class="fr-count' in page, label
        assert f"{count}</span></a>" in page.partition(f">{label} <span")[2][:60], label
    page = text_of(as_viewer, f"{QUEUE}?status=failed")
    assert page.count("The storage is full.</span>") == 2
    assert ("5 of 5" in page, "2 of 5" in page, "given up" in page) == (True, True, True)
    assert "tried again <time" in page
    # What is paid is first.
    assert page.index("given up") < page.index("tried again <time")
    assert 'class="pr-waits"' in page
    page = text_of(as_viewer, f"{QUEUE}?status=completed")
    assert "260 × 339" in page
    assert "1.5 MB in 1.2 s" in page
    assert "parity 0.42</div>" in page
    assert "parity 3.20: not as its preview" in page
    page = text_of(as_viewer, f"{QUEUE}?untrue=1")
    assert (str(untrue.pk) in page, "parity 0.42" in page) == (True, False)
    assert "No render stands here" in text_of(as_viewer, f"{QUEUE}?kind=preview")
    assert "parity 0.42" in text_of(as_viewer, f"{QUEUE}?kind=x&order=x&design=x&paid=x")
    client = Client()
    client.force_login(stranger)
    assert "Nothing was rendered yet" in text_of(client, QUEUE)
    for verb in ("picture/", "png/"):
        assert client.get(of(untrue, verb)).status_code == 404
    assert client.post(of(untrue, "again/")).status_code == 404


def test_renders_are_found_by_order_and_design(
    caller: Caller, design: Design, size: PrintSize, as_viewer: Client
) -> None:
    rendered(caller, design)
    other = makers.design_for(caller, size)
    finalise(caller=caller, design_id=other.pk)
    order = create_order(
        caller=caller, items=[Item(other.pk, 1)], address=Address(**makers.ADDRESS)
    )
    assert OrderLine.objects.count() == 1
    for query in (f"order={order.number}", f"design={other.pk}"):
        page = text_of(as_viewer, f"{QUEUE}?{query}")
        assert (str(other.pk) in page, f"#{order.number}" in page) == (True, True)
        assert f"/orders/designs/{design.pk}/" not in page
    assert "No render stands here" in text_of(as_viewer, f"{QUEUE}?order=999")


def test_what_stands_still_is_said_while_workers_are_at_work(
    caller: Caller, design: Design, as_viewer: Client
) -> None:
    old = timezone.now() - dt.timedelta(minutes=31)
    rendered(caller, design, queued_at=old)
    rendered(caller, design, status="processing", started_at=old)
    rendered(caller, design)
    assert "although workers are at work" not in text_of(as_viewer, QUEUE)
    Heartbeat.objects.all().delete()
    beat(Group.HEAVY)
    Heartbeat.objects.update_or_create(name=Group.HEAVY, defaults={"seen_at": timezone.now()})
    page = text_of(as_viewer, QUEUE)
    assert "1 render waits longer than 10 minutes although workers are at work" in page
    assert "the oldest for 31 minutes." in page
    assert "1 render is being drawn for 31 minutes, which takes seconds otherwise." in page
    Job.objects.all().delete()
    assert "one may be parked, or was discarded" in text_of(as_viewer, QUEUE)


def test_one_that_failed_is_rendered_again(
    caller: Caller, design: Design, as_editor: Client, as_viewer: Client
) -> None:
    render = rendered(caller, design, **FAILED, paid=True)
    assert as_viewer.post(of(render, "again/")).status_code == 403
    assert RenderJob.objects.get().status == "failed"
    said = said_after(as_editor, of(render, "again/"), {"next": f"{QUEUE}?status=failed"})
    assert "Queued again, with all its attempts." in said
    row = RenderJob.objects.get()
    assert (row.status, row.attempt, row.next_attempt_at) == ("queued", 0, None)
    assert "Nothing was queued. It is queued." in said_after(as_editor, of(render, "again/"))
    event = AuditEvent.objects.get(verb="orders.render.again")
    assert event.object_id == str(render.pk)


def test_all_that_match_are_rendered_again_and_no_other(
    caller: Caller, design: Design, as_editor: Client, as_viewer: Client
) -> None:
    paid = [rendered(caller, design, **FAILED, paid=True) for _ in range(2)]
    unpaid = rendered(caller, design, **FAILED)
    done = rendered(caller, design, **DONE)
    asked = {"status": "failed", "paid": "1"}
    assert as_viewer.post(f"{QUEUE}again/", asked).status_code == 403
    assert "Render again: 3" in text_of(as_editor, f"{QUEUE}?status=failed")
    assert "Render again: 2" in text_of(as_editor, f"{QUEUE}?status=failed&paid=1")
    answer = as_editor.post(f"{QUEUE}again/", asked, follow=True)
    assert "2 renders are queued again, the paid first." in answer.content.decode()
    assert answer.redirect_chain[0][0] == f"{QUEUE}?paid=1&status=queued"
    states = dict(RenderJob.objects.values_list("pk", "status"))
    assert [states[each.pk] for each in (*paid, unpaid, done)] == [
        *("queued", "queued", "failed", "completed")
    ]
    event = AuditEvent.objects.get(verb="orders.renders.again")
    assert event.details == {"count": 2, "kind": "", "paid": True}
    said = said_after(as_editor, f"{QUEUE}again/", asked)
    assert "Nothing that failed matches" in said


def test_print_files_are_fetched_by_editors_and_that_is_recorded(
    caller: Caller, design: Design, as_editor: Client, as_viewer: Client, owner: User
) -> None:
    render = rendered(caller, design)
    said = text_of_redirect(as_editor, of(render, "png/"))
    assert "Its print files are not made yet." in said
    RenderJob.objects.update(**DONE)
    assert as_viewer.get(of(render, "png/")).status_code == 403
    assert "PNG</a>" not in text_of(as_viewer, QUEUE)
    assert "PNG</a>" in text_of(as_editor, QUEUE)
    for kind in ("png", "pdf"):
        answer = as_editor.get(of(render, f"{kind}/"))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/files/")
    assert as_editor.get(of(render, "exe/")).status_code == 404
    events = AuditEvent.objects.filter(verb="orders.print.fetched").order_by("pk")
    assert [each.details for each in events] == [{"kind": "png"}, {"kind": "pdf"}]
    assert owner.pk not in {each.actor_id for each in events}


def text_of_redirect(client: Client, url: str) -> str:
    return " ".join(client.get(url, follow=True).content.decode().split())


def test_a_render_has_a_picture_of_what_it_is_of(
    caller: Caller, design: Design, as_viewer: Client
) -> None:
    render = rendered(caller, design)
    status, kind, content = content_of(as_viewer, of(render, "picture/"))
    assert (status, kind, content[:4]) == (200, "image/webp", b"RIFF")


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(
    ("query", "queries"), [("", 10), ("?status=queued", 10), ("?status=failed&order=1", 9)]
)
def test_the_queue_costs_the_same_however_long(
    query: str,
    queries: int,
    items: int,
    caller: Caller,
    design: Design,
    as_editor: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    Heartbeat.objects.update_or_create(name=Group.HEAVY, defaults={"seen_at": timezone.now()})
    columns = FAILED if "failed" in query else {}
    for _ in range(items):
        rendered(caller, design, **columns)
        create_order(caller=caller, items=[Item(design.pk, 1)], address=Address(**makers.ADDRESS))
    with django_assert_num_queries(queries):
        as_editor.get(f"{QUEUE}{query}")
