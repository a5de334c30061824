"""One stock webhook until the price is written in the shop, on an idle system.

The whole stack: the shop's delivery, the inbox, the mirror, the campaign's evaluation, the price
engine and its calls. From the sale until the shop has the new price, for one variant after the
other. The share of our own code is what is left without the calls abroad; the moment for which
events are gathered (``CAMPAIGNS_MOMENT_MS``) counts as ours.
"""

import os
import statistics
import time
from typing import TYPE_CHECKING

from bench._house import House, open_house
from bench.rows import Row, claim

if TYPE_CHECKING:
    from config.demo.merchant import Merchant

PRODUCTS, EACH = 60, 2
SALES = 60
WARM_UP = 5
REST_SECONDS = 0.3
WANTED_MS = 1_000.0
THRESHOLD = 3


@claim("stock_to_price")
def measure() -> list[Row]:
    """Sell variants down to the campaign's threshold, one after the other."""
    with open_house(products=PRODUCTS, each=EACH) as house:
        seconds, abroad = _sales(house)
        memory = house.workers_mb()
    ordered = sorted(seconds)
    p95 = ordered[int(len(ordered) * 0.95)] * 1000
    own = 1 - sum(abroad) / sum(seconds)
    return [
        Row(
            name="stock_to_price",
            figure=round(p95, 1),
            unit="ms p95",
            floor=WANTED_MS,
            ratio=round(WANTED_MS / p95, 3),
            wanted=1.0,
            peak_rss_mb=memory,
            baseline="what is promised",
            facts={
                "sales": len(seconds),
                "median_ms": round(statistics.median(seconds) * 1000, 1),
                "slowest_ms": round(ordered[-1] * 1000, 1),
                "share_of_our_own_code": round(own, 3),
                "gathering_ms": int(os.environ.get("CAMPAIGNS_MOMENT_MS", "150")),
            },
        )
    ]


def _sales(house: House) -> tuple[list[float], list[float]]:
    """Return the seconds of each sale until its price, and the seconds of the calls in between."""
    from catalog_sync.models import Variant  # noqa: PLC0415 -- Django is set up only now
    from config.demo.waiting import wait_until  # noqa: PLC0415 -- likewise
    from foundation.outbound.models import Exchange  # noqa: PLC0415 -- likewise

    desk, merchant = house.desk, house.merchant
    wait_until(lambda: merchant.summary()["subscriptions"], "the webhook subscriptions")
    house.low_stock("Low stock", threshold=THRESHOLD, percent=10)
    sellable = list(
        Variant.objects.filter(connection=desk.connection, stock__gt=THRESHOLD + 1, price__gt=1)
        .order_by("vendor_id")
        .values_list("vendor_id", "stock")[: SALES + WARM_UP]
    )
    seconds, abroad = [], []
    for vendor_id, stock in sellable:
        time.sleep(REST_SECONDS)
        since, last = merchant.last_effect(), Exchange.objects.order_by("-pk").first()
        began = time.perf_counter()
        merchant.sell(vendor_id, (stock or 0) - THRESHOLD)
        _await_price(merchant, vendor_id, since)
        seconds.append(time.perf_counter() - began)
        time.sleep(0.1)
        calls = Exchange.objects.filter(pk__gt=last.pk if last else 0, status=200)
        abroad.append(sum(calls.values_list("milliseconds", flat=True)) / 1000)
    return seconds[WARM_UP:], abroad[WARM_UP:]


def _await_price(merchant: "Merchant", vendor_id: int, since: int) -> None:
    ends = time.perf_counter() + 30
    while time.perf_counter() < ends:
        for effect in merchant.effects(since):
            if effect["source"] == "api" and effect.get("variant_id") == vendor_id:
                return
        time.sleep(0.005)
    message = f"The price of {vendor_id} did not follow within 30 s."
    raise TimeoutError(message)
