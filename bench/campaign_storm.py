"""10,000 stock webhooks at once on the whole stack: answered, evaluated, and priced as they should.

7,000 messages and 3,000 repetitions of them, shuffled, from eight senders; each says another stock
of one of 1,000 variants, and of those about one variant the newest counts. Two campaigns look at
the stock. Afterwards the shop must show exactly what ten lines say. The drain rate (webhooks
until the last price is written, per second) is related to the jobs per second of ``work``,
measured right after.
"""

import base64
import hashlib
import hmac
import json
import random
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from multiprocessing import get_context
from typing import Any

from bench import load
from bench._house import DOMAIN, House, open_house
from bench.rows import Row, claim
from bench.work import jobs_per_second

PRODUCTS, EACH = 200, 5
MESSAGES, REPEATED, SENDERS = 7_000, 3_000, 8
SEED = 20261124
WANTED_RATIO = 0.3
MOST_SECONDS = 5.0
LOW, SCARCE = 20, 5


@claim("campaign_storm")
def measure() -> list[Row]:
    """Send the storm, wait until nothing is left to do, and compare with the model."""
    with open_house(products=PRODUCTS, each=EACH) as house:
        told = _Storm(house).run()
        memory = house.workers_mb()
    # A process of its own: a stack is the process's Django.
    with get_context("spawn").Pool(1) as pool:
        jobs = pool.apply(jobs_per_second)
    drained = told.pop("drained_per_second")
    return [
        Row(
            name="campaign_storm",
            figure=round(drained, 1),
            unit="webhooks/s until the last price",
            floor=round(jobs, 1),
            ratio=round(drained / jobs, 3),
            wanted=WANTED_RATIO,
            peak_rss_mb=memory,
            baseline="jobs of `work`, enqueued one by one, right after",
            facts=told,
        )
    ]


class _Storm:
    """One storm over one shop."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.port = house.stack.addresses.web_port
        self.desk, self.merchant = house.desk, house.merchant
        self.rng = random.Random(SEED)  # noqa: S311 -- the same storm every time
        house.await_quiet()
        self.items = self._one_place_each()

    def _one_place_each(self) -> dict[int, tuple[int, int]]:
        """Let every item have its stock at one place; returns item: (location, variant)."""
        from catalog_sync.models import StockLevel, Variant  # noqa: PLC0415 -- likewise

        rows = StockLevel.objects.filter(connection=self.desk.connection).order_by(
            "inventory_item_id", "location_vendor_id"
        )
        first: dict[int, int] = {}
        for item, place in rows.values_list("inventory_item_id", "location_vendor_id"):
            first.setdefault(item, place)
        for item, place in first.items():
            rows.filter(inventory_item_id=item).exclude(location_vendor_id=place).delete()
        variants = dict(
            # What is not tracked has no stock, whatever its webhooks say: no trigger holds.
            Variant.objects.filter(connection=self.desk.connection, tracked=True).values_list(
                "inventory_item_id", "vendor_id"
            )
        )
        return {item: (first[item], variant) for item, variant in variants.items()}

    def run(self) -> dict[str, Any]:
        """Begin the campaigns, send everything, wait, compare."""
        before = self.merchant.prices()
        low = self.house.low_stock("Low", threshold=LOW, percent=10, priority=10)
        scarce = self.house.low_stock("Scarce", threshold=SCARCE, percent=50, priority=20)
        bodies, newest = self._messages()
        began = datetime.now(UTC)
        started = time.monotonic()
        outcome = self._send(bodies)
        answered = time.monotonic() - started
        self.house.await_quiet(seconds=600)
        seconds = _last_effect(began) - began
        expected = {
            **before,
            **{variant: _priced(before[variant], stock) for variant, stock in newest.items()},
        }
        found = self.merchant.prices()
        wrong = sum(found[variant] != tag for variant, tag in expected.items())
        decisions = _decisions([low, scarce], began)
        assert not wrong, self._blame(expected, found)
        assert outcome.refused == 0, f"{outcome.refused} webhooks were refused"
        assert outcome.slowest < MOST_SECONDS, f"an answer took {outcome.slowest:.1f} s"
        return {
            "webhooks": len(bodies),
            "answered_per_second": round(len(bodies) / answered, 1),
            "slowest_answer_ms": round(outcome.slowest * 1000, 1),
            "drained_per_second": len(bodies) / seconds.total_seconds(),
            "event_to_decision_p50_ms": decisions[0],
            "event_to_decision_p99_ms": decisions[1],
            "moves": decisions[2],
            "prices_wrong": wrong,
        }

    def _blame(self, expected: dict[int, Any], found: dict[int, Any]) -> str:
        """Say what is known of the first wrong prices."""
        from campaigns.models import CampaignMove, CampaignVariant  # noqa: PLC0415 -- likewise
        from pricing.models import AuditTrailEntry  # noqa: PLC0415 -- likewise

        wrong = [variant for variant, tag in expected.items() if found[variant] != tag]
        lines = [f"{len(wrong)} of {len(expected)} prices are not what the model says"]
        for variant in wrong[:3]:
            of = {"variant__vendor_id": variant}
            rows = CampaignVariant.objects.filter(**of).values_list("on", "last_stock", "let_go_at")
            moves = CampaignMove.objects.filter(**of).order_by("pk")
            prices = AuditTrailEntry.objects.filter(**of).order_by("pk")
            lines += [
                f"{variant}: {found[variant]} instead of {expected[variant]}; {list(rows)}",
                *(f"  {each.at:%M:%S.%f} {each.kind} {each.why}" for each in moves),
                *(f"  {each.at:%M:%S.%f} {each} {each.vendor_updated_at}" for each in prices),
            ]
        return "\n".join(lines)

    def _messages(self) -> tuple[list[bytes], dict[int, int]]:
        """Return the requests in the order they are sent, and the stock each variant ends with."""
        base = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        moments = dict.fromkeys(self.items, 0)
        newest: dict[int, int] = {}
        requests = []
        for _ in range(MESSAGES):
            item = self.rng.choice(list(self.items))
            place, variant = self.items[item]
            stock = self.rng.randint(0, 60)
            moments[item] += 1
            newest[variant] = stock
            at = base + timedelta(seconds=moments[item])
            requests.append(_request(self.port, item, place, stock, at))
        sent = requests + self.rng.sample(requests, REPEATED)
        self.rng.shuffle(sent)
        untouched = {variant for _, variant in self.items.values()} - newest.keys()
        return sent, newest | self._stock_of(untouched)

    def _stock_of(self, variants: set[int]) -> dict[int, int]:
        """Return what campaigns saw from the beginning: levels taken away are no news to them."""
        from catalog_sync.models import Variant  # noqa: PLC0415 -- likewise

        rows = Variant.objects.filter(connection=self.desk.connection, vendor_id__in=variants)
        return {
            vendor_id: stock or 0 for vendor_id, stock in rows.values_list("vendor_id", "stock")
        }

    def _send(self, requests: list[bytes]) -> "_Answers":
        answers = _Answers()
        threads = [
            threading.Thread(target=answers.send, args=(self.port, requests[n::SENDERS]))
            for n in range(SENDERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers


class _Answers:
    """What eight senders saw."""

    def __init__(self) -> None:
        self.refused = 0
        self.slowest = 0.0
        self._lock = threading.Lock()

    def send(self, port: int, requests: list[bytes]) -> None:
        """Send one after the other on one connection."""
        line = load._Line(port)  # noqa: SLF001 -- the same bytes as every load of this package
        refused, slowest = 0, 0.0
        for request in requests:
            began = time.monotonic()
            line.ask(request, began)
            refused += not line.answer().startswith(load.GOOD)
            slowest = max(slowest, time.monotonic() - began)
        with self._lock:
            self.refused += refused
            self.slowest = max(self.slowest, slowest)


def _request(port: int, item: int, place: int, stock: int, at: datetime) -> bytes:
    body = json.dumps(
        {
            "inventory_item_id": item,
            "location_id": place,
            "available": stock,
            "updated_at": at.isoformat(),
            "admin_graphql_api_id": f"gid://shopify/InventoryLevel/{place}?inventory_item_id={item}",
        }
    ).encode()
    signature = base64.b64encode(hmac.new(_secret(), body, hashlib.sha256).digest()).decode()
    head = (
        "POST /webhooks/shopify/ HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\n"
        "Content-Type: application/json\r\n"
        "X-Shopify-Topic: inventory_levels/update\r\n"
        f"X-Shopify-Hmac-Sha256: {signature}\r\n"
        f"X-Shopify-Shop-Domain: {DOMAIN}\r\n"
        "X-Shopify-API-Version: 2026-10\r\n"
        f"X-Shopify-Webhook-Id: {uuid.uuid4()}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


_KEPT: dict[str, bytes] = {}


def _secret() -> bytes:
    if not _KEPT:
        from foundation.shops.api import webhook_account  # noqa: PLC0415 -- needs Django

        account = webhook_account("shopify", DOMAIN)
        assert account is not None
        _KEPT["secret"] = account.secrets[0].encode()
    return _KEPT["secret"]


def _priced(tag: tuple[Decimal, Decimal | None], stock: int) -> tuple[Decimal, Decimal | None]:
    """The model: the campaign of the highest priority whose threshold the stock is at or below."""
    percent = 50 if stock <= SCARCE else 10 if stock <= LOW else 0
    price = tag[0] * (100 + percent) / 100
    return price.quantize(Decimal("0.01"), ROUND_HALF_UP), tag[1]


def _last_effect(since: datetime) -> datetime:
    from django.db.models import Max  # noqa: PLC0415 -- needs Django

    from foundation.work.models import Job  # noqa: PLC0415 -- likewise

    found: datetime = Job.objects.filter(
        created_at__gte=since,
        name__in=["catalog_sync.level_arrived", "campaigns.evaluate", "pricing.follow"],
    ).aggregate(last=Max("finished_at"))["last"]
    return found


def _decisions(campaigns: list[Any], since: datetime) -> tuple[float, float, int]:
    """Return the median and the 99th percentile of event to decision, and how many moves."""
    from django.db import connection  # noqa: PLC0415 -- needs Django

    with connection.cursor() as cursor:
        cursor.execute(
            _DECISIONS, [since, "inventory_levels/update", [each.pk for each in campaigns], since]
        )
        p50, p99, moves = cursor.fetchone()
    return round(p50, 1), round(p99, 1), moves


# The event of a move is the one that made the stock it saw: the last change the mirror wrote
# down before it; its webhook came at the message's time.
_DECISIONS = """
WITH told AS MATERIALIZED (
  SELECT body ->> 'inventory_item_id' AS item, (body ->> 'updated_at')::timestamptz AS updated_at,
         min(received_at) AS received_at
  FROM (SELECT convert_from(i.body, 'UTF8')::jsonb AS body, i.received_at
        FROM inbox_inboxmessage i WHERE i.received_at >= %s AND i.topic = %s) m
  GROUP BY 1, 2
)
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms),
       percentile_cont(0.99) WITHIN GROUP (ORDER BY ms), count(*)
FROM (
  SELECT 1000 * extract(epoch FROM m.at - told.received_at) AS ms
  FROM campaigns_campaignmove m
  JOIN catalog_sync_variant v ON v.id = m.variant_id
  JOIN LATERAL (
    SELECT h.vendor_updated_at FROM catalog_sync_stockhistory h
    WHERE h.connection_id = v.connection_id AND h.inventory_item_id = v.inventory_item_id
      AND h.after = m.stock AND h.seen_at <= m.at ORDER BY h.id DESC LIMIT 1) h ON true
  JOIN told ON told.item = v.inventory_item_id::text AND told.updated_at = h.vendor_updated_at
  WHERE m.campaign_id = ANY(%s) AND m.at >= %s
) found
"""
