"""Make one render: claim it, draw, store, record. A killed attempt is finished by another, once.

Files are stored under a key of the attempt that is written down first. Whoever takes over clears
away what an attempt before has stored; whoever comes too late finds that the job is not its own
any more and clears away its own files. So no file is left that no row names.
"""

import datetime as dt
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from foundation.failures import Failure, NotNow, Transient
from foundation.storage.api import NoSuchFile, delete, open_file, save
from foundation.work.api import Cancelled, JobState, LeaseLost, Running, jobs_numbered, publish
from orders.artwork.document import read_document
from orders.artwork.drawing import draw_preview
from orders.artwork.printing import render_print
from orders.designs.specs import spec_from_json
from orders.designs.states import move
from orders.enums import DesignStatus, RenderKind, RenderStatus
from orders.models import Design, RenderJob

from .previews import WEBP, format_of, owner_of
from .states import move_render

logger = structlog.get_logger(__name__)

PNG = "image/png"
PDF = "application/pdf"
FINE = 2.5
"""A high-quality preview has so many times the pixels of a quick one in each direction."""
FIRST_DELAY = 5.0
LONGEST_DELAY = 300.0
_PIECE = 1024 * 1024


def run(job: Running, *, render_id: UUID) -> None:
    """Make a render unless it is made already or another worker is at it.

    Whatever goes wrong is noted with its reason and tried again later, while attempts are left.
    """
    render = _begin(job, render_id)
    if render is None:
        return
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(dir=_temporary_folder()) as folder:
            make = _print if render.kind == RenderKind.PRINT else _preview
            _record(job, render, make(job, render, Path(folder)), time.monotonic() - began)
    except (LeaseLost, NotNow):
        raise
    except Cancelled:
        _note(job, render, "A person stopped it.", again=None)
        raise
    except Exception as error:
        if not isinstance(error, Failure):
            logger.exception("render.failed", render_id=str(render.pk))
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** (render.attempt - 1))
        pause = dt.timedelta(seconds=delay)
        reason = _words(error)
        again = None if job.is_last_attempt else timezone.now() + pause
        _note(job, render, reason, again=again)
        raise Transient(reason, retry_after=pause) from error


def _temporary_folder() -> Path:
    # Beside the files, which have room: /tmp is memory in some containers.
    folder = Path(settings.VAR_DIR) / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _begin(job: Running, render_id: UUID) -> RenderJob | None:
    with transaction.atomic():
        job.fence()
        render = (
            RenderJob.objects.select_for_update(of=("self",))
            .select_related("design__photo")
            .get(pk=render_id)
        )
        if render.status == RenderStatus.COMPLETED or _another_is_at_it(render, job.id):
            return None
        stale = [key for key in (render.image_key, render.pdf_key) if key]
        move_render(
            render,
            RenderStatus.PROCESSING,
            started_at=timezone.now(),
            next_attempt_at=None,
            attempt=render.attempt + 1,
            work_job_id=job.id,
        )
    for key in stale:
        delete(key)
    return render


def _another_is_at_it(render: RenderJob, job_id: int) -> bool:
    if render.status != RenderStatus.PROCESSING or render.work_job_id in (None, job_id):
        return False
    others = jobs_numbered([render.work_job_id])
    return bool(others.filter(state__in=(JobState.RUNNING, JobState.QUEUED)).exists())


def _print(job: Running, render: RenderJob, folder: Path) -> dict[str, Any]:
    photo = _fetched(job, render.design.photo.original_key, folder / "photo.jpg")
    files = render_print(
        read_document(render.document),
        spec_from_json(render.spec),
        photo,
        folder=folder,
        heartbeat=job.heartbeat,
    )
    stem = f"prints/{render.shop_id}/{render.pk}/{job.id}-{job.attempt}"
    keys = {"image_key": f"{stem}.png", "pdf_key": f"{stem}.pdf"}
    _store(
        job,
        render,
        keys,
        {"image_key": (files.png, PNG), "pdf_key": (files.pdf, PDF)},
    )
    return {
        **keys,
        "width": files.width_px,
        "height": files.height_px,
        "byte_size": files.png.stat().st_size,
        "sha256": files.png_sha256,
        "parity": files.parity,
    }


def _preview(job: Running, render: RenderJob, folder: Path) -> dict[str, Any]:
    spec = spec_from_json(render.spec)
    width, height = (round(side * FINE) for side in format_of(spec))
    photo = _fetched(job, render.design.photo.original_key, folder / "photo.jpg")
    picture = draw_preview(
        read_document(render.document), spec, photo, width_px=width, height_px=height
    )
    made = folder / "preview.webp"
    made.write_bytes(picture)
    owner = owner_of(render.design)
    keys = {"image_key": f"previews/{render.shop_id}/{owner}/{render.pk}-{job.attempt}.webp"}
    _store(job, render, keys, {"image_key": (made, WEBP)})
    return {**keys, "width": width, "height": height, "byte_size": len(picture)}


def _fetched(job: Running, key: str, to: Path) -> Path:
    with open_file(key) as source, to.open("wb") as target:
        while piece := source.read(_PIECE):
            target.write(piece)
            job.heartbeat()
    return to


def _store(
    job: Running,
    render: RenderJob,
    keys: dict[str, str],
    files: dict[str, tuple[Path, str]],
) -> None:
    with transaction.atomic():
        job.fence()
        RenderJob.objects.filter(pk=render.pk).update(**keys)
    for column, (path, content_type) in files.items():
        with path.open("rb") as content:
            save(keys[column], content, content_type=content_type, beat=job.heartbeat)


def _record(job: Running, render: RenderJob, made: dict[str, Any], seconds: float) -> None:
    try:
        with transaction.atomic():
            job.fence()
            design = Design.objects.select_for_update().get(pk=render.design_id)
            row = RenderJob.objects.select_for_update().get(pk=render.pk)
            move_render(
                row,
                RenderStatus.COMPLETED,
                completed_at=timezone.now(),
                failure_reason="",
                seconds=seconds,
                **made,
            )
            _tell_design(design, row)
            publish("orders.render_completed", shop_id=row.shop_id, render_id=row.pk)
    except BaseException:
        # Another worker has it, or the database is away: these files are nobody's.
        for column in ("image_key", "pdf_key"):
            if made.get(column):
                delete(made[column])
        raise


def _tell_design(design: Design, render: RenderJob) -> None:
    """Let the design have its picture, unless it was changed meanwhile."""
    if design.digest != render.digest:
        return
    if render.kind == RenderKind.PREVIEW:
        move(design, DesignStatus(design.status), preview_image_url=render.image_key)
    elif design.status in (DesignStatus.QUEUED, DesignStatus.FAILED):
        move(design, DesignStatus.READY, final_image_url=render.image_key)


def _words(error: Exception) -> str:
    if isinstance(error, NoSuchFile):
        return "The photo's file is missing in the storage. Is the storage complete?"
    if isinstance(error, Failure):
        return error.message
    return f"Drawing failed: {str(error) or type(error).__name__}."


def _note(job: Running, render: RenderJob, reason: str, *, again: dt.datetime | None) -> None:
    """Write down why an attempt failed, and when the next one is."""
    with transaction.atomic():
        job.fence()
        design = Design.objects.select_for_update().get(pk=render.design_id)
        row = RenderJob.objects.select_for_update().get(pk=render.pk)
        move_render(row, RenderStatus.FAILED, failure_reason=reason, next_attempt_at=again)
        if design.digest == row.digest and design.status == DesignStatus.QUEUED:
            move(design, DesignStatus.FAILED)


def note_death(*, work_job_id: int, error: str) -> RenderJob | None:
    """Say on a render that its job has given up; returns it, if there is one."""
    with transaction.atomic():
        render = (
            RenderJob.objects.select_for_update(of=("self",))
            .filter(work_job_id=work_job_id)
            .exclude(status=RenderStatus.COMPLETED)
            .select_related("design")
            .first()
        )
        if render is None:
            return None
        if render.status != RenderStatus.FAILED:
            move_render(render, RenderStatus.FAILED, failure_reason=error, next_attempt_at=None)
        else:
            RenderJob.objects.filter(pk=render.pk).update(next_attempt_at=None)
    return render
