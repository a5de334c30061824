"""Price jobs: list, create, look at one, preview without one."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from catalog_sync.api import Selection, variants_matching
from foundation.rest.api import (
    PAGE_PARAMETERS,
    ApiRequest,
    Problem,
    ShopAPIView,
    chosen,
    page_response,
    page_schema,
    read,
)
from foundation.shops.api import Role
from pricing.enums import JobKind, PricingJobState
from pricing.planning import Preview, chosen_variants
from pricing.queries.choosing import unknown_skus
from pricing.queries.jobs import JobFilter, jobs_matching
from pricing.queries.plans import PlanSummary
from pricing.rules import rule_words
from pricing.services import plan_job, preview_job

from .answering import answer, at_once, refusals
from .jobs import (
    PlanTotalsSerializer,
    PricingJobItemSerializer,
    PricingJobSerializer,
    items,
    totals,
)
from .requests import JobWishSerializer
from .rows import SampleRowSerializer, sample_row

SAMPLE = 50
_EXAMPLES = [
    OpenApiExample(
        "Ten percent off",
        description="Everything of one vendor, ten percent off, prices that end in .99, never at "
        "a margin below 20 %.",
        value={
            "name": "Winter sale",
            "selection": {"vendor": "Maple"},
            "rules": [
                {
                    "action": {"kind": "percent", "value": "-10"},
                    "compare_at": {"kind": "old_price"},
                    "rounding": {"step": "1", "ending": "0.99"},
                    "guards": [{"kind": "min_margin", "value": "20"}],
                }
            ],
        },
        request_only=True,
    ),
    OpenApiExample(
        "By stock",
        description="The first rule whose conditions hold decides: what lies long goes down, what "
        "is short goes up, the rest is left alone.",
        value={
            "selection": {"all": True},
            "rules": [
                {
                    "name": "Plenty",
                    "when": {"items": [{"field": "stock", "op": "gte", "value": "100"}]},
                    "action": {"kind": "percent", "value": "-15"},
                },
                {
                    "name": "Short",
                    "when": {"items": [{"field": "stock", "op": "lt", "value": "5"}]},
                    "action": {"kind": "percent", "value": "5"},
                    "guards": [{"kind": "max_change", "value": "10", "otherwise": "skip"}],
                },
            ],
            "conflict_policy": "recompute",
        },
        request_only=True,
    ),
]


class PlanPreviewSerializer(serializers.Serializer[Any]):
    """What a plan would come to."""

    currency = serializers.CharField(help_text="Of all amounts.")
    totals = PlanTotalsSerializer()
    rows = SampleRowSerializer(many=True, help_text=f"The {SAMPLE} riskiest.")
    unknown_skus = serializers.ListField(
        child=serializers.CharField(), help_text="Of the SKUs asked for, those that nothing has."
    )


class JobsView(ShopAPIView):
    """All price jobs of the shop."""

    role = {"GET": Role.VIEWER, "POST": Role.EDITOR}  # noqa: RUF012 -- as the base has it

    @extend_schema(
        operation_id="pricing_jobs_list",
        summary="List price jobs, the latest first",
        parameters=[
            OpenApiParameter("state", enum=PricingJobState.values),
            OpenApiParameter("kind", enum=JobKind.values),
            *PAGE_PARAMETERS,
        ],
        responses=page_schema(PricingJobItemSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        """List price jobs. A plan that nobody confirmed in time counts as `expired`."""
        wanted = JobFilter(
            state=chosen(request, "state", PricingJobState.values),
            kind=chosen(request, "kind", JobKind.values),
        )
        return page_response(
            request,
            jobs_matching(request.shop.pk, wanted),
            PricingJobItemSerializer,
            order=("-created_at", "-id"),
            present=lambda jobs: items(request, jobs),
        )

    @extend_schema(
        operation_id="pricing_jobs_create",
        summary="Create a price job with its plan",
        request=JobWishSerializer,
        responses={201: PricingJobSerializer},
        examples=_EXAMPLES,
    )
    def post(self, request: ApiRequest) -> Response:
        """Plan a price change. Nothing is written in the shop before `confirm/`.

        Small plans are there with the answer (`state` is `planned`). Large ones are made in the
        background: `state` is `planning` and `Retry-After` says when to look again.
        """
        wanted = read(JobWishSerializer, request)
        _refuse_nothing(request, wanted)
        currency = request.shop.currency
        with refusals(request):
            job = plan_job(
                shop_id=request.shop.pk,
                connection_id=wanted["connection"],
                name=wanted.get("name") or rule_words(wanted["rules"][0], currency)[:120],
                selection=wanted["selection"],
                rules=wanted["rules"],
                actor_id=request.user.pk,
                conflict_policy=wanted["conflict_policy"],
                price_file_id=wanted.get("price_file"),
                at_once=at_once(),
            )
        return answer(request, job.pk, made=True)


def _refuse_nothing(request: ApiRequest, wanted: dict[str, Any]) -> None:
    """Say no to a job about nothing: somebody waits for its effect."""
    if "price_file" in wanted:
        return
    rows = chosen_variants(request.shop.pk, wanted["selection"], connection_id=wanted["connection"])
    if not rows.exists():
        raise Problem(
            "nothing-matches",
            "Nothing in the catalogue matches the selection. Look at its filters, and whether "
            "the account's products have been read.",
        )


class JobView(ShopAPIView):
    """One price job."""

    @extend_schema(
        operation_id="pricing_jobs_retrieve",
        summary="Look at a price job",
        responses=PricingJobSerializer,
    )
    def get(self, request: ApiRequest, job_id: UUID) -> Response:
        """Show a price job: what was asked for, what its plan comes to, how far it is.

        `links` has the addresses of what can be done with it now, by the person who asks.
        """
        return answer(request, job_id)


class PreviewView(ShopAPIView):
    """A plan without a job."""

    role = Role.EDITOR
    only_asks = True

    @extend_schema(
        operation_id="pricing_jobs_preview",
        summary="See what a price job would do, without creating it",
        request=JobWishSerializer,
        responses=PlanPreviewSerializer,
        examples=_EXAMPLES,
    )
    def post(self, request: ApiRequest) -> Response:
        """Say what the plan of such a job would come to; nothing is stored."""
        wanted = read(JobWishSerializer, request)
        with refusals(request):
            found = preview_job(
                shop_id=request.shop.pk,
                connection_id=wanted["connection"],
                selection=wanted["selection"],
                rules=wanted["rules"],
                price_file_id=wanted.get("price_file"),
                sample=SAMPLE,
            )
        skus = wanted["selection"].skus
        values = {
            "currency": request.shop.currency,
            "totals": totals(PlanSummary.of(found.facts)),
            "rows": _sample(request, found),
            "unknown_skus": unknown_skus(request.shop.pk, skus) if skus else [],
        }
        return Response(PlanPreviewSerializer(values).data)


def _sample(request: ApiRequest, found: Preview) -> list[dict[str, Any]]:
    ids = tuple(sample.draft.variant_id for sample in found.sample)
    rows = variants_matching(request.shop.pk, Selection(variant_ids=ids))
    variants = {row.pk: row for row in rows.select_related("product")}
    # One that was deleted in this very moment is not shown.
    return [
        sample_row(sample, variants[sample.draft.variant_id])
        for sample in found.sample
        if sample.draft.variant_id in variants
    ]
