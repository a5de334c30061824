"""What people do to a price job: confirm, cancel, roll back, restore, plan again."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from foundation.shops.api import Role, ShopRequest, shop_page
from pricing import services
from pricing.models import PricingJob
from pricing.services import IllegalMove, Refused

from .reading import job_or_404


def _act(
    request: ShopRequest, job: PricingJob, verb: Callable[[], PricingJob | None], said: str
) -> HttpResponse:
    """Do it once and say so; whatever was refused is said instead, and nothing was changed."""
    try:
        made = verb()
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("pricing:job", job_id=job.pk)
    except IllegalMove as illegal:
        messages.info(request, f"{illegal} Somebody was quicker, or it was sent twice.")
        return redirect("pricing:job", job_id=job.pk)
    messages.success(request, said)
    return redirect("pricing:job", job_id=(made or job).pk)


@require_POST
@shop_page(Role.EDITOR)
def confirm_job(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Start writing the plan whose hash the form carries."""
    job = job_or_404(request, job_id)
    return _act(
        request,
        job,
        lambda: services.confirm(
            job=job, plan_hash=request.POST.get("plan_hash", ""), actor_id=request.user.pk
        ),
        "Confirmed. The prices are being written.",
    )


@require_POST
@shop_page(Role.EDITOR)
def cancel_job(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Drop a plan, or stop a run."""
    job = job_or_404(request, job_id)
    return _act(
        request,
        job,
        lambda: services.cancel(job=job, actor_id=request.user.pk),
        "Stopped. What was written stays; nothing more is written.",
    )


@require_POST
@shop_page(Role.EDITOR)
def roll_back_job(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Plan the way back; the new job's page shows it before anything is written."""
    job = job_or_404(request, job_id)
    return _act(
        request,
        job,
        lambda: services.roll_back(job=job, actor_id=request.user.pk),
        "The way back is being planned. Look at it, then confirm it.",
    )


@require_POST
@shop_page(Role.EDITOR)
def restore_edits(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Plan to put back edits that were overwritten: the ones named, or all of the job."""
    job = job_or_404(request, job_id)
    named = [int(each) for each in request.POST.getlist("result") if each.isdecimal()][:1_000]
    return _act(
        request,
        job,
        lambda: services.restore(job=job, actor_id=request.user.pk, result_ids=named or None),
        "Putting the edit back is being planned. Confirm it below.",
    )


@require_POST
@shop_page(Role.EDITOR)
def plan_job_again(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Make a new plan of the same selection and rule."""
    job = job_or_404(request, job_id)
    return _act(
        request,
        job,
        lambda: services.plan_again(job=job, actor_id=request.user.pk),
        "Planned again, over the prices as they are now.",
    )
