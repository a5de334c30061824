"""The run ``race``: the same thing at the same moment, and a worker frozen beyond its lease."""

import base64
import hashlib
import hmac
import json
import os
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.chaos.house import DOMAIN, House, Scale, open_house

if TYPE_CHECKING:
    from tests.chaos.model import Verdict

SECRET = b"shpss_demo_000000000000000000000000000000"
POSTERS = 32
CLAIMERS = 8
LEASE_SECONDS = 6


def race(scale: Scale) -> tuple["Verdict", dict[str, Any]]:
    """Post one event from 32 threads, claim one row from 8, freeze a worker beyond its lease."""
    with open_house(scale, leases=LEASE_SECONDS) as house:
        from tests.chaos.model import Verdict  # noqa: PLC0415 -- needs Django

        verdict = Verdict()
        facts = {
            **_same_event(verdict, house, events=max(20, scale.sales // 15)),
            **_one_row(verdict, house, rounds=max(20, scale.sales // 5)),
            **_frozen_worker(verdict, house, rounds=3 if scale.sales > 500 else 1),
        }
        return verdict, facts


def _together(count: int, act: Callable[[int], object]) -> list[Any]:
    barrier = threading.Barrier(count)

    def one(number: int) -> object:
        barrier.wait(timeout=30)
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def _same_event(verdict: "Verdict", house: House, *, events: int) -> dict[str, Any]:
    from foundation.inbox.models import InboxMessage  # noqa: PLC0415 -- needs Django
    from foundation.work.models import Job  # noqa: PLC0415 -- likewise

    before = Job.objects.count()
    variant = house.merchant.variants()[0]
    location = house.merchant.summary()["locations"][0]
    answers: Counter[int] = Counter()
    for number in range(events):
        body = json.dumps(
            {
                "inventory_item_id": variant["inventory_item_id"],
                "location_id": location,
                "available": number,
                "updated_at": f"2026-11-21T05:{number // 60 % 60:02}:{number % 60:02}-05:00",
            }
        ).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": "inventory_levels/update",
            "X-Shopify-Shop-Domain": DOMAIN,
            "X-Shopify-Webhook-Id": f"race-{number}",
            "X-Shopify-API-Version": "2026-10",
            "X-Shopify-Hmac-Sha256": base64.b64encode(
                hmac.digest(SECRET, body, hashlib.sha256)
            ).decode(),
        }

        def post(_: int, body: bytes = body, headers: dict[str, str] = headers) -> int:
            request = urllib.request.Request(  # noqa: S310 -- our own web process, on loopback
                f"{os.environ['WEB_URL']}/webhooks/shopify/", data=body, headers=headers
            )
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 -- likewise
                return int(answer.status)

        answers.update(_together(POSTERS, post))
    stored = Counter(
        InboxMessage.objects.filter(external_id__startswith="race-").values_list(
            "external_id", flat=True
        )
    )
    if answers != {200: events * POSTERS}:
        verdict.blame("wrong", f"answers {dict(answers)}")
    for number in range(events):
        if stored[f"race-{number}"] != 1:
            verdict.blame(
                "doubled" if stored[f"race-{number}"] else "lost",
                f"race-{number} is not stored once",
            )
    made = Job.objects.filter(payload__has_key="message_id").count()
    per_message = made / max(1, InboxMessage.objects.exclude(state="ignored").count())
    return {
        "events": events,
        "posts": events * POSTERS,
        "jobs_per_message": round(per_message, 2),
        "jobs_before": before,
    }


def _one_row(verdict: "Verdict", house: House, *, rounds: int) -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415 -- needs Django

    from foundation.work.claim import claim  # noqa: PLC0415 -- likewise
    from foundation.work.enums import Group  # noqa: PLC0415 -- likewise
    from foundation.work.models import Job  # noqa: PLC0415 -- likewise

    def attempt(_: int) -> int:
        try:
            return len(claim(Group.HEAVY, limit=1))
        finally:
            connection.close()

    # Nobody else serves the group meanwhile: only our eight threads claim from it.
    house.stack.stop_service("worker-heavy")
    for _ in range(rounds):
        job = Job.objects.create(
            name="chaos.nothing", group=Group.HEAVY, shop_id=house.desk.shop_id
        )
        winners = sum(_together(CLAIMERS, attempt))
        if winners != 1:
            verdict.blame("doubled" if winners else "lost", f"job {job.pk} had {winners} claimers")
        Job.objects.filter(pk=job.pk).delete()
    house.stack.start_service("worker-heavy")
    return {"claims": rounds * CLAIMERS}


def _frozen_worker(verdict: "Verdict", house: House, *, rounds: int) -> dict[str, Any]:
    """SIGSTOP the remote workers in mid-write; others take over; the frozen ones wake too late."""
    from config.demo.pricing_jobs import finished  # noqa: PLC0415 -- likewise
    from config.demo.waiting import wait_until  # noqa: PLC0415 -- likewise
    from foundation.work.models import Job  # noqa: PLC0415 -- likewise
    from pricing.api import Action, simple_rule  # noqa: PLC0415 -- likewise
    from tests.chaos import model  # noqa: PLC0415 -- likewise

    ended: Counter[str] = Counter()
    for number in range(rounds):
        job = house.desk.plan(
            f"Frozen {number}",
            simple_rule(Action.AMOUNT, Decimal(1 + number)),
        )
        since = house.merchant.last_effect()
        house.merchant.misbehave(
            {"kind": "slow", "operation": "productVariantsBulkUpdate", "seconds": 0.3, "rate": 0.5}
        )
        house.desk.confirm(job)
        wait_until(
            lambda: Job.objects.filter(name="pricing.apply_batch", state="running").exists(),
            "a batch to run",
        )
        stopped = house.stack.pause("worker-remote")
        time.sleep(LEASE_SECONDS + 4)
        house.stack.run_manage("work", "--group", "remote", "--seconds", "8")
        house.stack.resume(stopped)
        house.merchant.behave()
        finished(job)
        rows = model.judge_prices(verdict, job, house.merchant, house.merchant.effects(since))
        ended.update(rows)
    return {"frozen_rounds": rounds, "ended": dict(ended)}
