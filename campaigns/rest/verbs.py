"""What is done with a campaign at an address of its own."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from campaigns import services
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from foundation.rest.api import ApiRequest, ShopAPIView, read
from pricing.api import IllegalMove

from .answering import answer, illegal_move, refusals
from .campaigns import CampaignSerializer, campaign_or_404, detail
from .possible import NEEDED
from .requests import RollbackSerializer, SwitchSerializer, TakeBackInSerializer

_NOTHING_TO_TAKE_BACK = {
    CampaignState.DRAFT: "The campaign has not begun: there is nothing to take back.",
    CampaignState.SCHEDULED: "The campaign has not begun: there is nothing to take back.",
    CampaignState.ENDED: "The campaign has ended, and its prices were taken away then.",
    CampaignState.ROLLING_BACK: "The campaign is being rolled back already. Look at it until it is "
    "rolled_back.",
    CampaignState.ROLLED_BACK: "The campaign is rolled back already.",
}


class SwitchedSerializer(serializers.Serializer[Any]):
    """How many variants were concerned, and the campaign as it is now."""

    changed = serializers.IntegerField(
        help_text="Those that are not the campaign's, or were so already, are not counted."
    )
    campaign = CampaignSerializer()


class RollbackView(ShopAPIView):
    """The way back."""

    role = NEEDED

    @extend_schema(
        operation_id="campaigns_rollback",
        summary="Take everything back that a campaign did",
        request=RollbackSerializer,
        responses={202: CampaignSerializer},
    )
    def post(self, request: ApiRequest, campaign_id: UUID) -> Response:
        """Take a campaign's prices away; `rolled_back` when the last one is written.

        Other campaigns' prices and edits made outside stay. Asked for a second time it is a 409
        whose `state` says how far the first has come: two people who both take it back should know
        of each other. Who only lost the answer repeats the request with its `Idempotency-Key`.
        """
        campaign = campaign_or_404(request, campaign_id)
        wish = read(RollbackSerializer, request)
        try:
            with refusals(request):
                services.roll_back(
                    campaign=campaign, actor_id=request.user.pk, reason=wish.get("reason", "")
                )
        except IllegalMove as illegal:
            now = CampaignState(campaign_or_404(request, campaign_id).state)
            said = _NOTHING_TO_TAKE_BACK.get(now, str(illegal))
            raise illegal_move(request, campaign, said) from illegal
        return answer(request, campaign_id, status=HTTPStatus.ACCEPTED)


class SwitchView(ShopAPIView):
    """On and off by hand."""

    role = NEEDED

    @extend_schema(
        operation_id="campaigns_switch",
        summary="Switch variants of a campaign on or off by hand",
        request=SwitchSerializer,
        responses=SwitchedSerializer,
    )
    def post(self, request: ApiRequest, campaign_id: UUID) -> Response:
        """Switch variants by hand, for an active campaign with a trigger `by_hand`.

        Of more than 1,000 variants the prices follow in a moment.
        """
        campaign = campaign_or_404(request, campaign_id)
        wish = read(SwitchSerializer, request)
        with refusals(request, campaign):
            changed = services.switch(
                campaign=campaign,
                on=wish["on"],
                variant_ids=wish.get("variant_ids"),
                actor_id=request.user.pk,
            )
        return _switched(request, campaign, changed)


class TakeBackInView(ShopAPIView):
    """Out of the list of what is left alone."""

    role = NEEDED

    @extend_schema(
        operation_id="campaigns_take_back_in",
        summary="Let a campaign have variants again that were edited outside",
        request=TakeBackInSerializer,
        responses=SwitchedSerializer,
    )
    def post(self, request: ApiRequest, campaign_id: UUID) -> Response:
        """Let an active campaign have variants again; the edited price is their own price now."""
        campaign = campaign_or_404(request, campaign_id)
        wish = read(TakeBackInSerializer, request)
        with refusals(request, campaign):
            changed = services.take_back_in(
                campaign=campaign, variant_ids=wish["variant_ids"], actor_id=request.user.pk
            )
        return _switched(request, campaign, changed)


def _switched(request: ApiRequest, campaign: Campaign, changed: int) -> Response:
    return Response(
        {"changed": changed, "campaign": detail(request, campaign_or_404(request, campaign.pk))}
    )
