"""One stock webhook until the price is written in the shop, on an idle system.

The whole stack: the shop's delivery, the inbox, the mirror, the campaign's evaluation, the price
engine and its calls. From the sale until the shop has the new price, for one variant after the
other. The share of our own code is what is left without the calls abroad; the moment for which
events are gathered (``CAMPAIGNS_MOMENT_MS``) counts as ours.
"""

import os
import statistics
import time
from typing import TYPE_CHECKING, Any

import django

from bench.memory import peak_mb
from bench.rows import Row, claim
from config.door.stack import Options, Stack

if TYPE_CHECKING:
    from config.demo.merchant import Merchant

DOMAIN = "demo-shop.myshopify.com"
SERVICES = frozenset({"sandbox", "web", "worker-fast", "worker-remote", "worker-heavy", "beat"})
WORKERS = ("worker-fast", "worker-remote", "worker-heavy")
PRODUCTS, EACH = 60, 2
SALES = 60
WARM_UP = 5
REST_SECONDS = 0.3
WANTED_MS = 1_000.0
THRESHOLD = 3


@claim("stock_to_price")
def measure() -> list[Row]:
    """Sell variants down to the campaign's threshold, one after the other."""
    options = Options(
        services=SERVICES,
        sandbox_arguments=(
            *("--products", str(PRODUCTS)),
            *("--variants-per-product", str(EACH)),
            *("--points-factor", "1000"),
        ),
    )
    with Stack(options) as stack:
        os.environ.update(stack.environment)
        django.setup()
        stack.run_manage("seed_demo", "--json")
        seconds, abroad = _sales()
        memory = peak_mb(pid for name in WORKERS for pid in stack.supervisor.pids(name))
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


def _sales() -> tuple[list[float], list[float]]:
    """Return the seconds of each sale until its price, and the seconds of the calls in between."""
    from catalog_sync.api import start_full_sync  # noqa: PLC0415 -- needs the stack's environment
    from catalog_sync.models import Variant  # noqa: PLC0415 -- likewise
    from config.demo.merchant import Merchant  # noqa: PLC0415 -- likewise
    from config.demo.pricing_jobs import Desk  # noqa: PLC0415 -- likewise
    from config.demo.waiting import wait_until  # noqa: PLC0415 -- likewise
    from foundation.outbound.models import Exchange  # noqa: PLC0415 -- likewise
    from foundation.work.models import Job  # noqa: PLC0415 -- likewise

    desk, merchant = Desk.at(DOMAIN), Merchant(DOMAIN)
    job_id = start_full_sync(desk.connection.pk, desk.person.pk)
    wait_until(
        lambda: Job.objects.filter(pk=job_id, state="done").exists(), "the import", seconds=300
    )
    wait_until(lambda: merchant.summary()["subscriptions"], "the webhook subscriptions")
    _campaign(desk)
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


def _campaign(desk: Any) -> None:
    from campaigns.api import (  # noqa: PLC0415 -- needs the stack's environment
        CampaignSpec,
        activate,
        create,
        read_triggers,
    )
    from campaigns.models import Campaign  # noqa: PLC0415 -- likewise
    from catalog_sync.api import Selection  # noqa: PLC0415 -- likewise
    from config.demo.waiting import wait_until  # noqa: PLC0415 -- likewise
    from foundation.work.models import Job  # noqa: PLC0415 -- likewise
    from pricing.api import Action, simple_rule  # noqa: PLC0415 -- likewise

    campaign = create(
        shop_id=desk.shop_id,
        connection_id=desk.connection.pk,
        spec=CampaignSpec(
            name="Low stock",
            selection=Selection(all=True),
            triggers=read_triggers([{"kind": "stock_below", "threshold": THRESHOLD}]),
            rules=(simple_rule(Action.PERCENT, 10),),
        ),
        actor_id=desk.person.pk,
    )
    activate(campaign=campaign, actor_id=desk.person.pk)
    wait_until(
        lambda: Campaign.objects.filter(pk=campaign.pk, settled_at__isnull=False).exists(),
        "the campaign to be on",
    )
    wait_until(
        lambda: not Job.objects.filter(state__in=("queued", "running")).exists(), "a quiet house"
    )


def _await_price(merchant: "Merchant", vendor_id: int, since: int) -> None:
    ends = time.perf_counter() + 30
    while time.perf_counter() < ends:
        for effect in merchant.effects(since):
            if effect["source"] == "api" and effect.get("variant_id") == vendor_id:
                return
        time.sleep(0.005)
    message = f"The price of {vendor_id} did not follow within 30 s."
    raise TimeoutError(message)
