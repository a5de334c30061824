"""What of prices can be exported: the ledger, a job's plan, a job's results."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, Func, QuerySet, TextField

from foundation.exports.api import (
    Column,
    Exporter,
    Filter,
    InvalidExport,
    Params,
    both_clocks,
    person,
    register,
    said_of,
)

from . import list_exporter  # noqa: F401 -- registers itself
from .columns import LEDGER_PRICES, WARES
from .enums import Cause, Layer, Outcome, PlanWarning, SkipReason
from .forms.filters import LedgerFilterForm, RowsForm
from .models import PricingJob
from .presenting import reason_words
from .queries.ledger import ledger_rows
from .queries.plans import plan_rows
from .queries.results import result_rows
from .queries.shops import people_of, zone_of

FILTER_WORDS = {
    "sku": "SKU",
    "layer": "Whose price",
    "cause": "Cause",
    "actor": "By",
    "job": "Job",
    "since": "From",
    "until": "Until",
}


class _Warnings(Func):
    """The names of a planned row's warnings, with a space between."""

    template = "concat_ws(' ', {})".format(
        ", ".join(
            f"CASE WHEN %(expressions)s & {each.bit} > 0 THEN '{each}' END" for each in PlanWarning
        )
    )
    output_field = TextField()

    def __init__(self) -> None:
        super().__init__(F("warnings"))


def _ledger_filter(shop_id: UUID, posted: Mapping[str, str]) -> Params:
    people = people_of(shop_id)
    form = LedgerFilterForm(posted, zone=zone_of(shop_id), people=people)
    InvalidExport.unless_valid(form)
    params = form.params()
    if "actor" in params:
        # The file's own page names the person, also after they have left the shop.
        params["by"] = dict(people)[params["actor"]]
    return params


def _ledger_rows(shop_id: UUID, params: Params) -> QuerySet[Any]:
    people = [(params["actor"], "")] if "actor" in params else []
    form = LedgerFilterForm(params, zone=zone_of(shop_id), people=people)
    return ledger_rows(shop_id, form.chosen()).order_by("-pk")


def _ledger_words(params: Params) -> str:
    labels: dict[str, Any] = {**dict(Layer.choices), **dict(Cause.choices)}
    if "by" in params:
        labels[params["actor"]] = params["by"]
    return said_of(params, FILTER_WORDS, labels)


LEDGER = register(
    Exporter(
        name="pricing.ledger",
        title="Price ledger",
        columns=(
            Column("entry", "pk", plain=True),
            *both_clocks("at"),
            *WARES,
            Column("whose_price", "layer", plain=True),
            Column("campaign_id", "layer_ref", plain=True),
            Column("cause", "cause", plain=True),
            Column("actor", person("actor")),
            *LEDGER_PRICES,
            Column("base_price_after", "base_price", plain=True),
            Column("base_compare_at_after", "base_compare_at", plain=True),
            Column("job", "job__name"),
            Column("job_id", "job_id", plain=True),
            Column("request_id", "request_id"),
            Column("shopify_request_id", "vendor_request_id"),
        ),
        filters=(
            Filter("sku", "A SKU, written in full"),
            Filter("layer", "Whose price it is", Layer.values),
            Filter("cause", "Why it changed", Cause.values),
            Filter("actor", "The id of the person who did it"),
            Filter("job", "The id of a price job"),
            Filter("since", "First day, in the shop's zone, as 2026-11-27"),
            Filter("until", "Last day, likewise"),
        ),
        clean=_ledger_filter,
        rows=_ledger_rows,
        words=_ledger_words,
    )
)


def _job_of(shop_id: UUID, posted: Mapping[str, str]) -> PricingJob:
    try:
        job_id = UUID(posted.get("job", ""))
    except ValueError as error:
        raise InvalidExport("say which price job.") from error
    job: PricingJob | None = PricingJob.objects.for_shop(shop_id).filter(pk=job_id).first()
    if job is None:
        raise InvalidExport("there is no such price job in this shop.")
    return job


def _narrowed(*names: str) -> Any:
    """Return the ``clean`` of an exporter of one job, with these filters of its table."""

    def clean(shop_id: UUID, posted: Mapping[str, str]) -> Params:
        job = _job_of(shop_id, posted)
        form = RowsForm(posted)
        InvalidExport.unless_valid(form)
        said = {name: form.text(name) for name in names}
        return {
            "job": str(job.pk),
            "name": job.name,
            **{name: value for name, value in said.items() if value},
        }

    return clean


def _plan_rows(shop_id: UUID, params: Params) -> QuerySet[Any]:
    rule = int(params["rule"]) if params.get("rule") else None
    job = _job_of(shop_id, params)
    return plan_rows(job, params.get("show", ""), rule, params.get("q", "")).order_by("position")


def _result_rows(shop_id: UUID, params: Params) -> QuerySet[Any]:
    chosen = (params.get(name, "") for name in ("show", "reason", "q"))
    return result_rows(_job_of(shop_id, params), *chosen).order_by("pk")


def _job_words(params: Params) -> str:
    labels: dict[str, Any] = {
        "changes": "changes",
        **{str(each): each.label for each in (*Outcome, *SkipReason, *PlanWarning)},
    }
    said = [params["name"]]
    if "show" in params:
        said.append(str(labels.get(params["show"], params["show"])).lower())
    if "rule" in params:
        said.append(f"rule {params['rule']}")
    if "reason" in params:
        said.append(f"“{reason_words(params['reason'])}”")
    if "q" in params:
        said.append(f"matching “{params['q']}”")
    return ", ".join(said)


_JOB = Filter("job", "The id of the price job", required=True)
_SEARCH = Filter("q", "A part of SKU or title")

PLAN = register(
    Exporter(
        name="pricing.plan",
        title="Plan of a price job",
        columns=(
            Column("row", "position", plain=True),
            *WARES,
            Column("price_before", "before_price", plain=True),
            Column("price_planned", "target_price", plain=True),
            Column("compare_at_before", "before_compare_at", plain=True),
            Column("compare_at_planned", "target_compare_at", plain=True),
            Column("base_price_before", "base_before_price", plain=True),
            Column("base_price_planned", "base_target_price", plain=True),
            Column("cost", "cost", plain=True),
            Column("stock", "stock", plain=True),
            Column("rule", "rule", plain=True),
            Column("warnings", _Warnings(), plain=True),
            Column("left_alone_because", "skip", plain=True),
        ),
        filters=(
            _JOB,
            Filter("show", "Which rows, as on the job's page"),
            Filter("rule", "The number of the rule whose rows are wanted"),
            _SEARCH,
        ),
        clean=_narrowed("show", "rule", "q"),
        rows=_plan_rows,
        words=_job_words,
    )
)
RESULTS = register(
    Exporter(
        name="pricing.results",
        title="Results of a price job",
        columns=(
            Column("result", "pk", plain=True),
            *WARES,
            Column("outcome", "outcome", plain=True),
            Column("reason", "reason"),
            Column("price_before", "before_price", plain=True),
            Column("price_planned", "target_price", plain=True),
            Column("price_found", "found_price", plain=True),
            Column("compare_at_before", "before_compare_at", plain=True),
            Column("compare_at_planned", "target_compare_at", plain=True),
            Column("compare_at_found", "found_compare_at", plain=True),
            *both_clocks("settled_at"),
            Column("shopify_request_id", "vendor_request_id"),
        ),
        filters=(
            _JOB,
            Filter("show", "Which rows, as on the job's page"),
            Filter("reason", "Those that ended for this reason"),
            _SEARCH,
        ),
        clean=_narrowed("show", "reason", "q"),
        rows=_result_rows,
        words=_job_words,
    )
)
