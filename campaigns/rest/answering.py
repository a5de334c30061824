"""What all views of campaigns share: how they answer, and how a refusal is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.response import Response

from campaigns.models import Campaign
from foundation.rest.api import ApiRequest, FieldError, Problem
from pricing.api import IllegalMove, Refused

from .campaigns import campaign_or_404, detail, url_of
from .possible import possible_statuses

# What a body says and cannot be meant, whatever the campaign's state, with its place.
_MEANT = {
    "name_wrong": "#/name",
    "no_targets": "#/selection",
    "targets_move": "#/selection",
    "incomplete": "#/triggers",
    "asks_for_list": "#/rules",
    "ends_before_start": "#/ends_at",
    "number_wrong": "#",
}
_PLACES = {**_MEANT, "no_start": "#/starts_at", "start_over": "#/starts_at"}


@contextmanager
def refusals(request: ApiRequest, campaign: Campaign | None = None) -> Iterator[None]:
    """Turn what a verb refuses into problems; ``campaign`` is the one it was about."""
    try:
        yield
    except Refused as refused:
        place = _PLACES.get(refused.code)
        raise Problem(
            refused.code,
            refused.message,
            HTTPStatus.UNPROCESSABLE_ENTITY if refused.code in _MEANT else HTTPStatus.CONFLICT,
            [FieldError(place, refused.message)] if place else (),
            extra={} if campaign is None else _standing(request, campaign),
        ) from refused
    except IllegalMove as illegal:
        if campaign is None:
            raise
        raise illegal_move(request, campaign, str(illegal)) from illegal


def illegal_move(request: ApiRequest, campaign: Campaign, said: str) -> Problem:
    """Say that a campaign cannot move there, and where it can."""
    standing = _standing(request, campaign)
    ways = ", ".join(standing["possible"])
    onward = f"It can become: {ways}." if ways else "Its status cannot be changed."
    return Problem("illegal-move", f"{said} {onward} Nothing was changed.", extra=standing)


def _standing(request: ApiRequest, campaign: Campaign) -> dict[str, Any]:
    # As it is now: somebody else may have moved it since it was read.
    now = campaign_or_404(request, campaign.pk)
    return {
        "state": now.state,
        "possible": possible_statuses(now, request, timezone.now()),
    }


def answer(
    request: ApiRequest, campaign_id: UUID, *, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """Answer with a campaign as it is now."""
    campaign = campaign_or_404(request, campaign_id)
    response = Response(detail(request, campaign), status=status)
    if status == HTTPStatus.CREATED:
        response["Location"] = url_of(request, campaign_id)
    return response
