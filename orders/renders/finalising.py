"""Finalise a design: freeze it, and have its print files made."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from foundation.work.api import UNFINISHED, Priority, enqueue, jobs_numbered
from orders.contracts import Refused
from orders.designs.freezing import freeze
from orders.designs.services import design_locked
from orders.designs.sizes import refuse_gone
from orders.designs.specs import spec_of, spec_to_json
from orders.designs.states import move
from orders.enums import RENDER_OPEN, DesignStatus, RenderKind, RenderStatus
from orders.models import Design, DesignVersion, RenderJob
from orders.people.allowances import Cost, spend
from orders.people.callers import Caller

from .states import move_render, tell

RUN = "orders.render"
MAX_ATTEMPTS = 5


@transaction.atomic
def finalise(*, caller: Caller, design_id: UUID) -> RenderJob:
    """Freeze a design as it is now and queue its print files; the same again does nothing more.

    How much an unpaid client may have rendered is limited: raises
    :class:`orders.people.allowances.TooMuch`. Raises :class:`orders.contracts.Refused` when the
    design or its size is gone.
    """
    design = design_locked(caller, design_id)
    refuse_gone(design.size)
    version = freeze(design)
    known = RenderJob.objects.filter(version=version, kind=RenderKind.PRINT).first()
    if known is None or known.status == RenderStatus.FAILED:
        spend(caller.keys, Cost.FINALISE)
    render = ensure_print(version, paid=False)
    done = render.status == RenderStatus.COMPLETED
    move(
        design,
        DesignStatus.READY if done else DesignStatus.QUEUED,
        final_image_url=render.image_key if done else "",
    )
    return render


@transaction.atomic
def ensure_print(version: DesignVersion, *, paid: bool) -> RenderJob:
    """Return the render of a version's print files, queued now unless it is there or under way.

    ``paid``: somebody paid for it, so it goes first, also if it waited behind others until now;
    one that had failed for good gets all its attempts again.
    """
    render, made = RenderJob.objects.select_for_update().get_or_create(
        version=version,
        kind=RenderKind.PRINT,
        defaults={
            "shop_id": version.shop_id,
            "design_id": version.design_id,
            "document": version.document,
            "digest": version.digest,
            "spec": version.spec,
            "paid": paid,
            "max_attempts": MAX_ATTEMPTS,
        },
    )
    if render.status == RenderStatus.COMPLETED:
        return render
    hurry = paid and not render.paid
    if hurry:
        RenderJob.objects.filter(pk=render.pk).update(paid=True)
        render.paid = True
    under_way = not made and _under_way(render)
    if not under_way or (hurry and render.status != RenderStatus.PROCESSING):
        begin_anew(render)
    return render


def _under_way(render: RenderJob) -> bool:
    jobs = jobs_numbered([render.work_job_id] if render.work_job_id else [])
    return bool(jobs.filter(state__in=UNFINISHED).exists())


def begin_anew(render: RenderJob) -> None:
    """Queue a locked render that is not completed, with all its attempts, by its urgency.

    The name of the work differs for what is paid: a job with little urgency may wait already.
    """
    if render.status == RenderStatus.FAILED:
        move_render(render, RenderStatus.QUEUED, attempt=0, next_attempt_at=None)
    urgency = Priority.URGENT if render.paid else Priority.LOW
    job_id = enqueue(
        RUN,
        {"render_id": render.pk},
        shop_id=render.shop_id,
        unique_key=f"{render.pk}:{'paid' if render.paid else 'unpaid'}",
        priority=urgency,
    )
    RenderJob.objects.filter(pk=render.pk).update(work_job_id=job_id, queued_at=Now())
    render.work_job_id = job_id
    tell(render)


@transaction.atomic
def ask_fine_preview(*, caller: Caller, design: Design) -> RenderJob:
    """Queue a preview drawn from the whole photo; asked again while it waits, it is the same one.

    Raises :class:`orders.people.allowances.TooMuch`.
    """
    known = RenderJob.objects.filter(
        design=design, digest=design.digest, kind=RenderKind.PREVIEW, status__in=RENDER_OPEN
    ).first()
    if known is not None:
        return known
    spend(caller.keys, Cost.FINE_PREVIEW)
    render = RenderJob.objects.create(
        shop_id=design.shop_id,
        kind=RenderKind.PREVIEW,
        design=design,
        document=design.document,
        digest=design.digest,
        spec=spec_to_json(spec_of(design.size)),
        max_attempts=MAX_ATTEMPTS,
    )
    begin_anew(render)
    return render


@transaction.atomic
def render_again(*, render_id: UUID) -> RenderJob:
    """Queue a render that failed once more, with all its attempts.

    Raises :class:`orders.contracts.Refused` when it did not fail.
    """
    render = RenderJob.objects.select_for_update().get(pk=render_id)
    if render.status != RenderStatus.FAILED:
        raise Refused("not-failed", f"It is {RenderStatus(render.status).label.lower()}.")
    begin_anew(render)
    return render
