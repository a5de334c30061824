"""The table of a job's page: its plan, or what became of it."""

from typing import Any

from foundation.paging import page_of
from foundation.shops.api import ShopRequest
from foundation.tabs import ROWS, TabLink, link
from pricing import presenting as words
from pricing.enums import FINISHED, WRITTEN, Outcome, PlanWarning, PricingJobState
from pricing.forms.filters import RowsForm
from pricing.models import PricingJob
from pricing.queries import plans, results
from pricing.services.undoing import MOST_CHOSEN

EDITS_SHOWN = 20
BY_RISK, BY_POSITION = ("-risk", "position"), ("position",)


def tables(request: ShopRequest, job: PricingJob, state: PricingJobState) -> dict[str, Any]:
    """Return what the table below shows; nothing while there is no plan."""
    if not job.plan_hash:
        return {}
    has_results = bool(words.outcome_parts(job)) or job.started_at is not None
    form = RowsForm(request.GET)
    shared = {"has_results": has_results, "rows_form": form, "text": form.text("q")}
    if request.GET.get("view") == "plan" or not has_results:
        return {**shared, **_plan_table(request, job, form)}
    return {**shared, **_result_table(request, job, state, form)}


def _plan_table(request: ShopRequest, job: PricingJob, form: RowsForm) -> dict[str, Any]:
    summary = plans.plan_summary(job)
    text, rule = form.text("q"), form.chosen_rule
    tabs = [
        ("", "All", summary.changes + summary.skipped),
        ("changes", "Changes", summary.changes),
        *((str(skip), str(skip.label), count) for skip, count in summary.skips),
    ]
    warned = {str(each) for each, _ in summary.warnings}
    shown = form.text("show")
    shown = shown if shown in {name for name, *_ in tabs} | warned else ""
    by_risk = form.text("order") != "position"
    found = plans.plan_rows(job, shown, rule, text)
    page = page_of(found, request.GET, order=BY_RISK if by_risk else BY_POSITION)
    return {
        "view": "plan",
        "shown": shown,
        "page": page,
        "rows": _plan_rows(job, summary, page.items),
        "several_rules": len(summary.rules) > 1,
        "rule": rule,
        "warning": PlanWarning(shown).label if shown in warned else "",
        "by_risk": by_risk,
        "by_risk_url": link(request, ROWS, view="plan", order=""),
        "by_position_url": link(request, ROWS, view="plan", order="position"),
        "clear_url": link(request, ROWS, view="plan", show="", rule="", q="", order=""),
        "without_rule_url": link(request, ROWS, view="plan", rule=""),
        "tabs": _links(request, "plan", tabs, shown, counted=not text and rule is None),
    }


def _plan_rows(job: PricingJob, summary: plans.PlanSummary, rows: Any) -> list[words.PlanRow]:
    others = {}
    if PlanWarning.OTHER_JOB in dict(summary.warnings):
        flagged = [row.variant_id for row in rows if row.warnings & PlanWarning.OTHER_JOB.bit]
        others = plans.others_open(job, flagged)
    return [words.PlanRow.of(row, others) for row in rows]


def _result_table(
    request: ShopRequest, job: PricingJob, state: PricingJobState, form: RowsForm
) -> dict[str, Any]:
    parts = words.outcome_parts(job)
    tabs = [
        ("", "All", sum(part.count for part in parts)),
        *((part.outcome, part.label, part.count) for part in parts),
    ]
    shown, reason, text = form.text("show"), form.text("reason"), form.text("q")
    shown = shown if shown in {name for name, *_ in tabs} else ""
    # Newest first while it runs would move under the eyes; the order is that of the run.
    found = results.result_rows(job, shown, reason, text)
    page = page_of(found, request.GET, order=("id",))
    ended = state in FINISHED
    return {
        "view": "results",
        "shown": shown,
        "reason": reason,
        "page": page,
        "rows": page.items,
        "tabs": _links(request, "results", tabs, shown, counted=not text and not reason, reason=""),
        "clear_url": link(request, ROWS, view="results", show="", reason="", q=""),
        "without_reason_url": link(request, ROWS, view="results", reason=""),
        "most_chosen": MOST_CHOSEN,
        # Without a filter the whole job is what matches, and that has a button of its own.
        "may_undo_matching": ended and shown in ("", *WRITTEN) and bool(shown or reason or text),
        "edits": results.overwritten_edits(job, limit=EDITS_SHOWN) if job.overwritten else [],
        "reasons": _reasons(job) if ended else [],
    }


def _reasons(job: PricingJob) -> list[words.ReasonRow]:
    way_back = job.rollback_of_id is not None
    return [words.ReasonRow.of(each, way_back=way_back) for each in results.reason_groups(job)]


def _links(
    request: ShopRequest,
    view: str,
    tabs: list[tuple[str, str, int]],
    shown: str,
    *,
    counted: bool,
    **changed: str,
) -> list[TabLink]:
    """Make tabs that keep what else the table is narrowed to; counts are of all rows only."""
    return [
        TabLink(
            label,
            link(request, ROWS, view=view, show=name, **changed),
            count if counted else None,
            name == shown,
            str(words.OUTCOME_TONES.get(Outcome(name), "")) if name in Outcome.values else "",
        )
        for name, label, count in tabs
    ]
