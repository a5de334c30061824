"""The rows of a price job: its plan, and what became of it."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from foundation.rest.api import (
    PAGE_PARAMETERS,
    ApiRequest,
    ShopAPIView,
    chosen,
    page_response,
    page_schema,
)
from pricing.enums import Outcome, PlanWarning, SkipReason
from pricing.queries.plans import plan_rows
from pricing.queries.results import result_rows

from .jobs import job_or_404
from .rows import PlanRowSerializer, ResultRowSerializer, plan_row, result_row

_SHOWN = ("changes", *PlanWarning.values, *SkipReason.values)
_ORDERS = {"risk": ("-risk", "position"), "position": ("position",)}


class PlanView(ShopAPIView):
    """The plan of a price job, row by row."""

    @extend_schema(
        operation_id="pricing_jobs_plan",
        summary="List the rows of a plan",
        parameters=[
            OpenApiParameter(
                "show", enum=_SHOWN, description="`changes`, one warning, or one reason of skips."
            ),
            OpenApiParameter(
                "order",
                enum=list(_ORDERS),
                default="risk",
                description="Riskiest first, or the catalogue's order.",
            ),
            *PAGE_PARAMETERS,
        ],
        responses=page_schema(PlanRowSerializer),
    )
    def get(self, request: ApiRequest, job_id: UUID) -> Response:
        """List what would become of every chosen variant; none while the plan is being made."""
        job = job_or_404(request, job_id)
        shown = chosen(request, "show", _SHOWN)
        order = chosen(request, "order", list(_ORDERS)) or "risk"
        return page_response(
            request,
            plan_rows(job, shown),
            PlanRowSerializer,
            order=_ORDERS[order],
            present=lambda rows: map(plan_row, rows),
        )


class ResultsView(ShopAPIView):
    """What became of the rows of a price job."""

    @extend_schema(
        operation_id="pricing_jobs_results",
        summary="List what became of each row",
        parameters=[OpenApiParameter("outcome", enum=Outcome.values), *PAGE_PARAMETERS],
        responses=page_schema(ResultRowSerializer),
    )
    def get(self, request: ApiRequest, job_id: UUID) -> Response:
        """List results in the order of the run. `intended`: it is being written right now."""
        job = job_or_404(request, job_id)
        return page_response(
            request,
            result_rows(job, chosen(request, "outcome", Outcome.values)),
            ResultRowSerializer,
            order=("id",),
            present=lambda rows: map(result_row, rows),
        )
