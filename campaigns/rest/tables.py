"""The rows of a campaign: its variants, what happened to them, the price ledger."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from campaigns.enums import MoveCause, MoveKind
from campaigns.queries.variants import SHOWN, moves_of, variants_of
from foundation.rest.api import (
    PAGE_PARAMETERS,
    ApiRequest,
    ShopAPIView,
    chosen,
    page_response,
    page_schema,
)
from pricing.api import ledger_of_campaign
from pricing.rest.api import LedgerEntrySerializer, ledger_entry

from .campaigns import campaign_or_404
from .rows import CampaignMoveSerializer, CampaignVariantSerializer, move_row, variant_row


class VariantsView(ShopAPIView):
    """What a campaign is about."""

    @extend_schema(
        operation_id="campaigns_variants",
        summary="List a campaign's variants",
        parameters=[
            OpenApiParameter(
                "show",
                enum=list(SHOWN),
                default="all",
                description="`waiting`: a rest keeps its price; `left`: edited outside.",
            ),
            *PAGE_PARAMETERS,
        ],
        responses=page_schema(CampaignVariantSerializer),
    )
    def get(self, request: ApiRequest, campaign_id: UUID) -> Response:
        """List the variants of a campaign that has begun; before that it has none."""
        campaign = campaign_or_404(request, campaign_id)
        return page_response(
            request,
            variants_of(campaign, chosen(request, "show", list(SHOWN)) or "all"),
            CampaignVariantSerializer,
            order=("id",),
            present=lambda rows: map(variant_row, rows),
        )


class MovesView(ShopAPIView):
    """What happened under a campaign."""

    @extend_schema(
        operation_id="campaigns_moves",
        summary="List what happened under a campaign, the latest first",
        parameters=[
            OpenApiParameter("kind", enum=MoveKind.values),
            OpenApiParameter("cause", enum=MoveCause.values),
            *PAGE_PARAMETERS,
        ],
        responses=page_schema(CampaignMoveSerializer),
    )
    def get(self, request: ApiRequest, campaign_id: UUID) -> Response:
        """List when its price was put on variants and taken away, and why."""
        rows = moves_of(campaign_or_404(request, campaign_id))
        for name, among in (("kind", MoveKind.values), ("cause", MoveCause.values)):
            if value := chosen(request, name, among):
                rows = rows.filter(**{name: value})
        return page_response(
            request,
            rows,
            CampaignMoveSerializer,
            order=("-id",),
            present=lambda found: map(move_row, found),
        )


class LedgerView(ShopAPIView):
    """What a campaign has done to prices."""

    @extend_schema(
        operation_id="campaigns_ledger",
        summary="List the price changes of a campaign, the latest first",
        parameters=PAGE_PARAMETERS,
        responses=page_schema(LedgerEntrySerializer),
    )
    def get(self, request: ApiRequest, campaign_id: UUID) -> Response:
        """List the entries of the price ledger that name the campaign."""
        campaign = campaign_or_404(request, campaign_id)
        return page_response(
            request,
            ledger_of_campaign(campaign.shop_id, campaign.pk),
            LedgerEntrySerializer,
            order=("-id",),
            present=lambda rows: map(ledger_entry, rows),
        )
