"""`reprice`: how much of the vendor's budget reaches prices, and what our own code costs.

Standard plan, drained bucket, one steady minute: the points that the written rows need at least
(10 a product and 0.2 a variant, contract §3.2), over the points Shopify restored meanwhile. The
baseline is the budget itself. Then the budget is lifted a thousandfold: what is left is ours.
"""

import time
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bench._house import open_house
from bench.rows import Row, claim

if TYPE_CHECKING:
    from config.demo.pricing_jobs import Desk

VARIANTS_PER_PRODUCT = 5
# 5 variants a product is the dear case: 11 points for 5 prices instead of 60 for 250.
MINIMAL_POINTS = 10 + 0.2 * VARIANTS_PER_PRODUCT
STEADY_SECONDS = 60.0
WARM_SECONDS = 5.0
SMALL, LARGE = 1_000, 10_000


@claim("reprice")
def reprice() -> list[Row]:
    """Measure both; a stack each, since a stack is the process's Django."""
    from multiprocessing import get_context  # noqa: PLC0415 -- here only

    fresh = get_context("spawn")
    rows: list[Row] = []
    with fresh.Pool(1, maxtasksperchild=1) as pool:
        rows.append(pool.apply(steady))
    with fresh.Pool(1, maxtasksperchild=1) as pool:
        small = pool.apply(lifted, (SMALL,))
    with fresh.Pool(1, maxtasksperchild=1) as pool:
        large = pool.apply(lifted, (LARGE,))
    rows.append(_lifted_row(small, large))
    return rows


def _plan(desk: "Desk", name: str) -> Any:
    from pricing.api import Action, simple_rule  # noqa: PLC0415 -- likewise

    return desk.plan(name, simple_rule(Action.AMOUNT, Decimal(1)))


def steady() -> Row:
    """One minute on the Standard plan from an empty bucket."""
    with open_house(products=SMALL, each=VARIANTS_PER_PRODUCT) as house:
        desk, merchant = house.desk, house.merchant
        job = _plan(desk, "One steady minute")
        merchant.set_bucket(plan="standard", points_factor=1, drain=True)
        desk.confirm(job)
        # The first calls learn that the bucket is empty; the minute begins after them.
        time.sleep(WARM_SECONDS)
        merchant.set_bucket(drain=True)
        time.sleep(WARM_SECONDS)
        before, since = merchant.bucket(), merchant.last_effect()
        time.sleep(STEADY_SECONDS)
        after = merchant.bucket()
        written = {
            effect["variant_id"]
            for effect in merchant.effects(since)
            if effect["source"] == "api" and effect["changed"]
        }
        memory = house.workers_mb()
    restored = after["restored"] - before["restored"]
    calls = after["calls"] - before["calls"]
    throttled = after["throttled"] - before["throttled"]
    minimal = len(written) / VARIANTS_PER_PRODUCT * MINIMAL_POINTS
    return Row(
        name="reprice.budget",
        figure=round(minimal / STEADY_SECONDS, 1),
        unit="minimal points of written rows/s",
        floor=round(restored / STEADY_SECONDS, 1),
        ratio=round(minimal / restored, 3),
        peak_rss_mb=memory,
        baseline="points restored by the Standard plan/s",
        wanted=0.90,
        facts={
            "variants_per_second": round(len(written) / STEADY_SECONDS, 1),
            "calls": calls,
            "throttled": throttled,
            "throttled_share": round(throttled / max(1, calls), 4),
        },
    )


def lifted(products: int) -> dict[str, Any]:
    """Write every price of a shop with the budget out of the way."""
    with open_house(products=products, each=VARIANTS_PER_PRODUCT) as house:
        desk, merchant = house.desk, house.merchant
        job = _plan(desk, "As fast as we can")
        calls = Counter(merchant.calls())
        began = time.monotonic()
        done = desk.run(job, seconds=900)
        seconds = time.monotonic() - began
        memory = house.workers_mb()
        made = Counter(merchant.calls()) - calls
    variants = products * VARIANTS_PER_PRODUCT
    if done.applied != variants:
        message = f"{done.applied} of {variants} prices were applied"
        raise AssertionError(message)
    return {
        "variants": variants,
        "seconds": round(seconds, 1),
        "per_second": round(variants / seconds, 1),
        "calls": sum(made.values()),
        "peak_mb": memory,
    }


def _lifted_row(small: dict[str, Any], large: dict[str, Any]) -> Row:
    return Row(
        name="reprice.lifted",
        figure=large["per_second"],
        unit="variants/s",
        floor=small["per_second"],
        ratio=round(large["peak_mb"] / small["peak_mb"], 3),
        peak_rss_mb=large["peak_mb"],
        baseline=f"the same with {small['variants']:,} variants; ratio is that of peak memory",
        wanted=1.2,
        facts={"small": small, "large": large},
    )
