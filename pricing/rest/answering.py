"""What all views of price jobs share: how they answer, and how a refusal is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from rest_framework.response import Response

from foundation.rest.api import ApiRequest, FieldError, Problem
from pricing.enums import PricingJobState
from pricing.models import PricingJob
from pricing.presenting import state_now
from pricing.services import IllegalMove, Refused

from .jobs import detail, job_or_404, url_of
from .possible import possible_verbs

SECONDS_TO_WAIT = "2"
_PLACES = {
    "run_at_wrong": "#/run_at",
    "ends_at_wrong": "#/ends_at",
    "no_such_file": "#/price_file",
    "file_not_ready": "#/price_file",
    "plan_changed": "#/plan_hash",
    "reason_missing": "#/reason",
}


def at_once() -> int:
    """Return how many variants are planned while the caller waits."""
    return int(settings.PRICING_PLAN_AT_ONCE)


@contextmanager
def refusals(request: ApiRequest, job: PricingJob | None = None) -> Iterator[None]:
    """Turn what a verb refuses into problems; ``job`` is the one it was about."""
    try:
        yield
    except Refused as refused:
        place = _PLACES.get(refused.code)
        errors = [FieldError(place, refused.message)] if place else []
        raise Problem(refused.code, refused.message, errors=errors) from refused
    except IllegalMove as illegal:
        if job is None:
            raise
        # As it is now: somebody else may have moved it since it was read.
        now = job_or_404(request, job.pk)
        moment = timezone.now()
        raise Problem(
            "illegal-move",
            f"{illegal} Somebody was quicker, or it was sent twice. Nothing was changed.",
            extra={
                "state": str(state_now(now, moment)),
                "possible": possible_verbs(now, request, moment),
            },
        ) from illegal


def answer(request: ApiRequest, job_id: UUID, *, made: bool = False) -> Response:
    """Answer with a job as it is now; ``made``: this request has made it."""
    job = job_or_404(request, job_id)
    response = Response(detail(request, job), status=HTTPStatus.CREATED if made else HTTPStatus.OK)
    if made:
        response["Location"] = url_of(request, job_id)
    if job.state == PricingJobState.PLANNING:
        response["Retry-After"] = SECONDS_TO_WAIT
    return response
