"""Campaigns: list, create, look at one, change or move it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from campaigns.contracts import CampaignSpec
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.queries.campaigns import CampaignFilter, campaigns_matching
from campaigns.services import amend, create
from foundation.rest.api import (
    PAGE_PARAMETERS,
    ApiRequest,
    ShopAPIView,
    chosen,
    page_response,
    page_schema,
    read,
)
from foundation.shops.api import Role
from pricing.api import OutsideEditPolicy

from .answering import answer, refusals
from .campaigns import CampaignItemSerializer, CampaignSerializer, campaign_or_404, items
from .moving import bring_to
from .requests import REASON, STATUS, CampaignChangeSerializer, CampaignWishSerializer

MOST_TEXT = 200
_EXAMPLES = [
    OpenApiExample(
        "Short stock",
        description="Five percent up while five pieces or fewer are left; back down when there "
        "are more than eight.",
        value={
            "name": "Short stock",
            "selection": {"vendor": "Maple"},
            "triggers": [{"kind": "stock_below", "threshold": 5, "margin": 3}],
            "rules": [{"action": {"kind": "percent", "value": "5"}}],
            "cool_down_minutes": 30,
        },
        request_only=True,
    ),
    OpenApiExample(
        "Winter sale",
        description="Everything ten percent off for a week, never below a margin of 20 %.",
        value={
            "name": "Winter sale",
            "selection": {"all": True},
            "triggers": [{"kind": "always"}],
            "rules": [
                {
                    "action": {"kind": "percent", "value": "-10"},
                    "compare_at": {"kind": "old_price"},
                }
            ],
            "min_margin": "20",
            "starts_at": "2030-12-01T00:00:00-05:00",
            "ends_at": "2030-12-08T00:00:00-05:00",
        },
        request_only=True,
    ),
]


class CampaignsView(ShopAPIView):
    """All campaigns of the shop."""

    role = {"GET": Role.VIEWER, "POST": Role.EDITOR}  # noqa: RUF012 -- as the base has it

    @extend_schema(
        operation_id="campaigns_list",
        summary="List campaigns, the latest first",
        parameters=[
            OpenApiParameter("status", enum=CampaignState.values),
            OpenApiParameter("q", description="Words of the name."),
            *PAGE_PARAMETERS,
        ],
        responses=page_schema(CampaignItemSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        """List campaigns."""
        wanted = CampaignFilter(
            state=chosen(request, STATUS, CampaignState.values),
            text=request.query_params.get("q", "")[:MOST_TEXT].replace("\x00", ""),
        )
        return page_response(
            request,
            campaigns_matching(request.shop.pk, wanted).select_related("layer", "created_by"),
            CampaignItemSerializer,
            order=("-created_at", "-id"),
            present=lambda rows: items(request, rows),
        )

    @extend_schema(
        operation_id="campaigns_create",
        summary="Create a campaign, as a draft",
        request=CampaignWishSerializer,
        responses={201: CampaignSerializer},
        examples=_EXAMPLES,
    )
    def post(self, request: ApiRequest) -> Response:
        """Make a draft; nothing happens before its status becomes `active`, or `scheduled`.

        The answer says it in words, how many variants its targets match, and which other campaigns
        are on them, in the order in which they apply. A draft that matches nothing yet is made; it
        is refused when it is to begin.
        """
        wanted = read(CampaignWishSerializer, request)
        connection_id = wanted.pop("connection")
        with refusals(request):
            campaign = create(
                shop_id=request.shop.pk,
                connection_id=connection_id,
                spec=CampaignSpec(**_values(wanted)),
                actor_id=request.user.pk,
            )
        return answer(request, campaign.pk, status=HTTPStatus.CREATED)


class CampaignView(ShopAPIView):
    """One campaign."""

    role = {"GET": Role.VIEWER, "PATCH": Role.EDITOR}  # noqa: RUF012 -- as the base has it

    @extend_schema(
        operation_id="campaigns_retrieve",
        summary="Look at a campaign",
        responses=CampaignSerializer,
    )
    def get(self, request: ApiRequest, campaign_id: UUID) -> Response:
        """Show a campaign: what it is, how it stands, what happened lately, what else is there."""
        return answer(request, campaign_id)

    @extend_schema(
        operation_id="campaigns_change",
        summary="Move a campaign, or change one that has not begun",
        request=CampaignChangeSerializer,
        responses=CampaignSerializer,
        examples=[OpenApiExample("Activate", value={"status": "active"}, request_only=True)],
    )
    def patch(self, request: ApiRequest, campaign_id: UUID) -> Response:
        """Give a campaign another `status`, or, while it is a draft or scheduled, other fields.

        Sent again it does nothing and is answered in the same way. To become `active` the shop is
        asked first whether it tells us what happens there; if not, the problem is `not-listening`.
        """
        campaign = campaign_or_404(request, campaign_id)
        wanted = read(CampaignChangeSerializer, request, partial=True)
        with refusals(request, campaign):
            if STATUS in wanted:
                bring_to(
                    campaign,
                    CampaignState(wanted[STATUS]),
                    actor_id=request.user.pk,
                    reason=wanted.get(REASON, ""),
                )
            else:
                _refuse_other_account(campaign, wanted)
                amend(campaign=campaign, changes=_values(wanted), actor_id=request.user.pk)
        return answer(request, campaign_id)


def _values(wanted: dict[str, Any]) -> dict[str, Any]:
    """Make of what was read what a spec is made of."""
    if "outside_edits" in wanted:
        wanted["outside_edits"] = OutsideEditPolicy(wanted["outside_edits"])
    return wanted


def _refuse_other_account(campaign: Campaign, wanted: dict[str, Any]) -> None:
    if wanted.pop("connection", campaign.connection_id) != campaign.connection_id:
        message = "A campaign stays with its account. Make another one for this account."
        raise ValidationError({"connection": [message]})
