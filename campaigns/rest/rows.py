"""A campaign's variants, and what happened to them, as JSON."""

from typing import Any

from rest_framework import serializers

from campaigns.enums import MoveCause, MoveKind
from campaigns.models import CampaignMove, CampaignVariant
from foundation.rest.api import PersonSerializer, person_of
from pricing.api import Price
from pricing.rest.api import (
    PriceSerializer,
    VariantSerializer,
    variant_of,
)


class CampaignVariantSerializer(serializers.Serializer[Any]):
    """A variant that a campaign is about."""

    variant = VariantSerializer()
    on = serializers.BooleanField(help_text="The campaign's price lies on it.")
    holding = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Which of `triggers` hold, from 0. Other than `on` while a rest makes it wait.",
    )
    by_hand = serializers.BooleanField()
    shown = PriceSerializer(help_text="What the shop shows, as far as we know.")
    own = PriceSerializer(help_text="What the merchant's own price is.")
    stock = serializers.IntegerField(allow_null=True, help_text="At the last evaluation.")
    moved_at = serializers.DateTimeField(allow_null=True)
    look_again_at = serializers.DateTimeField(allow_null=True)
    let_go_at = serializers.DateTimeField(
        allow_null=True, help_text="Edited outside: left alone since. `take-back-in/` ends that."
    )


class CampaignMoveSerializer(serializers.Serializer[Any]):
    """What happened to a variant under a campaign."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(MoveKind.choices)
    cause = serializers.ChoiceField(MoveCause.choices)
    why = serializers.CharField(allow_blank=True)
    variant = VariantSerializer()
    stock = serializers.IntegerField(allow_null=True)
    actor = PersonSerializer(allow_null=True)


def variant_row(row: CampaignVariant) -> dict[str, Any]:
    """Lay a variant of a campaign out; what it is covered by has been read with it."""
    variant: Any = row.variant
    shown = Price(variant.price, variant.compare_at)
    covered = getattr(variant, "covered", None)
    return {
        "variant": variant_of(variant),
        "on": row.on,
        "holding": row.holding,
        "by_hand": row.by_hand,
        "shown": shown,
        "own": Price(covered.base_price, covered.base_compare_at) if covered else shown,
        "stock": row.last_stock,
        "moved_at": row.moved_at,
        "look_again_at": row.look_again_at,
        "let_go_at": row.let_go_at,
    }


def move_row(row: CampaignMove) -> dict[str, Any]:
    """Lay a move out."""
    return {
        "id": row.pk,
        "at": row.at,
        "kind": row.kind,
        "cause": row.cause,
        "why": row.why,
        "variant": variant_of(row.variant),
        "stock": row.stock,
        "actor": person_of(row.actor),
    }
