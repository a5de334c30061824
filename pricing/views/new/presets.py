"""What a new job begins with: a draft, an earlier job, filters in the address, or nothing."""

import uuid
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict

from foundation.shops.api import ShopRequest
from foundation.unsaved import data_of, open_of
from pricing.enums import JobKind
from pricing.forms.choosing import MANY, MOST_CHOSEN_BY_HAND
from pricing.forms.new import NewJobForm
from pricing.forms.taking_over import (
    choice_fields,
    put_address,
    put_fields,
    put_rules,
    take_over,
)
from pricing.models import JobDraft, PricingJob

KEPT = frozenset({*NewJobForm.base_fields, *MANY, "shown"}) - {"draft"}


@dataclass(frozen=True, slots=True)
class Beginning:
    """The fields to show, and where they come from."""

    data: QueryDict
    restored: JobDraft | None = None
    """The draft they are."""
    aside: JobDraft | None = None
    """An unfinished job that the first keystroke here will replace."""
    note: str = ""


def beginning_of(request: ShopRequest) -> Beginning:
    """Return what the form begins with.

    An address without presets brings the person's draft back; one with presets brings back the
    draft that began with the same, so that loading the page again loses nothing.
    """
    here = request.META.get("QUERY_STRING", "")[:2_000]
    draft = open_of(JobDraft, shop_id=request.shop.pk, user_id=request.user.pk)
    if draft is not None and here in ("", draft.document.get("origin", [""])[-1:][0]):
        return Beginning(data_of(draft), restored=draft)
    data, note = _preset(request)
    data["draft"], data["origin"] = str(uuid.uuid4()), here
    return Beginning(data, aside=draft, note=note)


def _preset(request: ShopRequest) -> tuple[QueryDict, str]:
    params = request.GET
    data, note = _copied(request, params.get("copy", ""))
    if not note:
        note = put_address(data, params)
        if price_file := params.get("price_file"):
            data["way"], data["price_file"] = "list", price_file
            put_rules(data, [{"action": {"kind": "file"}}])
        note = take_over(request.shop.pk, data).missing or note
    return data, note


def _copied(request: ShopRequest, job_id: str) -> tuple[QueryDict, str]:
    """Return an earlier job's choice, rules, policy and list; nothing when there is none."""
    data = QueryDict(mutable=True)
    try:
        wanted = UUID(job_id)
    except ValueError:
        return data, ""
    rows = PricingJob.objects.for_shop(request.shop.pk).filter(kind=JobKind.MANUAL, pk=wanted)
    job = rows.first()
    if job is None:
        return data, ""
    note = f"This is a copy of “{job.name}”. It becomes a job of its own."
    selection = {**job.selection}
    if selection.pop("outcomes", None) is not None:
        selection, said = _of_plan(job)
        note = f"{note} {said}".rstrip()
    put_fields(data, choice_fields(selection))
    if job.price_file_id is not None:
        data["price_file"] = str(job.price_file_id)
        if data["way"] != "filter":
            note += (
                " The earlier one took certain variants out of its price list; here the whole "
                "list is chosen: narrow it by search and filters."
            )
        data["way"] = "list"
    put_rules(data, [rule.definition for rule in job.rules.all()])
    data["name"], data["connection"] = job.name, str(job.connection_id)
    data["conflict_policy"] = job.conflict_policy
    return data, note


def _of_plan(job: PricingJob) -> tuple[dict[str, Any], str]:
    """Return the variants of a job that repeated the failed rows of another."""
    ids = list(job.plan.values_list("variant_id", flat=True)[: MOST_CHOSEN_BY_HAND + 1])
    if len(ids) <= MOST_CHOSEN_BY_HAND:
        return {"variant_ids": [str(each) for each in ids]}, ""
    return {}, "It repeated rows of another job, too many to be chosen one by one: choose anew."
