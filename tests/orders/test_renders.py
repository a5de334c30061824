"""Print files: made once, tried again with a reason, none left behind."""

import threading
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from foundation.alerts.models import Alert
from foundation.storage.api import StorageDown, save
from foundation.work.models import Job
from foundation.work.recovery import sweep
from orders.artwork.document import read_document
from orders.contracts import Refused
from orders.designs.services import change_design
from orders.enums import DesignStatus, RenderStatus
from orders.models import Design, DesignVersion, PrintSize, RenderJob
from orders.people.allowances import TooMuch
from orders.people.callers import Caller
from orders.renders import running
from orders.renders.finalising import ask_fine_preview, ensure_print, finalise, render_again

from . import shop as makers

pytestmark = pytest.mark.django_db(transaction=True)


def stored(files: Path) -> set[str]:
    """What lies in the storage of print files, by name."""
    return {str(each.relative_to(files)) for each in files.glob("prints/**/*") if each.is_file()}


def due_now() -> None:
    """Let every waiting attempt be due."""
    Job.objects.filter(state="queued").update(run_after=timezone.now())


def test_a_finalised_design_gets_both_print_files(
    caller: Caller, size: PrintSize, files: Path
) -> None:
    design = makers.design_for(caller, size)
    render = finalise(caller=caller, design_id=design.pk)
    assert (Design.objects.get().status, render.status) == ("queued", "queued")
    makers.run_all()
    render.refresh_from_db()
    design.refresh_from_db()
    assert (render.status, render.attempt, render.failure_reason) == ("completed", 1, "")
    assert render.started_at is not None
    assert render.completed_at is not None
    # 66 by 86 mm with the bleed at 100 DPI.
    assert (render.width, render.height) == (260, 339)
    assert render.parity is not None
    assert render.parity < 12
    assert (design.status, design.final_image_url) == ("ready", render.image_key)
    assert stored(files) == {render.image_key, render.pdf_key}
    page = PdfReader(files / render.pdf_key).pages[0]
    assert [round(float(side) / 72 * 25.4, 1) for side in page.trimbox] == [3.0, 3.0, 63.0, 83.0]


def test_finalising_again_makes_nothing_again(caller: Caller, size: PrintSize) -> None:
    design = makers.design_for(caller, size)
    first = finalise(caller=caller, design_id=design.pk)
    again = finalise(caller=caller, design_id=design.pk)
    makers.run_all()
    later = finalise(caller=caller, design_id=design.pk)
    assert first.pk == again.pk == later.pk
    assert (DesignVersion.objects.count(), RenderJob.objects.count()) == (1, 1)
    assert Design.objects.get().status == DesignStatus.READY


def test_an_edit_makes_a_draft_and_the_next_version(caller: Caller, size: PrintSize) -> None:
    design = makers.design_for(caller, size)
    finalise(caller=caller, design_id=design.pk)
    makers.run_all()
    plain = {"kind": "plain", "colours": ["#ff0000"]}
    change_design(
        caller=caller, design_id=design.pk, document={**design.document, "background": plain}
    )
    assert Design.objects.get().status == DesignStatus.DRAFT
    finalise(caller=caller, design_id=design.pk)
    versions = list(DesignVersion.objects.order_by("number"))
    assert [each.number for each in versions] == [1, 2]
    assert versions[0].document == design.document
    assert versions[1].document["background"] == plain


def test_an_edit_during_the_render_leaves_the_design_a_draft(
    caller: Caller, size: PrintSize
) -> None:
    design = makers.design_for(caller, size)
    finalise(caller=caller, design_id=design.pk)
    plain = {"kind": "plain", "colours": ["#ff0000"]}
    change_design(
        caller=caller, design_id=design.pk, document={**design.document, "background": plain}
    )
    makers.run_all()
    assert RenderJob.objects.get().status == RenderStatus.COMPLETED
    now = Design.objects.get()
    assert (now.status, now.final_image_url) == ("draft", "")


def test_a_failure_is_told_with_its_reason_and_tried_again(
    caller: Caller, size: PrintSize, files: Path
) -> None:
    design = makers.design_for(caller, size)
    finalise(caller=caller, design_id=design.pk)
    photo = files / design.photo.original_key
    photo.rename(photo.with_suffix(".away"))
    makers.run_all()
    render = RenderJob.objects.get()
    assert (render.status, render.attempt) == ("failed", 1)
    assert render.failure_reason == (
        "The photo's file is missing in the storage. Is the storage complete?"
    )
    assert render.next_attempt_at is not None
    assert Design.objects.get().status == DesignStatus.FAILED
    photo.with_suffix(".away").rename(photo)
    due_now()
    makers.run_all()
    render.refresh_from_db()
    assert (render.status, render.attempt, render.failure_reason) == ("completed", 2, "")
    assert Design.objects.get().status == DesignStatus.READY


def test_after_the_last_attempt_it_has_failed_for_good_and_may_be_asked_again(
    caller: Caller, size: PrintSize, files: Path
) -> None:
    design = makers.design_for(caller, size)
    finalise(caller=caller, design_id=design.pk)
    photo = files / design.photo.original_key
    photo.rename(photo.with_suffix(".away"))
    for _ in range(5):
        makers.run_all()
        due_now()
    render = RenderJob.objects.get()
    assert (render.status, render.attempt, render.next_attempt_at) == ("failed", 5, None)
    # Nobody paid: the dead letter alone is told.
    assert not Alert.objects.filter(key__startswith="render:").exists()
    photo.with_suffix(".away").rename(photo)
    render_again(render_id=render.pk)
    makers.run_all()
    render.refresh_from_db()
    assert (render.status, render.attempt) == ("completed", 1)
    with pytest.raises(Refused):
        render_again(render_id=render.pk)


def test_what_drawing_cannot_do_is_named(caller: Caller, size: PrintSize) -> None:
    design = makers.design_for(caller, size)
    finalise(caller=caller, design_id=design.pk)
    with mock.patch.object(running, "render_print", side_effect=RuntimeError("no more memory")):
        makers.run_all()
    assert RenderJob.objects.get().failure_reason == "Drawing failed: no more memory."


def test_a_storage_that_is_down_leaves_no_half_file(
    caller: Caller, size: PrintSize, files: Path
) -> None:
    design = makers.design_for(caller, size)
    finalise(caller=caller, design_id=design.pk)
    real = save

    def only_the_first(key: str, *args: Any, **kwargs: Any) -> None:
        if key.endswith(".pdf"):
            message = "The storage is down."
            raise StorageDown(message)
        real(key, *args, **kwargs)

    with mock.patch.object(running, "save", only_the_first):
        makers.run_all()
    assert RenderJob.objects.get().failure_reason == "The storage is down."
    due_now()
    makers.run_all()
    render = RenderJob.objects.get()
    assert (render.status, render.attempt) == ("completed", 2)
    assert stored(files) == {render.image_key, render.pdf_key}


class Killed(BaseException):
    """As if the process had ended: nothing below catches it."""


@pytest.mark.parametrize("place", ["render_print", "save"])
def test_a_killed_render_is_finished_once_by_another_worker(
    caller: Caller, size: PrintSize, files: Path, place: str
) -> None:
    design = makers.design_for(caller, size)
    finalise(caller=caller, design_id=design.pk)
    real = getattr(running, place)

    def die(*args: Any, **kwargs: Any) -> Any:
        real(*args, **kwargs)
        raise Killed

    with mock.patch.object(running, place, die), pytest.raises(Killed):
        makers.run_all()
    assert RenderJob.objects.get().status == RenderStatus.PROCESSING
    # Its lease runs out, and the sweep gives the job back.
    Job.objects.filter(state="running").update(lease_until=timezone.now())
    sweep()
    makers.run_all()
    render = RenderJob.objects.get()
    assert (render.status, render.attempt) == ("completed", 2)
    assert stored(files) == {render.image_key, render.pdf_key}


def test_who_comes_too_late_takes_its_own_files_away(
    caller: Caller, size: PrintSize, files: Path
) -> None:
    """A worker thought dead goes on: another has finished meanwhile, and its files stay."""
    design = makers.design_for(caller, size)
    finalise(caller=caller, design_id=design.pk)
    real = running._record
    late: list[Any] = []

    def another() -> None:
        makers.run_all("heavy")
        connection.close()

    def another_first(job: Any, render: Any, made: Any, seconds: float) -> None:
        if not late:
            late.append(made)
            Job.objects.filter(pk=job.id).update(
                state="queued", lease_token=None, lease_until=None, run_after=timezone.now()
            )
            other = threading.Thread(target=another)
            other.start()
            other.join()
        real(job, render, made, seconds)

    with mock.patch.object(running, "_record", another_first):
        makers.run_all()
    render = RenderJob.objects.get()
    assert (render.status, render.attempt) == ("completed", 2)
    assert stored(files) == {render.image_key, render.pdf_key}
    assert late[0]["image_key"] not in stored(files)


def test_what_is_paid_goes_before_what_is_not(caller: Caller, size: PrintSize) -> None:
    renders = [
        finalise(caller=caller, design_id=makers.design_for(caller, size).pk) for _ in range(3)
    ]
    paid = renders[2]
    assert paid.version
    ensure_print(paid.version, paid=True)
    order: list[Any] = []
    real = running._begin

    def note(job: Any, render_id: Any) -> Any:
        begun = real(job, render_id)
        if begun is not None:
            order.append(render_id)
        return begun

    with mock.patch.object(running, "_begin", note):
        makers.run_all("heavy")
    assert order == [paid.pk, renders[0].pk, renders[1].pk]
    assert set(RenderJob.objects.values_list("status", "attempt")) == {("completed", 1)}


def test_unpaid_finalising_is_limited(caller: Caller, size: PrintSize) -> None:
    designs = [makers.design_for(caller, size) for _ in range(7)]
    for design in designs[:6]:
        finalise(caller=caller, design_id=design.pk)
    with pytest.raises(TooMuch):
        finalise(caller=caller, design_id=designs[6].pk)
    assert RenderJob.objects.count() == 6
    assert Design.objects.get(pk=designs[6].pk).status == DesignStatus.DRAFT
    # What is finalised already may be asked for as often as one likes.
    finalise(caller=caller, design_id=designs[0].pk)


def test_a_fine_preview_is_drawn_by_a_worker(
    client: Client, caller: Caller, size: PrintSize, files: Path
) -> None:
    design = makers.design_for(caller, size)
    assert caller.visitor
    browser = makers.as_browser(client, caller.visitor)
    here = f"/api/designs/{design.pk}/"
    asked = browser.post(f"{here}preview/?quality=high", {}, content_type="application/json")
    assert (asked.status_code, asked.json()["status"]) == (202, "queued")
    again = ask_fine_preview(caller=caller, design=design)
    assert asked.json()["job_id"] == str(again.pk)
    makers.run_all()
    job = browser.get(f"/api/jobs/{asked.json()['job_id']}/").json()
    assert (job["status"], job["kind"], job["attempt"]) == ("completed", "preview", 1)
    shown = browser.get(here).json()
    assert (shown["status"], shown["render"]["id"]) == ("draft", job["id"])
    picture = browser.get(shown["preview_image_url"])
    assert picture["Content-Type"] == "image/webp"
    design.refresh_from_db()
    assert (files / design.preview_image_url).exists()
    other = makers.visit(caller.print_shop).visitor
    assert other
    stranger = makers.as_browser(Client(), other)
    assert stranger.get(f"/api/jobs/{job['id']}/").status_code == 404


def test_print_files_are_not_given_to_the_customer(
    client: Client, caller: Caller, size: PrintSize
) -> None:
    design = makers.design_for(caller, size)
    assert caller.visitor
    browser = makers.as_browser(client, caller.visitor)
    here = f"/api/designs/{design.pk}/"
    done = browser.post(f"{here}finalize/", {}, content_type="application/json")
    assert (done.status_code, done.json()["status"]) == (202, "queued")
    makers.run_all()
    shown = browser.get(here).json()
    assert (shown["status"], shown["render"]["image_url"]) == ("ready", "")
    assert read_document(shown["document"]).photo.id
