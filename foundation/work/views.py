"""The job pages: who runs, who waits, who died and why; cancel, replay, discard."""

import json
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from foundation.audit.api import events_of
from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page
from foundation.tabs import TabLink

from . import queries, services
from .enums import FINAL, JobState
from .forms import JobFilterForm, ReasonForm
from .models import Job
from .presenting import TAB_TONES, TAB_WORDS, JobRow, timeline
from .queries import Tab

if TYPE_CHECKING:
    from django.db.models import QuerySet

CHILDREN_SHOWN = 50
# What may be done to the jobs under a tab.
VERBS: dict[Tab, tuple[str, ...]] = {
    Tab.BUSY: ("cancel",),
    Tab.QUEUED: ("cancel",),
    Tab.SCHEDULED: ("cancel",),
    Tab.RETRYING: ("cancel",),
    Tab.PARKED: ("cancel",),
    Tab.DEAD: ("replay", "discard"),
    Tab.DONE: (),
}
NEEDED = {"cancel": Role.EDITOR, "replay": Role.EDITOR, "discard": Role.APPROVER}


def _jobs(request: ShopRequest) -> "QuerySet[Job]":
    return queries.visible_jobs(shop_id=request.shop.pk, ops=request.user.is_staff)


def _verbs(request: ShopRequest, tab: Tab) -> tuple[str, ...]:
    return tuple(verb for verb in VERBS[tab] if request.role.may(NEEDED[verb]))


@require_safe
@shop_page()
def job_list(request: ShopRequest) -> HttpResponse:
    """List the jobs under one tab; htmx asks for the part below the filters only."""
    now = timezone.now()
    form = JobFilterForm(request.GET)
    chosen = form.chosen()
    jobs = _jobs(request)
    counted = queries.counts(jobs, now)
    found = queries.matching(jobs, chosen, now).select_related("shop")
    page = page_of(found, request.GET)
    narrowed = form.is_narrowed
    kept = {"task": chosen.task, "group": chosen.group, "text": chosen.text}
    kept = {name: value for name, value in kept.items() if value}
    context = {
        "title": "Jobs",
        "lead": "Everything the workers do. A job is a row in the database: it survives "
        "restarts, crashes and a lost queue.",
        "page": page,
        "rows": [JobRow.of(job, now) for job in page.items],
        "tab": chosen.tab,
        "words": TAB_WORDS[chosen.tab],
        "tabs": [
            TabLink(
                label=TAB_WORDS[tab].label,
                url=f"?{urlencode({'tab': tab, **kept})}",
                count=counted.get(tab),
                current=tab is chosen.tab,
                tone=TAB_TONES.get(tab, ""),
            )
            for tab in Tab
        ],
        "filters": form,
        "narrowed": narrowed,
        "verbs": _verbs(request, chosen.tab),
        "total": found.count() if narrowed else counted.get(chosen.tab),
        "bulk": {"tab": str(chosen.tab), **kept},
        "here": request.get_full_path(),
    }
    fragment = bool(request.headers.get("HX-Request"))
    return render(request, "work/job_rows.html" if fragment else "work/job_list.html", context)


@require_safe
@shop_page()
def job_detail(request: ShopRequest, job_id: int) -> HttpResponse:
    """Show one job with everything that is known about it."""
    now = timezone.now()
    job = _jobs(request).select_related("shop", "parent").filter(pk=job_id).first()
    if job is None:
        raise Http404
    children = Job.objects.filter(parent_id=job.pk).order_by("pk") if job.total_children else None
    unfinished = job.state not in (*FINAL, JobState.DEAD)
    may = request.role.may
    context = {
        "title": queries.title_of(job.name),
        "crumbs": [("Jobs", reverse("work:jobs"))],
        "row": JobRow.of(job, now),
        "job": job,
        "purpose": queries.purpose_of(job.name),
        "payload": _pretty(queries.redacted(job.payload)),
        "checkpoint": _pretty(queries.redacted(job.checkpoint)) if job.checkpoint else "",
        "children": [JobRow.of(child, now) for child in children[:CHILDREN_SHOWN]]
        if children is not None
        else [],
        "child_states": queries.children_by_state(job) if children is not None else {},
        "timeline": timeline(job, events_of("job", job.pk)),
        "show_traceback": request.user.is_staff and bool(job.traceback),
        "may_cancel": unfinished and may(NEEDED["cancel"]),
        "may_replay": job.state == JobState.DEAD and may(NEEDED["replay"]),
        "may_discard": job.state == JobState.DEAD and may(NEEDED["discard"]),
        "unfinished": unfinished,
    }
    fragment = bool(request.headers.get("HX-Request"))
    return render(request, "work/job_facts.html" if fragment else "work/job_detail.html", context)


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)


@require_POST
@shop_page(Role.EDITOR)
def job_act(request: ShopRequest, job_id: int, verb: str) -> HttpResponse:
    """Cancel, replay or discard one job."""
    jobs = _jobs(request).filter(pk=job_id)
    if not jobs.exists():
        raise Http404
    _act(request, verb, jobs)
    return redirect("work:job", job_id=job_id)


@require_POST
@shop_page(Role.EDITOR)
def jobs_act(request: ShopRequest, verb: str) -> HttpResponse:
    """Cancel, replay or discard everything that matches the filter, not only this page."""
    chosen = JobFilterForm(request.POST).chosen()
    if verb not in VERBS[chosen.tab]:
        raise Http404
    _act(request, verb, queries.matching(_jobs(request), chosen, timezone.now()))
    return redirect(f"{reverse('work:jobs')}?{urlencode({'tab': chosen.tab})}")


def _act(request: ShopRequest, verb: str, jobs: "QuerySet[Job]") -> None:
    if verb not in NEEDED:
        raise Http404
    if not request.role.may(NEEDED[verb]):
        needed = NEEDED[verb].label.lower()
        message = f"To {verb} jobs you need the role {needed}. Ask an owner."
        raise PermissionDenied(message)
    actor = request.user.pk
    if verb == "cancel":
        count = services.cancel(jobs, actor_id=actor)
        said = "cancelled; one that runs stops at its next step"
    elif verb == "replay":
        count = services.replay(jobs, actor_id=actor)
        said = "put back into the queue with all attempts"
    else:
        reason = ReasonForm(request.POST)
        if not reason.is_valid():
            messages.error(request, "Nothing was discarded: say why, in at most 300 characters.")
            return
        count = services.discard(jobs, actor_id=actor, reason=reason.cleaned_data["reason"])
        said = "discarded for good"
    if count:
        messages.success(request, f"{count:,} job{'s' if count != 1 else ''} {said}.")
    else:
        messages.info(request, f"Nothing to {verb}: the jobs have moved on meanwhile.")
