"""One job's page in every state."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.shops.api import ShopRequest, shop_page
from pricing import presenting as words
from pricing.enums import PricingJobState, SkipReason
from pricing.forms.verbs import ConfirmForm, EndForm, MomentForm
from pricing.models import PricingJob
from pricing.planning import rules_of
from pricing.queries import jobs, plans

from .reading import job_or_404
from .status import KEPT_SHOWN, LYING, decision_of, status_of
from .tables import tables


@require_safe
@shop_page()
def job_page(request: ShopRequest, job_id: UUID) -> HttpResponse:
    """Show one job by its state; htmx asks for what changes by itself only."""
    job = job_or_404(request, job_id)
    state = words.state_now(job, timezone.now())
    if request.headers.get("HX-Target") == "rows":
        context = {**status_of(request, job, state), **tables(request, job, state)}
        return render(request, "pricing/job_table.html", context)
    if request.headers.get("HX-Request"):
        answer = render(request, "pricing/job_status.html", status_of(request, job, state))
        if request.GET.get("seen") != state:
            # Another state is another page: tables, buttons and history are not part of this.
            answer["HX-Refresh"] = "true"
        return answer
    return show_job(request, job)


def show_job(
    request: ShopRequest,
    job: PricingJob,
    *,
    confirm_form: ConfirmForm | None = None,
    end_form: EndForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw the whole page; with a form that was refused, at the field where it was."""
    state = words.state_now(job, timezone.now())
    sentences = words.rule_sentences(rules_of(job), request.shop.currency)
    context = {
        **status_of(request, job, state),
        **decision_of(request, job, state, confirm_form=confirm_form, end_form=end_form),
        **tables(request, job, state),
        **_plan_parts(job, state, sentences),
        "title": job.name,
        "lead": words.asked_words(job, words.rules_in_short(sentences)),
        "crumbs": [("Price jobs", reverse("pricing:job_list"))],
        "history": jobs.history_of(job),
        "selection": words.chosen_words(job),
        "sentences": sentences,
    }
    return render(request, "pricing/job_page.html", context, status=status)


def _plan_parts(job: PricingJob, state: PricingJobState, sentences: list[str]) -> dict[str, Any]:
    """Return what a lying plan says of itself, and what a way back keeps of others' edits."""
    summary = plans.plan_summary(job)
    kept = job.rollback_of_id is not None and SkipReason.EDITED_SINCE in dict(summary.skips)
    parts: dict[str, Any] = {
        "kept": plans.kept_edits(job, limit=KEPT_SHOWN) if kept else [],
        "kept_count": dict(summary.skips).get(SkipReason.EDITED_SINCE, 0),
    }
    if state not in LYING:
        return parts
    counts = dict(summary.rules)
    return {
        **parts,
        "warnings": words.warning_rows(summary),
        "held": words.held_words(summary),
        "spread": words.bar_rows(summary),
        "ruled": [
            (position, sentence, counts.get(position, 0))
            for position, sentence in enumerate(sentences, 1)
        ],
    }


@require_safe
@shop_page()
def moment_words(request: ShopRequest) -> HttpResponse:
    """Say what a time means by the shop's clocks, while it is typed."""
    typed = next((value for name, value in request.GET.items() if name.endswith("_at")), "")
    zone = words.known_zone(request.shop.timezone)
    form = MomentForm({"at": typed}, zone=zone)
    moment = None
    if form.is_valid() and form.moment("at") is not None:
        moment = words.Moment.read(form.cleaned_data["at"], zone, timezone.now())
    context = {"moment": moment, "typed": typed, "late": moment and moment.at <= timezone.now()}
    return render(request, "pricing/parts/moment.html", context)
