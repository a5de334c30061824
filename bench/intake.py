"""Webhooks verified, stored with their job, bell rung and answered, per second.

The door as it is deployed (granian, ``config.wsgi``) against a bare WSGI function on the same
server with the same number of threads and the same database (``bench/_bare_intake.py``).
"""

import base64
import dataclasses
import hashlib
import hmac
import json
import statistics
import threading
import uuid
from collections.abc import Iterator

import psycopg
import redis

from bench import load
from bench._house import django_on
from bench.memory import peak_mb
from bench.rows import Row, claim
from config.door import health, ports, services
from config.door.stack import Options, Stack

ROUNDS = 3
SECONDS = 5.0
WARM_UP_SECONDS = 1.5
START_SECONDS = 20.0
SECRET = "shpss_bench_00000000000000000000000000000"  # noqa: S105 -- of nobody
DOMAIN = "bench-shop.myshopify.com"
TOPIC = "inventory_levels/update"
WANTED_RATIO = 0.45
WANTED_P99_MS = 50.0


@claim("intake")
def measure() -> list[Row]:
    """Measure the door and its baseline in turns."""
    with django_on(Options(services=frozenset({"web"}))) as stack:
        _connect_shop()
        bare_port = _start_bare(stack)
        web_port = stack.addresses.web_port
        with _bell_answered(stack.environment["REDIS_URL"]):
            ours, bare = [], []
            for port in (web_port, bare_port):
                load.closed(port, _webhooks(port), WARM_UP_SECONDS)
            for _ in range(ROUNDS):
                bare.append(load.closed(bare_port, _webhooks(bare_port), SECONDS))
                ours.append(load.closed(web_port, _webhooks(web_port), SECONDS))
            figure = statistics.median(each.per_second for each in ours)
            floor = statistics.median(each.per_second for each in bare)
            half = load.paced(web_port, _webhooks(web_port), figure / 2, SECONDS)
        refused = sum(each.refused for each in [*ours, *bare, half])
        lost = _missing_jobs(stack.environment["DATABASE_URL"])
        return [
            Row(
                name="intake",
                figure=round(figure, 1),
                unit="webhooks/s",
                floor=round(floor, 1),
                ratio=round(figure / floor, 3),
                wanted=WANTED_RATIO,
                peak_rss_mb=peak_mb(stack.supervisor.pids("web")),
                baseline="bare WSGI function, same server, HMAC, look-up and INSERTs",
                facts={
                    "p50_ms_at_half_load": round(half.percentile(0.5), 2),
                    "p99_ms_at_half_load": round(half.percentile(0.99), 2),
                    "p99_ms_wanted": WANTED_P99_MS,
                    "half_load_per_second": round(half.per_second, 1),
                    "refused": refused,
                    "messages_without_job": lost,
                },
            )
        ]


def _connect_shop() -> None:
    from foundation.shops.api import (  # noqa: PLC0415 -- Django is set up only now
        ConnectionKind,
        connect,
        open_shop,
    )
    from foundation.shops.models import User  # noqa: PLC0415 -- likewise

    owner = User.objects.create_user("owner@bench.test")
    connect(
        shop_id=open_shop(name="Bench", owner=owner).pk,
        kind=ConnectionKind.SHOPIFY,
        account=DOMAIN,
        secrets={"access_token": "none", "webhook_secret": SECRET},
        actor_id=None,
    )


def _start_bare(stack: Stack) -> int:
    port = ports.any_free()
    web = services.web(port=port, workers=1, reload=False, environment=stack.environment).program
    command = [*web.command[:-1], "bench._bare_intake:application"]
    stack.supervisor.start(dataclasses.replace(web, name="bare", command=command))
    health.wait_for(
        stack.supervisor, "bare", lambda: health.tcp_accepts(port), seconds=START_SECONDS
    )
    return port


def _webhooks(port: int) -> Iterator[bytes]:
    """Give request after request; each has an id of its own, bodies repeat after a while."""
    bodies = [
        json.dumps(
            {
                "inventory_item_id": 8000 + n,
                "location_id": 501,
                "available": n,
                "updated_at": "2026-11-21T05:15:00-05:00",
                "admin_graphql_api_id": f"gid://shopify/InventoryLevel/501?inventory_item_id={n}",
            }
        ).encode()
        for n in range(200)
    ]
    prepared: list[tuple[bytes, bytes]] = []
    for body in bodies:
        signature = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
        head = (
            f"POST /webhooks/shopify/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"X-Shopify-Topic: {TOPIC}\r\nX-Shopify-Shop-Domain: {DOMAIN}\r\n"
            f"X-Shopify-API-Version: 2026-10\r\nX-Shopify-Hmac-Sha256: {signature}\r\n"
            "X-Shopify-Triggered-At: 2026-11-21T10:15:00.123456789Z\r\n"
            f"X-Shopify-Event-Id: {uuid.uuid4()}\r\nX-Shopify-Webhook-Id: "
        )
        prepared.append((head.encode(), b"\r\n\r\n" + body))
    run = uuid.uuid4().hex[:12]
    number = 0
    while True:
        before, after = prepared[number % len(prepared)]
        yield before + f"{run}-{number}".encode() + after
        number += 1


class _bell_answered:  # noqa: N801 -- reads as what it does
    """Takes rings off the queue as workers would, so that each burst really rings."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._answer, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _answer(self) -> None:
        while not self._end.wait(0.1):
            self._redis.delete("fast")


def _missing_jobs(url: str) -> int:
    """Count stored messages that have no job: there must be none."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM inbox_inboxmessage m WHERE NOT EXISTS (SELECT 1 FROM work_job j"
            " WHERE (j.payload->>'message_id')::bigint = m.id)"
        ).fetchone()
    return row[0] if row else -1
