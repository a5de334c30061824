"""One stock event among many campaigns: the time to find and evaluate those it touches.

100,000 variants in the mirror; 10, 100 or 1,000 active campaigns, of which five are about the
variant that moves and the rest about 500 others each. Measured from the event's handler to the
evaluation's commit, the way a worker does both. The claim is that campaigns which are not touched
cost nothing: the largest number takes at most twice the smallest's time.
"""

import resource
import statistics
import time
import uuid
from typing import Any

from bench._big_shop import analyse, open_shop_with
from bench._house import django_on
from bench.rows import Row, claim
from config.door.stack import Options

VARIANTS = 100_000
CAMPAIGNS = (10, 100, 1_000)
TOUCHING = 5
MEMBERS = 500
EVENTS = 120
WARM_UP = 20
ROUNDS = 3
WANTED_RATIO = 0.5

_CAMPAIGNS = """
WITH made AS (
  INSERT INTO pricing_pricelayer (id, shop_id, connection_id, ref, name, priority, builds_on,
    outside_edits, asks_stock, asks_levels)
  SELECT gen_random_uuid(), %(shop)s, %(connection)s, gen_random_uuid(), 'Campaign ' || n, 100 + n,
         false, 'adopt', false, false
  FROM generate_series(1, %(campaigns)s) n RETURNING id, ref, name
), ruled AS (
  INSERT INTO pricing_pricingrule (layer_id, position, definition)
  SELECT id, 1, '{"action": {"kind": "percent", "value": "10"}}' FROM made
)
INSERT INTO campaigns_campaign (id, shop_id, connection_id, name, state, state_reason, paused_cause,
  layer_id, selection, follows_catalogue, triggers, cool_down_minutes, variants_total, variants_on,
  trigger_count)
SELECT ref, %(shop)s, %(connection)s, name, 'active', '', '', id, '{"all": true}', false,
       '[{"kind": "stock_below", "threshold": 5, "margin": 1}]', 0, 0, 0, 0
FROM made
"""

# The first campaigns are about the variants that move, the others about some of the rest.
_MEMBERS = """
INSERT INTO campaigns_campaignvariant (campaign_id, variant_id, last_levels)
SELECT c.id, v.id, '{}' FROM (
  SELECT id, row_number() OVER (ORDER BY id) AS n FROM campaigns_campaign
  WHERE connection_id = %(connection)s) c
JOIN LATERAL (
  SELECT id FROM catalog_sync_variant WHERE connection_id = %(connection)s
    AND CASE WHEN c.n <= %(touching)s THEN vendor_id = ANY(%(moving)s)
             ELSE vendor_id > 2000 + (c.n * 37) %% 900000 END
  ORDER BY vendor_id LIMIT %(members)s) v ON true
ON CONFLICT DO NOTHING
"""


@claim("campaign_match")
def measure() -> list[Row]:
    """Measure each number of campaigns in turns."""
    with django_on(Options(services=frozenset())) as stack:
        made, _ = open_shop_with(VARIANTS)
        moving = [101, 102, 103, 104, 105]
        times: dict[int, list[float]] = {each: [] for each in CAMPAIGNS}
        queries = {}
        for number in CAMPAIGNS * ROUNDS:
            _clear(stack.environment["DATABASE_OWNER_URL"])
            _campaigns(made, number, moving)
            analyse(stack.environment["DATABASE_OWNER_URL"])
            found, queries[number] = _events(made, moving)
            times[number].append(statistics.median(found))
    figures = {each: statistics.median(times[each]) * 1000 for each in CAMPAIGNS}
    most, least = figures[CAMPAIGNS[-1]], figures[CAMPAIGNS[0]]
    return [
        Row(
            name="campaign_match",
            figure=round(most, 2),
            unit="ms per event among 1,000 campaigns",
            floor=round(least, 2),
            ratio=round(least / most, 3),
            wanted=WANTED_RATIO,
            peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            baseline="the same event among 10 campaigns",
            facts={
                "variants": VARIANTS,
                "campaigns_touched": TOUCHING,
                "median_ms": {str(each): round(figures[each], 2) for each in CAMPAIGNS},
                "queries": {str(each): queries[each] for each in CAMPAIGNS},
            },
        )
    ]


def _clear(owner_url: str) -> None:
    import psycopg  # noqa: PLC0415 -- beside its use

    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(
            "TRUNCATE campaigns_campaign, pricing_pricelayer CASCADE",
        )


def _campaigns(made: Any, number: int, moving: list[int]) -> None:
    from django.db import connection  # noqa: PLC0415 -- Django is set up only now

    params = {
        "shop": made.shop_id,
        "connection": made.pk,
        "campaigns": number,
        "touching": TOUCHING,
        "moving": moving,
        "members": MEMBERS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CAMPAIGNS, params)
        cursor.execute(_MEMBERS, params)


def _events(made: Any, moving: list[int]) -> tuple[list[float], int]:
    """Let stock move where no trigger has an edge; returns seconds of each event, and queries."""
    from django.db import connection  # noqa: PLC0415 -- Django is set up only now
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 -- likewise

    from campaigns.enums import MoveCause  # noqa: PLC0415 -- likewise
    from campaigns.pending import note  # noqa: PLC0415 -- likewise
    from campaigns.services import evaluate_pending  # noqa: PLC0415 -- likewise
    from catalog_sync.models import Variant  # noqa: PLC0415 -- likewise

    ids = dict(
        Variant.objects.filter(connection=made, vendor_id__in=moving).values_list("vendor_id", "pk")
    )

    def event(number: int) -> None:
        variant: uuid.UUID = ids[moving[number % len(moving)]]
        note(
            shop_id=made.shop_id,
            connection_id=made.pk,
            causes={variant: MoveCause.STOCK},
        )
        done = evaluate_pending(shop_id=made.shop_id, connection_id=made.pk)
        assert done.asked == TOUCHING, done

    seconds = []
    for number in range(WARM_UP + EVENTS):
        # Stock itself is the mirror's: moved here outside the measured time.
        Variant.objects.filter(pk__in=ids.values()).update(stock=50 + number % 7)
        began = time.perf_counter()
        event(number)
        seconds.append(time.perf_counter() - began)
    with CaptureQueriesContext(connection) as captured:
        event(0)
    return seconds[WARM_UP:], len(captured)
