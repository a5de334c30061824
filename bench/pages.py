"""`pages`: the plan, the results and the ledger of a job of a million rows.

Whole requests through Django's own client in this process, so that the figure is server time:
first pages, pages from the middle, filters and searches in turns. The floor is the same page of a
job of a thousand rows in the same run; the number of queries must be the same for both.
"""

import random
import resource
import statistics
import time
from typing import Any

from bench._house import django_on
from bench.rows import Row, claim
from config.door.stack import Options

SMALL, LARGE = 1_000, 1_000_000
ROUNDS = 12
MOST_MS = 150.0
WANTED_RATIO = 0.4

_PLAN = """
INSERT INTO pricing_plannedchange (job_id, position, batch, variant_id, variant_vendor_id,
  product_vendor_id, before_price, target_price, cost, stock, rule, risk, warnings, skip)
SELECT %(job)s, row_number() OVER (ORDER BY v.vendor_id),
  CASE WHEN v.vendor_id %% 10 > 0 THEN v.vendor_id / 1000 END, v.id, v.vendor_id,
  v.vendor_id / 100, v.price, CASE WHEN v.vendor_id %% 10 > 0 THEN round(v.price * 0.9, 2) END,
  v.cost, v.stock, 1,
  CASE WHEN v.vendor_id %% 10 = 0 THEN -1 WHEN v.price * 0.9 < v.cost THEN 6001000 ELSE 1000 END,
  CASE WHEN v.vendor_id %% 10 > 0 AND v.price * 0.9 < v.cost THEN 2 ELSE 0 END,
  CASE WHEN v.vendor_id %% 10 = 0 THEN 'no_rule' ELSE '' END
FROM catalog_sync_variant v WHERE v.connection_id = %(connection)s
"""
_RESULTS = """
INSERT INTO pricing_processingresult (shop_id, job_id, planned_id, variant_id, outcome, reason,
  before_price, target_price, intended_at, settled_at, written_updated_at)
SELECT %(shop)s, p.job_id, p.id, p.variant_id,
  CASE WHEN p.skip <> '' THEN 'skipped' WHEN p.variant_vendor_id %% 97 = 0 THEN 'failed'
       WHEN p.variant_vendor_id %% 89 = 0 THEN 'conflict' ELSE 'applied' END,
  CASE WHEN p.skip <> '' THEN p.skip WHEN p.variant_vendor_id %% 97 = 0 THEN 'Shopify refused it'
       WHEN p.variant_vendor_id %% 89 = 0 THEN 'Changed in the shop since' ELSE '' END,
  p.before_price, p.target_price, now(), now(), now()
FROM pricing_plannedchange p WHERE p.job_id = %(job)s ORDER BY p.id
"""
_LEDGER = """
INSERT INTO pricing_audittrailentry (shop_id, variant_id, layer, cause, job_id, result_id,
  actor_id, price_before, price_after, base_price, vendor_updated_at)
SELECT r.shop_id, r.variant_id, 'base', 'manual_job', r.job_id, r.id, %(person)s, r.before_price,
  r.target_price, r.target_price, now()
FROM pricing_processingresult r WHERE r.job_id = %(job)s AND r.outcome = 'applied' ORDER BY r.id
"""
_EDITS = """
INSERT INTO pricing_audittrailentry (shop_id, variant_id, layer, cause, price_before, price_after,
  base_price, vendor_updated_at)
SELECT v.shop_id, v.id, 'outside', 'outside_edit', v.price, v.price + 1, v.price + 1, now()
FROM catalog_sync_variant v WHERE v.connection_id = %(connection)s
  AND v.vendor_id %% 100 IN (1, 2) AND (v.vendor_id / 100) %% 4 = 0
"""


@claim("pages")
def pages() -> list[Row]:
    """Measure the pages of a small and of a large job in turns."""
    with django_on(Options(services=frozenset(), environment={"LOG_LEVEL": "ERROR"})) as stack:
        from django.conf import settings  # noqa: PLC0415 -- Django is set up only now

        from bench._big_shop import analyse  # noqa: PLC0415 -- likewise

        # Not the test environment: it copies the context of every template that is drawn.
        settings.ALLOWED_HOSTS = ["testserver"]
        settings.SECURE_SSL_REDIRECT = False
        # No web process has collected the static files here; their addresses are not the claim.
        settings.STORAGES["staticfiles"] = {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
        small, large = _shop(SMALL), _shop(LARGE)
        analyse(stack.environment["DATABASE_OWNER_URL"])
        return [_row(kind, small, large) for kind in ("plan", "results", "ledger")]


def _shop(variants: int) -> dict[str, Any]:
    """Make a shop with a finished job over all of it; returns who looks and at what."""
    from django.db import connection  # noqa: PLC0415 -- Django is set up only now
    from django.test import Client  # noqa: PLC0415 -- likewise
    from django.utils import timezone  # noqa: PLC0415 -- likewise

    from bench._big_shop import open_shop_with  # noqa: PLC0415 -- likewise
    from pricing.models import PricingJob, PricingRule  # noqa: PLC0415 -- likewise

    made, owner = open_shop_with(variants)
    now = timezone.now()
    job = PricingJob.objects.create(
        shop_id=made.shop_id,
        connection=made,
        name=f"{variants:,} prices",
        state="completed",
        selection={"all": True},
        plan_hash="a" * 64,
        planned_at=now,
        started_at=now,
        finished_at=now,
        requested_by=owner,
        confirmed_by=owner,
        planned_changes=variants * 9 // 10,
        planned_skips=variants // 10,
    )
    PricingRule.objects.create(job=job, definition={"action": {"kind": "percent", "value": "-10"}})
    params = {
        "job": job.pk,
        "shop": made.shop_id,
        "connection": made.pk,
        "person": owner.pk,
    }
    with connection.cursor() as cursor:
        for statement in (_PLAN, _RESULTS, _LEDGER, _EDITS):
            cursor.execute(statement, params)
    _count(job)
    client = Client()
    client.force_login(owner)
    return {"client": client, "job": job, "variants": variants}


def _count(job: Any) -> None:
    """Give the job the counters and the plan's sums that its rows come to."""
    from django.db.models import Count  # noqa: PLC0415 -- Django is set up only now

    from pricing.models import PricingJob  # noqa: PLC0415 -- likewise

    counts = dict(job.results.values_list("outcome").annotate(count=Count("pk")))
    below = job.plan.filter(warnings=2).count()
    PricingJob.objects.filter(pk=job.pk).update(
        **counts,
        plan_facts={
            "changes": job.planned_changes,
            "skips": {"no_rule": job.planned_skips},
            "warnings": {"below_cost": below},
            "rules": {"1": job.planned_changes + job.planned_skips},
            "bars": [0, 0, 0, 0, job.planned_changes, 0, 0, 0, 0, 0, 0, 0],
            "falls": job.planned_changes,
        },
    )


def _addresses(kind: str, shop: dict[str, Any]) -> list[str]:
    """Return what people open: first pages, filters, searches, one from the middle."""
    page, sku = f"/pricing/{shop['job'].pk}/", "SKU-10101"
    if kind == "plan":
        filters = ("", "&show=changes", "&show=below_cost", "&show=no_rule", f"&q={sku}")
        return [f"{page}?view=plan{each}" for each in filters]
    if kind == "results":
        filters = ("", "&show=failed", "&show=applied", "&show=skipped", f"&q={sku}")
        return [f"{page}?view=results{each}" for each in filters]
    filters = ("", "?cause=outside_edit", "?layer=outside", f"?sku={sku}", "?layer=base")
    return [f"/pricing/ledger/{each}" for each in filters]


def _row(kind: str, small: dict[str, Any], large: dict[str, Any]) -> Row:
    times: dict[int, list[float]] = {SMALL: [], LARGE: []}
    slowest: dict[str, float] = {}
    queries: dict[int, set[tuple[str, int]]] = {SMALL: set(), LARGE: set()}
    chance = random.Random(1)  # noqa: S311 -- repeatable
    for round_number in range(ROUNDS + 1):
        for shop in (small, large):
            for address in _addresses(kind, shop):
                target = _deeper(shop, address, chance) if round_number % 2 else address
                took, asked = _open(shop, target)
                if round_number == 0:
                    continue  # the first is that of templates and plans not made yet
                times[shop["variants"]].append(took)
                queries[shop["variants"]].add((address.partition("?")[2], asked))
                if shop is large:
                    slowest[target[:200]] = max(took, slowest.get(target[:200], 0))
    figure, floor = _p95(times[LARGE]), _p95(times[SMALL])
    worst = max(slowest, key=lambda address: slowest[address])
    return Row(
        name=f"pages.{kind}",
        figure=round(figure, 1),
        unit="ms p95",
        floor=round(floor, 1),
        ratio=round(floor / figure, 3),
        wanted=WANTED_RATIO,
        peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        baseline="the same pages of a job of 1,000 rows",
        facts={
            "rows": LARGE,
            "limit_ms": MOST_MS,
            "median_ms": round(statistics.median(times[LARGE]), 1),
            "slowest": f"{worst} {slowest[worst]:.0f} ms",
            "queries_most": max(asked for _, asked in queries[LARGE]),
            "queries_most_at_1000_rows": max(asked for _, asked in queries[SMALL]),
        },
    )


def _open(shop: dict[str, Any], address: str) -> tuple[float, int]:
    from django.db import connection  # noqa: PLC0415 -- Django is set up only now
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 -- likewise

    began = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        answer = shop["client"].get(address)
    took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, f"{address}: {answer.status_code}"  # noqa: PLR2004 -- HTTP
    return took, len(captured)


def _deeper(shop: dict[str, Any], address: str, chance: random.Random) -> str:
    """Return a page behind the first, if there is one, by the links that the page shows."""
    import html  # noqa: PLC0415 -- beside its use
    import re  # noqa: PLC0415 -- likewise

    for _ in range(chance.randint(1, 2)):
        body = shop["client"].get(address).content.decode()
        found = re.search(r'rel="next" href="([^"#]+)', body) or re.search(
            r'href="(\?[^"#]*after=[^"#]+)', body
        )
        if found is None:
            return address
        address = address.partition("?")[0] + html.unescape(found[1])
    return address


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]
