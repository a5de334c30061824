"""Campaigns as JSON: what they are, how they stand, what else is on their variants."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers

from campaigns.enums import OVER, CampaignState
from campaigns.membership import matching
from campaigns.models import Campaign
from campaigns.queries.campaigns import history_of
from campaigns.queries.overlaps import overlaps_of
from campaigns.queries.variants import moves_of
from campaigns.specs import spec_of
from campaigns.triggers import needs, triggers_words
from catalog_sync.api import location_names
from foundation.rest.api import ApiRequest, Percent, PersonSerializer, person_of
from pricing.api import OutsideEditPolicy, rules_words
from pricing.rest.api import StoredRules

from .documents import StoredTargets, StoredTriggers
from .possible import may_be_changed, possible_statuses, possible_verbs
from .rows import CampaignMoveSerializer, move_row

LATEST = 10
_MOMENTS = ("created_at", "starts_at", "ends_at", "activated_at", "over_at", "settled_at")
_TABLES = ("variants", "moves", "ledger")


class CampaignCountsSerializer(serializers.Serializer[Any]):
    """How many variants it is about, on how many it is on, how often its price was put."""

    variants = serializers.IntegerField()
    on = serializers.IntegerField()
    triggered = serializers.IntegerField()


class CampaignItemSerializer(serializers.Serializer[Any]):
    """A campaign in a list."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    name = serializers.CharField()
    status = serializers.ChoiceField(CampaignState.choices)
    connection = serializers.UUIDField()
    priority = serializers.IntegerField()
    counts = CampaignCountsSerializer()
    created_by = PersonSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    activated_at = serializers.DateTimeField(allow_null=True)
    over_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(
        allow_null=True, help_text="When its variants were last brought in line with its status."
    )


class OverlapSerializer(serializers.Serializer[Any]):
    """Another campaign that is, or will be, on some of the same variants."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    name = serializers.CharField()
    status = serializers.ChoiceField(CampaignState.choices)
    priority = serializers.IntegerField()
    builds_on = serializers.BooleanField()
    variants = serializers.IntegerField(help_text="What both are about.")
    above = serializers.BooleanField(help_text="Its price shows where both lie.")


class StatusChangeSerializer(serializers.Serializer[Any]):
    """A move from one status to another."""

    before = serializers.ChoiceField(CampaignState.choices, allow_null=True)
    after = serializers.ChoiceField(CampaignState.choices)
    at = serializers.DateTimeField()
    actor = PersonSerializer(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class CampaignSerializer(CampaignItemSerializer):
    """A campaign with all that it is. `possible` and `links`: what this person can do with it."""

    status_reason = serializers.CharField(allow_blank=True)
    currency = serializers.CharField(help_text="Of all amounts.")
    selection = StoredTargets()
    follows_catalogue = serializers.BooleanField()
    matching = serializers.IntegerField(
        allow_null=True, help_text="How many variants its targets match now; null: it is over."
    )
    triggers = StoredTriggers()
    triggers_in_words = serializers.ListField(child=serializers.CharField())
    rules = StoredRules()
    rules_in_words = serializers.ListField(child=serializers.CharField())
    builds_on = serializers.BooleanField()
    outside_edits = serializers.ChoiceField(OutsideEditPolicy.choices)
    min_margin = Percent(allow_null=True)
    cool_down_minutes = serializers.IntegerField()
    moves_per_day = serializers.IntegerField(allow_null=True)
    rollback_job = serializers.UUIDField(
        allow_null=True, help_text="The price job that takes its prices away, now that it is over."
    )
    overlaps = OverlapSerializer(many=True, help_text="The one on top first.")
    latest_moves = CampaignMoveSerializer(many=True, help_text=f"The last {LATEST}.")
    history = StatusChangeSerializer(many=True)
    editable = serializers.BooleanField(help_text="Its other fields can be patched.")
    possible = serializers.ListField(
        child=serializers.ChoiceField(CampaignState.choices),
        help_text="What `status` can be patched to now.",
    )
    links = serializers.DictField(child=serializers.URLField())


def campaign_or_404(request: ApiRequest, campaign_id: UUID) -> Campaign:
    """Return a campaign of the shop; another shop's is not there."""
    rows: QuerySet[Campaign] = Campaign.objects.for_shop(request.shop.pk)
    found = (
        rows.select_related("layer", "created_by")
        .prefetch_related("layer__rules")
        .filter(pk=campaign_id)
        .first()
    )
    if found is None:
        raise Http404
    return found


def url_of(request: ApiRequest, campaign_id: UUID, name: str = "campaign") -> str:
    """Return the address of a campaign, of its rows or of a verb."""
    return request.build_absolute_uri(
        reverse(f"campaigns_api:{name}", kwargs={"campaign_id": campaign_id})
    )


def items(request: ApiRequest, campaigns: Sequence[Campaign]) -> list[dict[str, Any]]:
    """Lay a page of campaigns out."""
    return [_item(request, each) for each in campaigns]


def _item(request: ApiRequest, campaign: Campaign) -> dict[str, Any]:
    return {
        "id": campaign.pk,
        "url": url_of(request, campaign.pk),
        "name": campaign.name,
        "status": campaign.state,
        "connection": campaign.connection_id,
        "priority": campaign.layer.priority,
        "counts": {
            "variants": campaign.variants_total,
            "on": campaign.variants_on,
            "triggered": campaign.trigger_count,
        },
        "created_by": person_of(campaign.created_by),
        **{name: getattr(campaign, name) for name in _MOMENTS},
    }


def detail(request: ApiRequest, campaign: Campaign) -> Any:
    """Lay one campaign out, as :func:`campaign_or_404` has read it."""
    spec = spec_of(campaign)
    over = campaign.state in OVER
    asks_places = campaign.layer.asks_levels or needs(spec.triggers).locations
    places = location_names(campaign.shop_id) if asks_places else {}
    currency = request.shop.currency
    values = {
        **_item(request, campaign),
        "status_reason": campaign.state_reason,
        "currency": currency,
        "selection": campaign.selection,
        "follows_catalogue": campaign.follows_catalogue,
        "matching": None if over else matching(campaign).count(),
        "triggers": campaign.triggers,
        "triggers_in_words": triggers_words(spec.triggers, places),
        "rules": [rule.definition for rule in campaign.layer.rules.all()],
        "rules_in_words": rules_words(spec.rules, currency, places),
        "builds_on": spec.builds_on,
        "outside_edits": spec.outside_edits,
        "min_margin": spec.min_margin,
        "cool_down_minutes": spec.cool_down_minutes,
        "moves_per_day": spec.moves_per_day,
        "rollback_job": campaign.rollback_job_id,
        "overlaps": [] if over else _overlaps(request, campaign),
        "latest_moves": [move_row(row) for row in moves_of(campaign).order_by("-pk")[:LATEST]],
        "history": _history(campaign),
        "editable": may_be_changed(campaign, request),
        "possible": possible_statuses(campaign, request, timezone.now()),
        "links": _links(request, campaign),
    }
    return CampaignSerializer(values).data


def _overlaps(request: ApiRequest, campaign: Campaign) -> list[dict[str, Any]]:
    return [
        {
            "id": each.campaign_id,
            "url": url_of(request, each.campaign_id),
            "name": each.name,
            "status": each.state,
            "priority": each.priority,
            "builds_on": each.builds_on,
            "variants": each.variants,
            "above": each.above,
        }
        for each in overlaps_of(campaign)
    ]


def _history(campaign: Campaign) -> list[dict[str, Any]]:
    return [
        {
            "before": change.before or None,
            "after": change.after,
            "at": change.at,
            "actor": person_of(change.actor),
            "reason": change.reason,
        }
        for change in history_of(campaign)
    ]


def _links(request: ApiRequest, campaign: Campaign) -> dict[str, str]:
    names = ("campaign", *_TABLES, *possible_verbs(campaign, request))
    links = {name: url_of(request, campaign.pk, name) for name in names}
    if campaign.rollback_job_id is not None:
        address = reverse("pricing_api:job", kwargs={"job_id": campaign.rollback_job_id})
        links["rollback_job"] = request.build_absolute_uri(address)
    return {"self": links.pop("campaign"), **links}
