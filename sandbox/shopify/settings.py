"""Everything the contract leaves open, and every dial of a running sandbox, in one place.

`[E]` and `(?)` in the field comments name the mark of the contract that the setting decides.
"""

from typing import Literal

import msgspec

PLANS: dict[str, float] = {
    "standard": 100.0,
    "advanced": 200.0,
    "plus": 1000.0,
    "enterprise": 2000.0,
}


class Settings(msgspec.Struct, kw_only=True):
    """Dials shared by all shops; changed at run time by `POST /_sandbox/settings`."""

    # §3.1 [E]: bucket = 20 x rate, recorded for three plans, assumed for enterprise.
    bucket_seconds: float = 20.0
    max_query_cost: int = 1000
    # §3.2 (?): how fractions of a cost end; floor and round fit the samples, round is stricter.
    cost_rounding: Literal["floor", "round", "ceil"] = "round"
    # §3.2 (?): "rows" refunds partly filled pages, "requested" never refunds anything.
    actual_cost: Literal["rows", "requested"] = "rows"
    # §3.2 (?): points per id of `nodes(ids:)` on top of 1 + children.
    nodes_cost_per_id: float = 0.0
    # §4.1 (?): rows of one productVariantsBulkUpdate; above it MAX_INPUT_SIZE_EXCEEDED.
    variants_ceiling: int = 2048
    array_ceiling: int = 250
    pagination_depth: int = 25_000
    # §4.1 (?): does a write of the values already there move updatedAt and send products/update?
    unchanged_write_bumps: bool = True
    # §4.1 (?): more decimals than the currency has: "round" (half up) or "refuse" (INVALID_INPUT).
    extra_decimals: Literal["round", "refuse"] = "round"
    # §4.1 (?): refuse a compare-at price at or below the price (the vendor does not, in practice).
    refuse_low_compare_at: bool = False
    # §6 (?): seconds until a write shows in list queries with `query:` and in counts.
    search_lag: float = 0.0
    # §5 (?): seconds a key of @idempotent is remembered.
    idempotency_seconds: float = 86_400.0
    # §3.1: seconds a call takes; while it runs its requested cost stays taken from the bucket.
    latency: float = 0.0
    # §4.1 / §14.3 (?): further seconds per variant of a price write.
    latency_per_variant: float = 0.0
    # §8.2 (?): seconds between retries; 8 of them, doubling, four hours in all.
    retry_steps: list[float] = msgspec.field(
        default_factory=lambda: [56.5, 113, 226, 452, 904, 1807, 3614, 7228]
    )
    # Divides every retry step; 1 is the vendor's clock.
    retry_clock: float = 1.0
    connect_timeout: float = 1.0
    total_timeout: float = 5.0
    deliveries_at_once: int = 32
    # §8.2 (?): the subscription goes when one delivery failed all its retries and none of the
    # subscription succeeded meanwhile ("quiet"), or in any case ("always"), or "never".
    delete_subscription: Literal["quiet", "always", "never"] = "quiet"
    # §7: version of webhook payloads, set in the app and not by the request.
    webhook_api_version: str = "2026-10"
    # §9: bulk queries at once, connections in one, and how deep they nest; the root counts (?).
    bulk_at_once: int = 5
    bulk_connections: int = 5
    bulk_depth: int = 2
    # §9: seconds until it runs (?), objects per second [R: 1,458 in 1 s, 18,919 in 7 s].
    bulk_start_seconds: float = 0.5
    bulk_objects_per_second: float = 2700.0
    # §9 (?): how much longer it takes to keep children with their parents (`groupObjects`).
    bulk_grouping_slowdown: float = 2.0
    # §9 (?): seconds from CANCELING to CANCELED.
    bulk_cancel_seconds: float = 1.0
    # §9: ten days for a query, seven days for its result.
    bulk_time_limit: float = 864_000.0
    bulk_url_seconds: float = 604_800.0
    # Divides every duration of bulk operations; 1 is the vendor's clock.
    bulk_clock: float = 1.0
    # Where results are fetched: another host than the shop, as with the vendor.
    bulk_result_origin: str = "https://bulk-results.shopify.test"
