"""The page, the answer to a keystroke, and the way to begin afresh."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from foundation.shops.api import Role, ShopRequest, shop_page
from foundation.unsaved import FormClosed, document_of
from pricing.choice import choice_context
from pricing.enums import ConflictPolicy, PriceFileState
from pricing.forms.new import NewJobForm
from pricing.forms.rules import as_plain
from pricing.forms.taking_over import TakenOver, take_over
from pricing.forms.vocabulary import vocabulary
from pricing.models import PriceFile
from pricing.planning.manual import chosen_variants
from pricing.rules import Rule, rule_words
from pricing.services.drafting import drop_draft, plan_draft, save_draft
from pricing.services.refusing import Refused

from .presets import KEPT, Beginning, beginning_of
from .previewing import COUNTED, Preview, preview_of

MOST_FILES = 200
POLICY_HINTS = {
    ConflictPolicy.SKIP: "Theirs stays and is listed as a conflict.",
    ConflictPolicy.RECOMPUTE: "“10 % off” is then 10 % off their price.",
    ConflictPolicy.OVERWRITE: "Theirs is lost in the shop, and listed, to be restored.",
}


# What is typed is kept by the server: a page that the browser keeps would show less.
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@shop_page(Role.EDITOR)
def new_job(request: ShopRequest) -> HttpResponse:
    """Show the form, as it was left or preset; or create the job."""
    if request.method != "POST":
        begun = beginning_of(request)
        return _page(request, _form(request, begun.data), begun)
    data = request.POST.copy()
    took = take_over(request.shop.pk, data)
    form = _form(request, data)
    asked = "show" not in data
    valid = form.is_valid() and not took.missing
    if asked and valid:
        job_url = _made(request, form)
        if job_url:
            return redirect(job_url)
    kept = _keep(request, form)
    begun = Beginning(data, note=took.missing or kept)
    return _page(request, form, begun, checked=asked)


@require_POST
@shop_page(Role.EDITOR)
def preview_job(request: ShopRequest) -> HttpResponse:
    """Return what the form as it stands would do, and keep it; asked by htmx at each keystroke."""
    data = request.POST.copy()
    took = take_over(request.shop.pk, data)
    form = _form(request, data)
    form.is_valid()
    note = _keep(request, form)
    preview = preview_of(request.shop, form)
    context = {
        **_shown(request, form, preview, taken_over=took),
        "oob": True,
        "checked": True,
        "took": took,
        "note": took.missing or note,
        "renewed": data.get("draft") != request.POST.get("draft"),
    }
    return render(request, "pricing/new/answer.html", context)


@require_POST
@shop_page(Role.EDITOR)
def start_afresh(request: ShopRequest) -> HttpResponse:
    """Throw the draft away."""
    drop_draft(shop_id=request.shop.pk, user_id=request.user.pk)
    return redirect("pricing:new")


def _form(request: ShopRequest, data: QueryDict) -> NewJobForm:
    connections = list(request.shop.connections.all())
    try:
        UUID(str(data.get("draft")))
    except ValueError:
        data["draft"] = str(uuid.uuid4())
    # A form without an account, as presets are, means the first.
    if connections and not data.get("connection"):
        data["connection"] = str(connections[0].pk)
    return NewJobForm(
        data,
        connections=connections,
        files=_files(request, str(data.get("price_file") or "")),
        currency=request.shop.currency,
    )


def _files(request: ShopRequest, chosen: str) -> Sequence[PriceFile]:
    """Return the latest lists that can be used, and the chosen one however old it is."""
    rows = PriceFile.objects.for_shop(request.shop.pk).filter(state=PriceFileState.READY)
    with suppress(ValueError):
        is_chosen = ExpressionWrapper(Q(pk=UUID(chosen)), output_field=BooleanField())
        return list(rows.order_by(is_chosen.desc(), "-uploaded_at", "-id")[:MOST_FILES])
    return list(rows.order_by("-uploaded_at", "-id")[:MOST_FILES])


def _keep(request: ShopRequest, form: NewJobForm) -> str:
    """Keep what was entered as the person's draft; say so when it is a new one's from now on."""
    data: Any = form.data
    draft_id = form.cleaned_data.get("draft") or uuid.uuid4()
    data["draft"] = str(draft_id)
    try:
        save_draft(
            draft_id=draft_id,
            shop_id=request.shop.pk,
            user_id=request.user.pk,
            document=document_of(data, KEPT),
        )
    except FormClosed as closed:
        data["draft"] = str(uuid.uuid4())
        if closed.made_id is not None:
            return "A plan was made of this form already. What you change now is another job."
    return ""


def _made(request: ShopRequest, form: NewJobForm) -> str:
    """Have the job planned and return its address; empty, with errors, when it cannot be."""
    rules, connection_id = form.meant_rules, form.connection_id
    if form.selection is None or rules is None or connection_id is None:
        return ""
    rows = chosen_variants(
        request.shop.pk,
        form.selection,
        connection_id=connection_id,
        price_file_id=form.file_id,
    )
    if not rows.exists():
        form.add_error(None, "Nothing in the catalogue matches. Choose other variants.")
        return ""
    try:
        job, is_new = plan_draft(
            draft_id=form.cleaned_data.get("draft") or uuid.uuid4(),
            shop_id=request.shop.pk,
            actor_id=request.user.pk,
            connection_id=connection_id,
            name=form.cleaned_data["name"].strip() or _name_for(rules, request.shop.currency),
            selection=form.selection,
            rules=rules,
            conflict_policy=form.policy,
            price_file_id=form.file_id,
        )
    except Refused as refused:
        form.add_error("price_file", refused.message)
        return ""
    except FormClosed:
        form.add_error(None, "This form is out of date. Look it over and send it again.")
        return ""
    if is_new:
        said = "The plan is being made. Nothing is written before you confirm."
        messages.success(request, said)
    else:
        messages.info(request, "A plan was made of that form already: this one.")
    return reverse("pricing:job", kwargs={"job_id": job.pk})


def _name_for(rules: Sequence[Rule], currency: str) -> str:
    first = rules[0].name or rule_words(rules[0], currency)
    more = len(rules) - 1
    after = f", and {more} more rule{'' if more == 1 else 's'}" if more else ""
    return first[: 120 - len(after)] + after


def _page(
    request: ShopRequest, form: NewJobForm, begun: Beginning, *, checked: bool = False
) -> HttpResponse:
    form.is_valid()
    preview = preview_of(request.shop, form)
    # For a page without a script: what plain fields can say, they say.
    data: Any = form.data
    for name, value in (as_plain(form.document) or {}).items():
        data[name] = value
    if not checked:
        # Nothing was sent yet, so nothing is marked as wrong.
        form.errors.clear()
    context = {
        "title": "New price job",
        "lead": "Choose variants, say what becomes of their prices, and look at the plan. Nothing "
        "is written before you confirm it.",
        "crumbs": [("Price jobs", reverse("pricing:job_list"))],
        "checked": checked,
        "restored": begun.restored,
        "aside": begun.aside,
        "note": begun.note,
        "vocabulary": vocabulary(request.shop.currency, preview.locations),
        "policies": [
            (value, label, POLICY_HINTS[ConflictPolicy(value)])
            for value, label in ConflictPolicy.choices
        ],
        "policy": form.said("conflict_policy") or ConflictPolicy.SKIP,
        **_shown(request, form, preview, sent=checked),
    }
    return render(request, "pricing/new/page.html", context, status=422 if checked else 200)


def _shown(
    request: ShopRequest,
    form: NewJobForm,
    preview: Preview,
    *,
    taken_over: TakenOver | None = None,
    sent: bool = False,
) -> dict[str, Any]:
    told = {
        "counts": preview.tally.by_rule if preview.tally else {},
        "tried": preview.tally.tried if preview.tally else 0,
        "sent": sent,
    }
    return {
        **choice_context(request.shop.pk, form, preview, told, taken_over=taken_over),
        "counted": COUNTED,
        "draft": form.said("draft"),
    }
