"""Campaigns' layers: make one, put it on variants and take it away. Prices follow by themselves.

Whoever moves layers locks the variants first, as every writer of a price does; what is computed
after that lock sees the layers as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from catalog_sync.api import lock_variants_named
from pricing.enums import Cause, OutsideEditPolicy
from pricing.models import PriceLayer, PricingJob, PricingRule
from pricing.recording import release_covered
from pricing.rules import Rule, asks_for_levels, asks_for_stock, rules_to_json

from .following import follow

_PUT: Final = """
INSERT INTO pricing_coveredvariant AS c (
  variant_id, shop_id, connection_id, stack, let_go, base_price, base_compare_at, base_at)
SELECT v.id, v.shop_id, v.connection_id, n.layers, '{}', v.price, v.compare_at,
       v.vendor_updated_at
FROM (SELECT variant, array_agg(DISTINCT layer) AS layers
      FROM unnest(%(variants)s::uuid[], %(layers)s::uuid[]) AS m(variant, layer)
      GROUP BY variant) n
JOIN catalog_sync_variant v ON v.id = n.variant
ORDER BY v.vendor_id
ON CONFLICT (variant_id) DO UPDATE SET stack = c.stack || ARRAY(
  SELECT layer FROM unnest(EXCLUDED.stack) layer
  WHERE layer <> ALL(c.stack) AND layer <> ALL(c.let_go))
"""

_TAKE: Final = """
UPDATE pricing_coveredvariant c SET stack = ARRAY(
  SELECT layer FROM unnest(c.stack) layer WHERE layer <> ALL(n.layers))
FROM (SELECT variant, array_agg(layer) AS layers
      FROM unnest(%(variants)s::uuid[], %(layers)s::uuid[]) AS m(variant, layer)
      GROUP BY variant) n
WHERE c.variant_id = n.variant
"""

_OF_LAYER: Final = """
SELECT v.id, %(layer)s = ANY(c.stack) FROM pricing_coveredvariant c
JOIN catalog_sync_variant v ON v.id = c.variant_id
WHERE c.stack @> ARRAY[%(layer)s]::uuid[] OR c.let_go @> ARRAY[%(layer)s]::uuid[]
ORDER BY v.vendor_id FOR NO KEY UPDATE OF v
"""

_FORGET: Final = """
UPDATE pricing_coveredvariant
SET stack = array_remove(stack, %(layer)s), let_go = array_remove(let_go, %(layer)s)
WHERE variant_id = ANY(%(variants)s)
"""

_BACK_IN: Final = """
UPDATE pricing_coveredvariant SET let_go = array_remove(let_go, %(layer)s)
WHERE variant_id = ANY(%(variants)s)
"""


@dataclass(frozen=True, slots=True)
class LayerMove:
    """A layer that is put on a variant (``on``) or taken away from it."""

    variant_id: UUID
    layer_id: UUID
    on: bool


def make_layer(  # noqa: PLR0913 -- each is a property of the layer, all by keyword
    *,
    shop_id: UUID,
    connection_id: UUID,
    ref: UUID,
    name: str,
    rules: Sequence[Rule],
    priority: int = 100,
    builds_on: bool = False,
    outside_edits: OutsideEditPolicy = OutsideEditPolicy.ADOPT,
    min_margin: Decimal | None = None,
) -> UUID:
    """Make a layer that lies on nothing yet; returns its id. ``ref`` is the campaign's id."""
    layer = PriceLayer.objects.create(shop_id=shop_id, connection_id=connection_id, ref=ref)
    change_layer(
        layer.pk,
        name=name,
        rules=rules,
        priority=priority,
        builds_on=builds_on,
        outside_edits=outside_edits,
        min_margin=min_margin,
    )
    return layer.pk


@transaction.atomic
def change_layer(layer_id: UUID, *, rules: Sequence[Rule] | None = None, **columns: Any) -> None:
    """Change what a layer is; the caller makes sure that it lies on nothing."""
    if rules is not None:
        columns["asks_levels"] = asks_for_levels(rules)
        columns["asks_stock"] = asks_for_stock(rules)
        PricingRule.objects.filter(layer_id=layer_id).delete()
        PricingRule.objects.bulk_create(
            PricingRule(layer_id=layer_id, position=position, definition=definition)
            for position, definition in enumerate(rules_to_json(rules), 1)
        )
    PriceLayer.objects.filter(pk=layer_id).update(**columns)


def hold_layer(layer_id: UUID, *, held: bool) -> None:
    """Keep what is shown where a layer lies as it is, or let it be brought in line again.

    Somebody else's move of the same variant is still worked out with it.
    """
    PriceLayer.objects.filter(pk=layer_id).update(held=held)


def drop_layer(layer_id: UUID) -> None:
    """Delete a layer that never lay on anything, with its rules."""
    PriceLayer.objects.filter(pk=layer_id).delete()


@transaction.atomic
def lay(  # noqa: PLR0913 -- one use case, all by keyword
    *,
    shop_id: UUID,
    connection_id: UUID,
    moves: Sequence[LayerMove],
    cause: Cause,
    name: str,
    refs: Mapping[UUID, UUID],
    campaign_ref: UUID | None = None,
    also: Sequence[UUID] = (),
) -> PricingJob | None:
    """Put and take layers and have the prices of their variants follow.

    ``also``: variants whose layers stay, but may come to another price now. A layer that has let go
    of a variant is not put on it. ``refs``: whose move it is, by variant;
    ``campaign_ref``: when they are all of one campaign. Returns the job that writes; None when no
    price changes.
    """
    variant_ids = sorted({move.variant_id for move in moves} | set(also))
    if not variant_ids:
        return None
    lock_variants_named(variant_ids)
    for on, statement in ((True, _PUT), (False, _TAKE)):
        chosen = [move for move in moves if move.on is on]
        if chosen:
            with connection.cursor() as cursor:
                cursor.execute(
                    statement,
                    {
                        "variants": [move.variant_id for move in chosen],
                        "layers": [move.layer_id for move in chosen],
                    },
                )
    return follow(
        shop_id=shop_id,
        connection_id=connection_id,
        variant_ids=variant_ids,
        cause=cause,
        name=name,
        refs=refs,
        campaign_ref=campaign_ref,
    )


@transaction.atomic
def take_layer(layer_id: UUID, *, cause: Cause, name: str) -> PricingJob | None:
    """Take a layer away from everything it lies on, and have the prices follow.

    Returns the job that writes; None when no price changes.
    """
    layer = PriceLayer.objects.get(pk=layer_id)
    with connection.cursor() as cursor:
        cursor.execute(_OF_LAYER, {"layer": layer_id})
        rows = cursor.fetchall()
        variants = [row[0] for row in rows]
        cursor.execute(_FORGET, {"layer": layer_id, "variants": variants})
    if layer.held:
        hold_layer(layer_id, held=False)
    return follow(
        shop_id=layer.shop_id,
        connection_id=layer.connection_id,
        # Of those it had let go of, too: nobody needs to remember that any more.
        variant_ids=variants,
        cause=cause,
        name=name,
        refs=dict.fromkeys(variants, layer.ref),
        campaign_ref=layer.ref,
    )


@transaction.atomic
def take_back_in(layer_id: UUID, variant_ids: Sequence[UUID]) -> None:
    """Let a layer be put again on variants that it had let go of."""
    lock_variants_named(sorted(variant_ids))
    with connection.cursor() as cursor:
        cursor.execute(_BACK_IN, {"layer": layer_id, "variants": list(variant_ids)})
    release_covered(variant_ids)
