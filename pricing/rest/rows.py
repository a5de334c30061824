"""Rows of plans and results as JSON."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from foundation.rest.api import Money, Percent
from pricing.contracts import Price
from pricing.enums import Outcome, PlanWarning, SkipReason
from pricing.models import PlannedChange, ProcessingResult
from pricing.planning import Sample
from pricing.presenting import PlanRow, reason_words


class VariantSerializer(serializers.Serializer[Any]):
    """The variant a row is about; `vendor_*` are Shopify's ids."""

    id = serializers.UUIDField()
    sku = serializers.CharField(allow_blank=True)
    title = serializers.CharField(allow_blank=True)
    product = serializers.CharField(allow_blank=True, help_text="The product's title.")
    product_id = serializers.UUIDField()
    vendor_id = serializers.IntegerField()
    vendor_product_id = serializers.IntegerField()


class PriceSerializer(serializers.Serializer[Any]):
    """A price; `compare_at` null: no sale is shown."""

    price = Money()
    compare_at = Money(allow_null=True)


class ShownSerializer(serializers.Serializer[Any]):
    """What the shop shows while a campaign lies over the price; it follows from the own price."""

    before = Money()
    after = Money(allow_null=True)


class PlanRowSerializer(serializers.Serializer[Any]):
    """One variant of a plan. `before` and `after` are the merchant's own price."""

    position = serializers.IntegerField(help_text="Its place in the catalogue's order.")
    variant = VariantSerializer()
    before = PriceSerializer()
    after = PriceSerializer(allow_null=True, help_text="null: it is left alone.")
    shown = ShownSerializer(allow_null=True, help_text="null: no campaign covers it.")
    percent = Percent(allow_null=True)
    margin = Percent(allow_null=True, help_text="After the change, in percent of the price.")
    cost = Money(allow_null=True)
    stock = serializers.IntegerField(allow_null=True)
    rule = serializers.IntegerField(allow_null=True, help_text="Which rule decided, from 1.")
    warnings = serializers.ListField(child=serializers.ChoiceField(PlanWarning.choices))
    skip = serializers.ChoiceField(
        SkipReason.choices, allow_null=True, help_text="Why it is left alone."
    )
    reason = serializers.CharField(allow_blank=True, help_text="The same in words.")


class SampleRowSerializer(PlanRowSerializer):
    """One variant of a plan that was not made, and so has no positions."""

    position = None  # type: ignore[assignment]  # REST framework's way to take a field out


class ResultRowSerializer(serializers.Serializer[Any]):
    """What became of one row. `before` and `after` are the merchant's own price."""

    id = serializers.IntegerField()
    variant = VariantSerializer()
    outcome = serializers.ChoiceField(Outcome.choices)
    reason = serializers.CharField(allow_blank=True)
    before = PriceSerializer(allow_null=True)
    after = PriceSerializer(allow_null=True)
    shown = ShownSerializer(allow_null=True, help_text="null: no campaign covered it.")
    found = PriceSerializer(
        allow_null=True, help_text="What was in the shop instead, or what our write replaced."
    )
    intended_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    vendor_updated_at = serializers.DateTimeField(
        allow_null=True, help_text="Shopify's time of our write."
    )
    vendor_request_id = serializers.CharField(allow_blank=True)


def plan_row(row: PlannedChange) -> dict[str, Any]:
    """Lay a row of a plan out."""
    words = PlanRow.of(row, {})
    under = row.base_before_price is not None
    return {
        "position": row.position,
        "variant": variant_of(row.variant),
        "before": words.before,
        "after": words.after,
        "shown": {"before": row.before_price, "after": row.target_price} if under else None,
        "percent": words.percent,
        "margin": words.margin,
        "cost": row.cost,
        "stock": row.stock,
        "rule": row.rule,
        "warnings": [str(each) for each in PlanWarning if row.warnings & each.bit],
        "skip": row.skip or None,
        "reason": reason_words(row.skip),
    }


def sample_row(sample: Sample, variant: Any) -> dict[str, Any]:
    """Lay a draft out as the row of a plan that it would become."""
    draft = sample.draft
    before, target = draft.before, draft.target or _Nothing
    base, goal = draft.base and draft.base.before, draft.base and draft.base.target
    row = PlannedChange(
        variant=variant,
        before_price=before.price,
        before_compare_at=before.compare_at,
        target_price=target.price,
        target_compare_at=target.compare_at,
        base_before_price=base and base.price,
        base_before_compare_at=base and base.compare_at,
        base_target_price=goal and goal.price,
        base_target_compare_at=goal and goal.compare_at,
        cost=draft.cost,
        stock=draft.stock,
        rule=draft.rule,
        warnings=sample.warnings,
        skip=draft.skip or "",
    )
    return plan_row(row)


def result_row(row: ProcessingResult) -> dict[str, Any]:
    """Lay a result out."""
    shown_before = price_of(row.before_price, row.before_compare_at)
    shown_after = price_of(row.target_price, row.target_compare_at)
    own_before = price_of(row.base_before_price, row.base_before_compare_at)
    own_after = price_of(row.base_target_price, row.base_target_compare_at)
    under = own_before is not None
    return {
        "id": row.pk,
        "variant": variant_of(row.variant),
        "outcome": row.outcome,
        "reason": reason_words(row.reason),
        "before": own_before if under else shown_before,
        "after": own_after if under else shown_after,
        "shown": {"before": row.before_price, "after": row.target_price} if under else None,
        "found": price_of(row.found_price, row.found_compare_at),
        "intended_at": row.intended_at,
        "settled_at": row.settled_at,
        "vendor_updated_at": row.written_updated_at,
        "vendor_request_id": row.vendor_request_id,
    }


class _Nothing:
    price = compare_at = None


def price_of(price: Decimal | None, compare_at: Decimal | None) -> Price | None:
    """Lay a price out; None: there was none."""
    return None if price is None else Price(price, compare_at)


def variant_of(variant: Any) -> dict[str, Any]:
    """Lay out which variant a row is about; its product has been read with it."""
    product = variant.product
    return {
        "id": variant.pk,
        "sku": variant.sku,
        "title": variant.title,
        "product": product.title,
        "product_id": product.pk,
        "vendor_id": variant.vendor_id,
        "vendor_product_id": product.vendor_id,
    }
