"""Entries of the price ledger as JSON."""

from typing import Any

from rest_framework import serializers

from foundation.rest.api import PersonSerializer, person_of
from pricing.enums import Cause, Layer
from pricing.models import AuditTrailEntry

from .rows import PriceSerializer, VariantSerializer, price_of, variant_of


class LedgerEntrySerializer(serializers.Serializer[Any]):
    """A change of the price that the shop shows. `own` is the merchant's own price after it."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    variant = VariantSerializer()
    layer = serializers.ChoiceField(Layer.choices, help_text="Whose price is shown after it.")
    campaign = serializers.UUIDField(
        allow_null=True,
        help_text="Whose price it is; of `base`, the campaign that let go of the variant.",
    )
    cause = serializers.ChoiceField(Cause.choices)
    before = PriceSerializer(allow_null=True)
    after = PriceSerializer()
    own = PriceSerializer(allow_null=True)
    price_job = serializers.UUIDField(allow_null=True)
    actor = PersonSerializer(allow_null=True)


def ledger_entry(row: AuditTrailEntry) -> dict[str, Any]:
    """Lay an entry out; its variant, product and person have been read with it."""
    return {
        "id": row.pk,
        "at": row.at,
        "variant": variant_of(row.variant),
        "layer": row.layer,
        "campaign": row.layer_ref,
        "cause": row.cause,
        "before": price_of(row.price_before, row.compare_at_before),
        "after": price_of(row.price_after, row.compare_at_after),
        "own": price_of(row.base_price, row.base_compare_at),
        "price_job": row.job_id,
        "actor": person_of(row.actor),
    }
