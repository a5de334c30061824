"""The list of price jobs, and dropping the plans on it."""

from contextlib import suppress

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page
from pricing import presenting as words
from pricing import services
from pricing.enums import PricingJobState
from pricing.forms.filters import JobFilterForm
from pricing.models import PricingJob
from pricing.queries import jobs, shops

MOST_DROPPED = 200


@require_safe
@shop_page()
def job_list(request: ShopRequest) -> HttpResponse:
    """List the shop's price jobs, the latest first; htmx asks for the rows only."""
    now = timezone.now()
    editor = request.role.may(Role.EDITOR)
    people = shops.people_of(request.shop.pk)
    form = JobFilterForm(request.GET, zone=request.shop.timezone, people=people)
    chosen = form.chosen()
    found = jobs.jobs_matching(request.shop.pk, chosen)
    page = page_of(found, request.GET, order=("-created_at", "-id"))
    # Counted only where plans alone are listed: there they are what one would drop.
    plans = chosen.state in (PricingJobState.PLANNED, PricingJobState.EXPIRED) and editor
    context = {
        "title": "Price jobs",
        "lead": "Change many prices by rule: plan first, look, then confirm. Every job can be "
        "rolled back.",
        "rows": [words.JobRow.of(job, now) for job in page.items],
        "page": page,
        "filters": form,
        "may_plan": editor,
        "droppable": len(_droppable(request, form)) if plans else 0,
        "params": form.params(),
        "here": request.get_full_path(),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "pricing/job_rows.html" if fragment else "pricing/job_list.html"
    return render(request, name, context)


def _droppable(request: ShopRequest, form: JobFilterForm) -> list[PricingJob]:
    return list(jobs.plans_to_drop(request.shop.pk, form.chosen(), limit=MOST_DROPPED))


@require_POST
@shop_page(Role.EDITOR)
def drop_plans(request: ShopRequest) -> HttpResponse:
    """Drop all plans that match the filter; nothing of them was ever written."""
    people = shops.people_of(request.shop.pk)
    form = JobFilterForm(request.POST, zone=request.shop.timezone, people=people)
    dropped = 0
    for job in _droppable(request, form):
        # Somebody may confirm or drop it in this moment: then theirs counts.
        with suppress(services.IllegalMove):
            services.cancel(job=job, actor_id=request.user.pk)
            dropped += 1
    if dropped:
        said = "1 plan was dropped." if dropped == 1 else f"{dropped:,} plans were dropped."
        messages.success(request, f"{said} Nothing of it was written.")
    else:
        messages.info(request, "No plan matches the filter, so none was dropped.")
    back = redirect("pricing:job_list")
    back["Location"] += f"?{urlencode(form.params())}" if form.params() else ""
    return back
