"""What people do to a price job, from its plan to its way back."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from foundation.shops.api import Role, ShopRequest, shop_page
from pricing import presenting as words
from pricing import services
from pricing.enums import UNDER_WAY, Outcome, PricingJobState
from pricing.forms.filters import RowsForm
from pricing.forms.verbs import ConfirmForm, EndForm, named_rows
from pricing.models import PricingJob
from pricing.queries.results import result_rows, written_ids
from pricing.services import IllegalMove, Refused
from pricing.services.undoing import MOST_CHOSEN

from .job_page import show_job
from .reading import job_or_404

# Refusals that belong to what somebody typed.
FIELD_OF = {"run_at_wrong": "run_at", "ends_at_wrong": "ends_at"}


def _act(
    request: ShopRequest,
    job: PricingJob,
    verb: Callable[[], PricingJob | None],
    said: str,
    *,
    form: forms.Form | None = None,
) -> HttpResponse:
    """Do it once and say so; whatever was refused is said instead, and nothing was changed.

    What is wrong with a field of ``form`` is said there.
    """
    try:
        made = verb()
    except Refused as refused:
        field = FIELD_OF.get(refused.code)
        if form is not None and field in form.fields:
            form.add_error(field, refused.message)
            return _show_again(request, job, form)
        messages.error(request, refused.message)
        return redirect("pricing:job", job_id=job.pk)
    except IllegalMove as illegal:
        messages.info(request, f"{illegal} Somebody was quicker, or it was sent twice.")
        return redirect("pricing:job", job_id=job.pk)
    if said:
        messages.success(request, said)
    return redirect("pricing:job", job_id=(made or job).pk)


def _show_again(request: ShopRequest, job: PricingJob, form: forms.Form) -> HttpResponse:
    if isinstance(form, ConfirmForm):
        return show_job(request, job, confirm_form=form, status=422)
    assert isinstance(form, EndForm)  # noqa: S101 -- there are these two
    return show_job(request, job, end_form=form, status=422)


def _confirmed_words(state: PricingJobState, form: ConfirmForm) -> str:
    if state is PricingJobState.AWAITING_APPROVAL:
        return "Approval was asked for. Who may give it has been told by mail."
    if state is PricingJobState.SCHEDULED and form.run_moment is not None:
        moment = words.Moment.of(form.run_moment, form.zone, timezone.now())
        return f"Scheduled. It begins by itself on {moment.words}."
    return "Confirmed. The prices are being written."


@require_POST
@shop_page(Role.EDITOR)
def confirm_job(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Have the plan whose hash the form carries written, now or then, or ask for approval."""
    job = job_or_404(request, job_id)
    form = ConfirmForm(request.POST, zone=request.shop.timezone)
    if not form.is_valid():
        return show_job(request, job, confirm_form=form, status=422)

    def confirm() -> None:
        state = services.confirm(
            job=job,
            plan_hash=request.POST.get("plan_hash", ""),
            actor_id=request.user.pk,
            run_at=form.run_moment,
            ends_at=form.end_moment,
        )
        messages.success(request, _confirmed_words(state, form))

    return _act(request, job, confirm, "", form=form)


@require_POST
@shop_page(Role.APPROVER)
def approve_job(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Let a plan that waits for approval be written, now or at its time."""
    job = job_or_404(request, job_id)

    def approve() -> None:
        state = services.approve(
            job=job, plan_hash=request.POST.get("plan_hash", ""), actor_id=request.user.pk
        )
        scheduled = state is PricingJobState.SCHEDULED
        messages.success(
            request,
            "Approved. It begins by itself at its time."
            if scheduled
            else "Approved. The prices are being written.",
        )

    return _act(request, job, approve, "")


@require_POST
@shop_page(Role.APPROVER)
def reject_job(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Refuse a plan that waits for approval, with a reason."""
    job = job_or_404(request, job_id)
    return _act(
        request,
        job,
        lambda: services.reject(
            job=job, actor_id=request.user.pk, reason=request.POST.get("reason", "")
        ),
        "Rejected. Nothing was written; who asked sees why on this page.",
    )


@require_POST
@shop_page(Role.EDITOR)
def pause_job(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Let a run rest after the product it is writing."""
    job = job_or_404(request, job_id)
    return _act(
        request,
        job,
        lambda: services.pause(job=job, actor_id=request.user.pk),
        "Paused after the product that is being written. Resume it when you like.",
    )


@require_POST
@shop_page(Role.EDITOR)
def resume_job(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Let a paused run go on."""
    job = job_or_404(request, job_id)
    return _act(
        request,
        job,
        lambda: services.resume(job=job, actor_id=request.user.pk),
        "The run goes on.",
    )


@require_POST
@shop_page(Role.EDITOR)
def cancel_job(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Drop a plan, or stop a run."""
    job = job_or_404(request, job_id)
    said = (
        "Stopped. What was written stays; nothing more is written."
        if PricingJobState(job.state) in UNDER_WAY
        else "Dropped. Nothing was written."
    )
    return _act(request, job, lambda: services.cancel(job=job, actor_id=request.user.pk), said)


@require_POST
@shop_page(Role.EDITOR)
def change_job_end(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Move the time at which a job is taken back by itself, or drop it."""
    job = job_or_404(request, job_id)
    form = EndForm(request.POST, zone=request.shop.timezone)
    drop = request.POST.get("drop") == "1"
    ends_at = None if drop or not form.is_valid() else form.moment("ends_at")
    if not drop and form.errors:
        return show_job(request, job, end_form=form, status=422)
    return _act(
        request,
        job,
        lambda: services.change_end(job=job, ends_at=ends_at, actor_id=request.user.pk),
        "It is not taken back by itself any more." if drop else "The end was moved.",
        form=None if drop else form,
    )


@require_POST
@shop_page(Role.EDITOR)
def roll_back_job(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Plan the way back of a job, of the rows that were ticked, or of all that match a filter.

    The new job's page shows it before anything is written.
    """
    job = job_or_404(request, job_id)

    def roll_back() -> PricingJob:
        ids = _rows_meant(request, job)
        return services.roll_back(job=job, actor_id=request.user.pk, result_ids=ids)

    return _act(
        request, job, roll_back, "The way back is being planned. Look at it, then confirm it."
    )


def _rows_meant(request: ShopRequest, job: PricingJob) -> list[int] | None:
    """Return the results to take back; None: all of the job. Raises :class:`Refused`."""
    if request.POST.get("matching") == "1":
        form = RowsForm(request.POST)
        chosen = (form.text("show"), form.text("reason"), form.text("q"))
        if any(chosen):
            return written_ids(result_rows(job, *chosen), limit=MOST_CHOSEN + 1)
        return None
    if request.POST.get("chosen") != "1":
        return None
    named = named_rows(request.POST)
    if not named:
        raise Refused("nothing_chosen", "No row is ticked. Tick those that should be undone.")
    return named


@require_POST
@shop_page(Role.EDITOR)
def restore_edits(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Plan to put back edits that were overwritten: the ones named, or all of the job."""
    job = job_or_404(request, job_id)
    named = named_rows(request.POST)
    return _act(
        request,
        job,
        lambda: services.restore(job=job, actor_id=request.user.pk, result_ids=named or None),
        "Putting the edit back is being planned. Confirm it below.",
    )


@require_POST
@shop_page(Role.EDITOR)
def plan_job_again(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Make a new plan of the same selection and rules."""
    job = job_or_404(request, job_id)
    return _act(
        request,
        job,
        lambda: services.plan_again(job=job, actor_id=request.user.pk),
        "Planned again, over the prices as they are now.",
    )


@require_POST
@shop_page(Role.EDITOR)
def run_job_again(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Plan the same rules for the rows of a finished job that failed, or were in conflict."""
    job = job_or_404(request, job_id)
    outcomes = [Outcome(each) for each in request.POST.getlist("outcome") if each in Outcome.values]
    return _act(
        request,
        job,
        lambda: services.run_again(job=job, actor_id=request.user.pk, outcomes=outcomes),
        "Those rows are being planned again, over the prices as they are now.",
    )
