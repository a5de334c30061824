"""The audit record as an export: beside its page, above the shops whose people it names."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from config.audit import OBJECTS, audit_form, events_chosen
from foundation.exports.api import (
    Column,
    Exporter,
    Filter,
    InvalidExport,
    Params,
    both_clocks,
    person,
    register,
)
from foundation.shops.api import Role
from foundation.shops.models import Shop

_WORDS = {
    "text": "matching",
    "kind": "object",
    "who": "by",
    "since": "from",
    "until": "until",
}


def _clean(shop_id: UUID, posted: Mapping[str, str]) -> Params:
    form = audit_form(shop_id, posted)
    InvalidExport.unless_valid(form)
    params = form.params()
    if "who" in params:
        # The file's own page names the person, also after they have left the shop.
        params["name"] = dict(form.fields["who"].choices)[params["who"]]  # type: ignore[attr-defined]  # ChoiceField
    return params


def _rows(shop_id: UUID, params: Params) -> QuerySet[Any]:
    form = audit_form(shop_id, params, who=params.get("who", ""))
    return events_chosen(Shop.objects.get(pk=shop_id), form).order_by("-pk")


def _words(params: Params) -> str:
    said = {**params}
    if "kind" in said:
        said["kind"] = OBJECTS[said["kind"]][0].lower()
    if "name" in said:
        said["who"] = said["name"]
    told = [f"{word} {said[name]}" for name, word in _WORDS.items() if name in said]
    return ", ".join(told) or "everything"


AUDIT = register(
    Exporter(
        name="audit",
        title="Audit record",
        columns=(
            Column("event", "pk", plain=True),
            *both_clocks("at"),
            Column("actor", person("actor")),
            Column("actor_id", "actor_id", plain=True),
            Column("deed", "verb", plain=True),
            Column("object", "object_type", plain=True),
            Column("object_id", "object_id"),
            Column("reason", "reason"),
            Column("details", Cast("details", TextField())),
            Column("request_id", "request_id"),
        ),
        filters=(
            Filter("text", "A part of the deed or the reason, or the id of an object or request"),
            Filter("kind", "What it was done to", sorted(OBJECTS)),
            Filter("who", "The id of the person who did it"),
            Filter("since", "First day, in the shop's zone, as 2026-11-27"),
            Filter("until", "Last day, likewise"),
        ),
        clean=_clean,
        rows=_rows,
        words=_words,
        # The page shows it to everybody a line at a time. All of it at once, with the details of
        # every deed, is for those who answer for the shop.
        role=Role.APPROVER,
    )
)
