"""`rules`: variants a second through ten rules of five conditions each.

The rows of the plan's own read (``pricing.facts``) with every rule asked, against the same rows
read by the same query and thrown away. Memory is that of a process which evaluates 100,000
variants, related to one that evaluates 10,000.
"""

import resource
import statistics
import time
from typing import Any

from bench._house import django_on
from bench.rows import Row, claim
from config.door.stack import Options

SMALL, LARGE = 10_000, 100_000
ROUNDS = 3
WANTED_RATIO = 0.3
RULES = 10


@claim("rules")
def rules() -> list[Row]:
    """Measure both sizes, each in a process of its own."""
    from multiprocessing import get_context  # noqa: PLC0415 -- here only

    fresh = get_context("spawn")
    with fresh.Pool(1, maxtasksperchild=1) as pool:
        small = pool.apply(through, (SMALL,))
    with fresh.Pool(1, maxtasksperchild=1) as pool:
        large = pool.apply(through, (LARGE,))
    return [
        Row(
            name="rules",
            figure=round(large["evaluated"], 1),
            unit="variants/s",
            floor=round(large["read"], 1),
            ratio=round(large["evaluated"] / large["read"], 3),
            wanted=WANTED_RATIO,
            peak_rss_mb=large["rss"],
            baseline="the same rows read by the same query",
            facts={
                "rules": RULES,
                "conditions_in_each": 5,
                "decided_by_rule": large["decided"],
                "microseconds_per_variant": round(large["micros"], 2),
                "memory_of_100k_over_10k": round(large["rss"] / small["rss"], 3),
            },
        )
    ]


def ten_rules() -> list[dict[str, Any]]:
    """Return ten rules of five conditions that share the shop out; most fail late."""
    return [
        {
            "name": f"Band {band}",
            "when": {
                "items": [
                    {"field": "price", "op": "gte", "value": 5},
                    {"field": "status", "op": "is", "value": "active"},
                    {"field": "vendor", "op": "is_not", "value": "Nobody"},
                    {"field": "tag", "op": "has_not", "value": "never"},
                    {"field": "stock", "op": "between", "value": [8 * band, 8 * band + 7]},
                ]
            },
            "action": {"kind": "percent", "value": -band - 1},
            "rounding": {"step": "0.05"},
            "guards": [{"kind": "floor", "value": 3}, {"kind": "max_change", "value": 40}],
        }
        for band in range(RULES)
    ]


def through(variants: int) -> dict[str, Any]:
    """Read and evaluate a shop of this size; rates in variants a second."""
    with django_on(Options(services=frozenset(), environment={"LOG_LEVEL": "WARNING"})) as stack:
        from django.db import transaction  # noqa: PLC0415 -- Django is set up only now

        from bench._big_shop import analyse, open_shop_with  # noqa: PLC0415 -- likewise
        from pricing.rules import read_rules  # noqa: PLC0415 -- likewise

        made, _ = open_shop_with(variants)
        analyse(stack.environment["DATABASE_OWNER_URL"])
        read: list[float] = []
        evaluated: list[float] = []
        decided: dict[int, int] = {}
        with transaction.atomic():
            for _ in range(ROUNDS):
                read.append(_read(made))
                seconds, decided = _evaluate(made, read_rules(ten_rules()))
                evaluated.append(seconds)
        assert sum(decided.values()) == variants, decided
        fastest, slowest = statistics.median(read), statistics.median(evaluated)
        return {
            "read": variants / fastest,
            "evaluated": variants / slowest,
            "micros": (slowest - fastest) / variants * 1e6,
            "decided": decided,
            "rss": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        }


def _rows(made: Any) -> Any:
    from catalog_sync.api import CATALOGUE_ORDER, Selection  # noqa: PLC0415 -- Django is set up only now
    from pricing.planning import chosen_variants  # noqa: PLC0415 -- likewise

    rows = chosen_variants(made.shop_id, Selection(all=True), connection_id=made.pk)
    return rows.order_by(*CATALOGUE_ORDER)


def _read(made: Any) -> float:
    from pricing import facts  # noqa: PLC0415 -- Django is set up only now

    began = time.perf_counter()
    count = 0
    columns = facts._COLUMNS  # noqa: SLF001 -- the baseline reads the very same
    for _ in _rows(made).values_list(*columns).iterator(chunk_size=facts.READ_CHUNK):
        count += 1
    assert count
    return time.perf_counter() - began


def _evaluate(made: Any, rules: Any) -> tuple[float, dict[int, int]]:
    from collections import Counter  # noqa: PLC0415 -- beside its use

    from django.utils import timezone  # noqa: PLC0415 -- Django is set up only now

    from pricing.facts import read_facts  # noqa: PLC0415 -- likewise
    from pricing.rules import compile_rules  # noqa: PLC0415 -- likewise

    began = time.perf_counter()
    evaluate = compile_rules(rules, now=timezone.now())
    decided: Counter[int] = Counter(
        evaluate(row.facts).rule or 0 for row in read_facts(_rows(made), rules)
    )
    return time.perf_counter() - began, dict(sorted(decided.items()))
