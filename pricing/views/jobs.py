"""The list of price jobs, and one job's page in every state."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.outbound.api import budget_gauge
from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page
from pricing import presenting as words
from pricing.enums import FINISHED, PricingJobState
from pricing.forms.filters import JobFilterForm
from pricing.planning import rules_of
from pricing.queries import jobs, plans, results
from pricing.rules import rules_words

from .reading import job_or_404

if TYPE_CHECKING:
    from pricing.models import PricingJob

PROBLEMS_SHOWN = 8
EDITS_SHOWN = 20
RUNNING = (PricingJobState.RUNNING, PricingJobState.CANCELLING)


@dataclass(frozen=True, slots=True)
class TabLink:
    """One tab above a table."""

    label: str
    url: str
    count: int | None
    current: bool
    tone: str = ""


@require_safe
@shop_page()
def job_list(request: ShopRequest) -> HttpResponse:
    """List the shop's price jobs, the latest first; htmx asks for the rows only."""
    now = timezone.now()
    form = JobFilterForm(request.GET)
    found = jobs.jobs_matching(request.shop.pk, form.chosen())
    page = page_of(found, request.GET, order=("-created_at", "-id"))
    context = {
        "title": "Price jobs",
        "lead": "Change many prices by rule: plan first, look, then confirm. Every job can be "
        "rolled back.",
        "rows": [words.JobRow.of(job, now) for job in page.items],
        "page": page,
        "filters": form,
        "may_plan": request.role.may(Role.EDITOR),
        "here": request.get_full_path(),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "pricing/job_rows.html" if fragment else "pricing/job_list.html"
    return render(request, name, context)


@require_safe
@shop_page()
def job_page(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Show one job by its state; htmx asks for what changes by itself only."""
    job = job_or_404(request, job_id)
    state = words.state_now(job, timezone.now())
    context = _status(request, job, state)
    if request.headers.get("HX-Target") == "rows":
        return render(
            request, "pricing/job_table.html", {**context, **_tables(request, job, state)}
        )
    if request.headers.get("HX-Request"):
        answer = render(request, "pricing/job_status.html", context)
        if request.GET.get("seen") != state:
            # Another state is another page: tables, buttons and history are not part of this.
            answer["HX-Refresh"] = "true"
        return answer
    rule = "; ".join(rules_words(rules_of(job), request.shop.currency))
    context |= {
        "title": job.name,
        "lead": words.asked_words(job, rule),
        "crumbs": [("Price jobs", reverse("pricing:job_list"))],
        "history": jobs.history_of(job),
        "selection": words.selection_words(job.selection),
        "rule": rule,
    }
    context |= _tables(request, job, state)
    return render(request, "pricing/job_page.html", context)


def _status(request: ShopRequest, job: "PricingJob", state: PricingJobState) -> dict[str, Any]:
    """Return what the upper part of the page shows; it is read again every few seconds."""
    running, editor = state in RUNNING, request.role.may(Role.EDITOR)
    open_state = state not in FINISHED
    return {
        "job": job,
        "here": request.get_full_path(),
        "state": state,
        "state_label": words.label_of(state),
        "state_tone": words.STATE_TONES.get(state, "neutral"),
        "running": running,
        "live": open_state,
        "progress": words.Done.of(job),
        "moved_at": jobs.moved_at(job) if running else job.finished_at,
        "parts": words.outcome_parts(job),
        "holds": [words.HoldRow.of(hold) for hold in jobs.holds(job)] if open_state else [],
        "gauge": budget_gauge(job.connection_id) if running else None,
        "problems": results.latest_problems(job, limit=PROBLEMS_SHOWN) if running else [],
        "summary": plans.plan_summary(job) if state == PricingJobState.PLANNED else None,
        "undos": [] if open_state else jobs.undone_by(job),
        "may_act": editor,
        "may_undo": editor and words.may_be_undone(job),
        "may_plan_again": editor and words.may_be_planned_again(job, state),
        "frozen": request.shop.frozen_at is not None,
    }


def _tables(request: ShopRequest, job: "PricingJob", state: PricingJobState) -> dict[str, Any]:
    """Return the table below: the plan, or what became of it."""
    has_results = bool(words.outcome_parts(job)) or job.started_at is not None
    if not job.plan_hash:
        return {}
    if request.GET.get("view") == "plan" or not has_results:
        return {**_plan_table(request, job), "has_results": has_results}
    return {
        **_result_table(request, job),
        "has_results": has_results,
        "edits": results.overwritten_edits(job, limit=EDITS_SHOWN) if job.overwritten else [],
        "reasons": [words.ReasonRow.of(group) for group in results.reason_groups(job)]
        if state in FINISHED
        else [],
    }


def _plan_table(request: ShopRequest, job: "PricingJob") -> dict[str, Any]:
    shown = request.GET.get("show", "")
    summary = plans.plan_summary(job)
    tabs = [
        ("", "All", summary.changes + summary.skipped, ""),
        ("changes", "Changes", summary.changes, ""),
        *((str(skip), str(skip.label), count, "") for skip, count in summary.skips),
    ]
    shown = shown if shown in {name for name, *_ in tabs} else ""
    return {
        "view": "plan",
        "shown": shown,
        "totals": summary,
        "page": page_of(plans.plan_rows(job, shown), request.GET, order=("position",)),
        "tabs": _links("plan", tabs, shown),
    }


def _result_table(request: ShopRequest, job: "PricingJob") -> dict[str, Any]:
    shown = request.GET.get("show", "")
    parts = words.outcome_parts(job)
    tabs = [
        ("", "All", sum(part.count for part in parts), ""),
        *((part.outcome, part.label, part.count, part.tone) for part in parts),
    ]
    shown = shown if shown in {name for name, *_ in tabs} else ""
    # Newest first while it runs would move under the eyes; the order is that of the run.
    page = page_of(results.result_rows(job, shown), request.GET, order=("id",))
    return {"view": "results", "shown": shown, "page": page, "tabs": _links("results", tabs, shown)}


def _links(view: str, tabs: list[tuple[str, str, int, str]], shown: str) -> list[TabLink]:
    return [
        TabLink(label, f"?view={view}&show={name}#rows", count, name == shown, tone)
        for name, label, count, tone in tabs
    ]
