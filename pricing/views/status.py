"""What the upper part of a job's page shows, and what may be done with the job there."""

import datetime as dt
from typing import Any

from django.utils import timezone

from foundation.outbound.api import budget_gauge
from foundation.shops.api import Role, ShopRequest
from pricing import presenting as words
from pricing.approval import possible_approvers, reasons_for_approval
from pricing.enums import FINISHED, UNDER_WAY, PricingJobState
from pricing.forms.verbs import ConfirmForm, EndForm
from pricing.models import PricingJob
from pricing.queries import jobs, plans, results

PROBLEMS_SHOWN = 8
KEPT_SHOWN = 20
APPROVERS_NAMED = 3
S = PricingJobState
# States in which a plan lies and waits: its figures are shown.
LYING = (S.PLANNED, S.AWAITING_APPROVAL, S.SCHEDULED)


def status_of(request: ShopRequest, job: PricingJob, state: PricingJobState) -> dict[str, Any]:
    """Return what is read again every few seconds; nothing in it is typed into."""
    running, editor = state in UNDER_WAY, request.role.may(Role.EDITOR)
    open_state, now = state not in FINISHED, timezone.now()
    moved_at = jobs.moved_at(job) if running else job.finished_at
    return {
        "job": job,
        "here": request.get_full_path(),
        "state": state,
        "state_label": words.label_of(state),
        "state_tone": words.STATE_TONES.get(state, "neutral"),
        "running": running,
        "live": open_state,
        "poll": 3 if running or state is S.PLANNING else 15,
        "progress": words.Done.of(job),
        "moved_at": moved_at,
        "expected_end": words.expected_end(job, moved_at),
        "parts": words.outcome_parts(job),
        "holds": [words.HoldRow.of(hold) for hold in jobs.holds(job)] if open_state else [],
        "gauge": budget_gauge(job.connection_id) if running else None,
        "problems": results.latest_problems(job, limit=PROBLEMS_SHOWN) if running else [],
        "summary": plans.plan_summary(job) if state in LYING else None,
        "policy": words.policy_words(job),
        "paused": jobs.last_change(job) if state is S.PAUSED else None,
        "refused": jobs.last_change(job) if state is S.REJECTED else None,
        "begins": _moment(request, job.run_at, now) if state is S.SCHEDULED else None,
        "undos": [] if open_state else jobs.undone_by(job),
        "agains": [] if open_state else jobs.again_by(job),
        "repeatable": words.repeatable(job) if editor else {},
        "may_act": editor,
        "may_undo": editor and words.may_be_undone(job),
        "may_plan_again": editor and words.may_be_planned_again(job, state),
        "frozen": request.shop.frozen_at is not None,
    }


def _moment(request: ShopRequest, at: dt.datetime | None, now: dt.datetime) -> words.Moment | None:
    if at is None:
        return None
    return words.Moment.of(at, words.known_zone(request.shop.timezone), now)


def decision_of(
    request: ShopRequest,
    job: PricingJob,
    state: PricingJobState,
    *,
    confirm_form: ConfirmForm | None = None,
    end_form: EndForm | None = None,
) -> dict[str, Any]:
    """Return what a person is asked for below the status; it is not fetched again under them."""
    now, zone = timezone.now(), words.known_zone(request.shop.timezone)
    ends = _moment(request, job.ends_at, now) if state not in (S.REJECTED, S.EXPIRED) else None
    context: dict[str, Any] = {"zone": zone, "ends": ends}
    if ends is not None:
        context["end_form"] = end_form or EndForm(zone=zone)
    if state is S.PLANNED:
        reasons = reasons_for_approval(job) if job.planned_changes else []
        context |= {
            "confirm_form": confirm_form or ConfirmForm(zone=zone),
            "approval_reasons": reasons,
            "approvers": _approvers(job, request) if reasons else "",
        }
    elif state is S.AWAITING_APPROVAL:
        asked = request.user.pk in (job.confirmed_by_id, job.requested_by_id)
        context |= {
            "approval_reasons": job.approval_reasons,
            "approvers": _approvers(job, request),
            "asked_myself": asked,
            "may_approve": request.role.may(Role.APPROVER) and not asked,
            "begins": _moment(request, job.run_at, now),
        }
    return context


def _approvers(job: PricingJob, request: ShopRequest) -> str:
    """Name who may approve; empty when nobody but who asks could."""
    asker = job.confirmed_by_id or request.user.pk
    people = [each.email for each in possible_approvers(job, asker)]
    more = len(people) - APPROVERS_NAMED
    said = ", ".join(people[:APPROVERS_NAMED])
    return f"{said} and {more} more" if more > 0 else said
