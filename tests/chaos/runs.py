"""The five fault runs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.chaos.house import (
    HEAL_SECONDS,
    House,
    Scale,
    Trouble,
    come_to_rest,
    open_house,
    patiently,
    standing,
)

if TYPE_CHECKING:
    from tests.chaos.model import Verdict

WRITE = "productVariantsBulkUpdate"
Facts = dict[str, Any]
Hurt = Callable[[House, Scale], "Any"]
# Longer than an answer that dawdles.
ANSWERING_LEASE_SECONDS = 20


def work_under(house: House, scale: Scale, hurt: Hurt) -> tuple["Verdict", Facts]:
    """Run a price job over everything while the house is hurt; sales and edits go on meanwhile."""
    from pricing.api import Action, simple_rule  # noqa: PLC0415 -- likewise
    from tests.chaos.model import Verdict  # noqa: PLC0415 -- needs Django

    job = house.desk.plan(
        "Under fire",
        simple_rule(Action.PERCENT, Decimal(-7), step=Decimal("0.05")),
    )
    since = house.merchant.last_effect()
    variants = sorted(house.merchant.prices())
    sold = 0

    def sell() -> None:
        nonlocal sold
        if sold < scale.sales:
            house.merchant.sell(house.rng.choice(variants))
            sold += 1

    edits = 0

    def edit() -> None:
        nonlocal edits
        if edits < scale.edits:
            price = Decimal(house.rng.randrange(10_000, 90_000)) / 100
            house.merchant.edit([(house.rng.choice(variants), price)])
            edits += 1

    house.merchant.misbehave(_edits_in_the_window(scale), seed=scale.seed)
    house.desk.confirm(job)
    with (
        Trouble(sell, every=scale.pause) as selling,
        Trouble(edit, every=0.1) as editing,
        hurt(house, scale) as facts,
    ):
        _until_over(job)
        while sold < scale.sales or edits < scale.edits:
            for thread in (selling, editing):
                if thread.error is not None:
                    raise thread.error
            time.sleep(0.1)
    house.merchant.behave()
    patiently(lambda: come_to_rest(house.merchant.deliveries_by_status), seconds=HEAL_SECONDS)
    verdict = Verdict()
    rows = _judge(verdict, house, job, since)
    return verdict, {
        "rows": scale.variants,
        "sales": sold,
        "outside_edits": edits,
        "ended": rows,
        **facts,
    }


def _edits_in_the_window(scale: Scale) -> dict[str, Any]:
    """Script edits between our read and our write, which must be reported as overwritten."""
    count = max(1, scale.edits // 6)
    return {"kind": "edit_before_write", "operation": WRITE, "count": count, "rate": 0.05}


def _until_over(job: Any) -> None:
    from django.db import OperationalError, close_old_connections  # noqa: PLC0415 -- needs Django

    from pricing.models import PricingJob  # noqa: PLC0415 -- likewise

    ends = time.monotonic() + HEAL_SECONDS * 2
    while time.monotonic() < ends:
        try:
            if PricingJob.objects.filter(pk=job.pk, state="completed").exists():
                return
        except OperationalError:
            close_old_connections()
        time.sleep(0.1)
    message = f"The price job did not end within {HEAL_SECONDS * 2:.0f} s: {standing()}"
    raise AssertionError(message)


def _judge(verdict: "Verdict", house: House, job: Any, since: int) -> dict[str, int]:
    from catalog_sync.models import Variant  # noqa: PLC0415 -- needs Django
    from tests.chaos import model  # noqa: PLC0415 -- likewise

    rows = model.judge_prices(verdict, job, house.merchant, house.merchant.effects(since))
    model.judge_webhooks(verdict, house.merchant.deliveries())
    mirrored = dict(
        Variant.objects.filter(connection=house.desk.connection, tracked=True).values_list(
            "vendor_id", "stock"
        )
    )
    model.judge_stock(verdict, house.merchant, mirrored)
    return rows


@contextmanager
def _killing(house: House, scale: Scale) -> Iterator[Facts]:
    facts: Facts = {"children_killed": 0, "groups_killed": 0}
    began = time.monotonic()
    groups = ("fast", "remote", "heavy")
    # Slow enough writes, so that kills strike in the middle of them.
    slow = {"kind": "slow_after", "operation": WRITE, "seconds": 0.4, "rate": 0.5}
    house.merchant.misbehave(_edits_in_the_window(scale), slow, seed=scale.seed)

    def kill() -> None:
        if _killed(facts) >= scale.kills:
            return
        if time.monotonic() - began > 5 * (facts["groups_killed"] + 1):
            house.stack.kill_group(house.rng.choice(groups))
            facts["groups_killed"] += 1
        elif house.stack.kill_child_randomly(house.rng.choice(groups), house.rng):
            facts["children_killed"] += 1

    with Trouble(kill, every=1.0) as thread:
        yield facts
        while _killed(facts) < scale.kills and thread.error is None:
            time.sleep(0.2)


def _killed(facts: Facts) -> int:
    return int(facts["children_killed"] + facts["groups_killed"])


@contextmanager
def _without_redis(house: House, scale: Scale) -> Iterator[Facts]:
    import redis  # noqa: PLC0415 -- only this run needs it

    facts: Facts = {"flushed": 0, "seconds_without": 0}
    gone = 30 if scale.variants > 1_000 else 6
    client = redis.Redis.from_url(house.stack.environment["REDIS_URL"])

    def trouble() -> None:
        if facts["flushed"] < 3:
            client.flushall()
            facts["flushed"] += 1
        elif not facts["seconds_without"]:
            house.stack.stop_redis()
            time.sleep(gone)
            house.stack.start_redis()
            facts["seconds_without"] = gone

    with Trouble(trouble, every=1.0) as thread:
        yield facts
        while not facts["seconds_without"] and thread.error is None:
            time.sleep(0.2)


@contextmanager
def _restarting_postgres(house: House, scale: Scale) -> Iterator[Facts]:
    facts: Facts = {"postgres_restarts": 0}
    wanted = 3 if scale.variants > 1_000 else 1

    def restart() -> None:
        if facts["postgres_restarts"] < wanted:
            house.stack.restart_postgres_immediately()
            facts["postgres_restarts"] += 1

    with Trouble(restart, every=2.0) as thread:
        yield facts
        while facts["postgres_restarts"] < wanted and thread.error is None:
            time.sleep(0.2)


@contextmanager
def _losing_answers(house: House, scale: Scale) -> Iterator[Facts]:
    house.merchant.misbehave(
        _edits_in_the_window(scale),
        {"kind": "lose_answer", "operation": WRITE, "rate": 0.2},
        {"kind": "reset", "rate": 0.05},
        {"kind": "5xx_before", "rate": 0.05},
        {"kind": "5xx_after", "operation": WRITE, "rate": 0.05},
        {"kind": "slow_after", "operation": WRITE, "rate": 0.01, "seconds": 6.0},
        {"kind": "webhook_duplicate", "rate": 0.1},
        {"kind": "webhook_reorder", "rate": 0.2, "seconds": 2.0},
        seed=scale.seed,
    )
    facts: Facts = {}
    yield facts
    facts["struck"] = house.merchant.faults_struck()


TROUBLES: dict[str, Hurt] = {
    "workers": _killing,
    "redis": _without_redis,
    "postgres": _restarting_postgres,
    "answers": _losing_answers,
}


def workers(scale: Scale) -> tuple["Verdict", Facts]:
    """Kill -9 of a random child each second and of a whole group every five."""
    with open_house(scale) as house:
        return work_under(house, scale, _killing)


def redis(scale: Scale) -> tuple["Verdict", Facts]:
    """FLUSHALL thrice, then Redis gone for half a minute and back empty."""
    with open_house(scale) as house:
        return work_under(house, scale, _without_redis)


def postgres(scale: Scale) -> tuple["Verdict", Facts]:
    """PostgreSQL restarted at once, as in a crash, three times."""
    with open_house(scale) as house:
        return work_under(house, scale, _restarting_postgres)


def answers(scale: Scale) -> tuple["Verdict", Facts]:
    """Shopify loses a fifth of its answers after applying, resets, fails and dawdles."""
    with open_house(scale, leases=ANSWERING_LEASE_SECONDS) as house:
        return work_under(house, scale, _losing_answers)
