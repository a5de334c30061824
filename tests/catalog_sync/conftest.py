"""A small sandbox shop, its connection, recorded webhooks and a way to post them."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db.models import Max
from django.http import HttpResponse
from django.utils import timezone

from catalog_sync.api import start_full_sync
from catalog_sync.merging import Source
from catalog_sync.models import StockLevel, Variant
from config.demo.merchant import Merchant
from config.wsgi import application
from foundation.inbox import accounts
from foundation.shops.models import Connection, Shop
from foundation.work import registry
from foundation.work.contracts import TaskSpec
from foundation.work.drain import drain_for
from foundation.work.enums import Group, Priority
from foundation.work.models import Job
from tests.factories import WEBHOOK_SECRET
from tests.shopify_sandbox import DOMAIN, behaving, connected, running_sandbox
from tests.wsgi import call

FIXTURES = Path(__file__).parent / "fixtures"

NOON = "2026-11-20T12:00:00Z"
LATER = "2026-11-20T12:00:01Z"

TOLD = (
    "catalog.prices_seen",
    "catalog.stock_changed",
    "catalog.variants_changed",
    "catalog.app_removed",
    "outbound.connection_resumed",
)


def recorded(name: str, **changed: Any) -> dict[str, Any]:
    """Return a recorded payload with some of its fields changed."""
    payload: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return {**payload, **changed}


def product(price: str = "24.00", at: str = NOON, **changed: Any) -> dict[str, Any]:
    """Return the recorded product with one price of its first variant."""
    payload = recorded("products_update", updated_at=at, **changed)
    payload["variants"][0] |= {"price": price, "updated_at": at}
    return payload


def work(*groups: Group, patience: float = 1.0) -> None:
    """Do what is due in these groups, or will be in a moment; fast ones if none is named."""
    soon = Job.objects.filter(state="queued", group__in=groups or (Group.FAST,))
    while soon.filter(run_after__lt=timezone.now() + dt.timedelta(seconds=patience)).exists():
        for group in groups or (Group.FAST,):
            drain_for(group, 60.0)
        time.sleep(0.02)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Merchant]:
    """One sandbox for all tests of a process: 320 variants, so that lists have two pages."""
    state: Path = tmp_path_factory.mktemp("sandbox") / "state"
    with running_sandbox(state, "--products", "40", "--variants-per-product", "8") as merchant:
        yield merchant


@pytest.fixture
def merchant(sandbox: Merchant, settings: LazySettings) -> Iterator[Merchant]:
    """The merchant at a well-behaved sandbox with a full bucket."""
    settings.OUTBOUND_LOW_RESERVE = 0.0
    with behaving(sandbox, settings, points_factor=1000):
        yield sandbox


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """The shop's account at Shopify."""
    accounts.forget()
    return connected(shop)


@pytest.fixture
def source(connection: Connection) -> Source:
    """Where the webhooks of these tests come from."""
    return Source(connection.shop_id, connection.pk)


Heard = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """What the layers above would have been told, in order; they themselves hear nothing."""
    told: Heard = []
    monkeypatch.setattr(registry, "_listeners", registry._listeners.copy())
    for event in TOLD:

        def handler(_job: Any, _event: str = event, **payload: Any) -> None:
            told.append((_event, payload))

        spec = TaskSpec(
            name=f"tests.{event}",
            handler=handler,
            group=Group.FAST,
            atomic=True,
            max_attempts=3,
            lease=30.0,
            priority=Priority.NORMAL,
        )
        monkeypatch.setitem(registry._tasks, spec.name, spec)
        registry._listeners[event] = [spec]
    return told


Post = Callable[..., HttpResponse]


@pytest.fixture
def post() -> Post:
    """Post a payload to the real endpoint, signed as Shopify signs."""

    def deliver(
        topic: str, payload: dict[str, Any] | bytes, *, secret: str = WEBHOOK_SECRET, **headers: str
    ) -> HttpResponse:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
        told = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": signature,
            "X-Shopify-Shop-Domain": DOMAIN,
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
            "X-Shopify-API-Version": "2026-10",
            **headers,
        }
        return call(application, "/webhooks/shopify/", body, headers=told)

    return deliver


@pytest.fixture
def synced(connection: Connection, merchant: Merchant, heard: Heard) -> Merchant:
    """A mirror that is as the shop is, webhooks included, after all seconds are over.

    The test before may have changed something within this second: what this test changes would
    have the same time, and be read again later.
    """
    start_full_sync(connection.pk, None)
    work(Group.REMOTE, Group.FAST)
    latest = max(
        model.objects.aggregate(at=Max("vendor_updated_at"))["at"]
        for model in (Variant, StockLevel)
    )
    while timezone.now() < latest + dt.timedelta(seconds=1):
        time.sleep(0.05)
    Job.objects.all().delete()
    heard.clear()
    return merchant


@pytest.fixture
def variant(synced: Merchant) -> Variant:
    """A tracked variant; sold pieces of it are no trouble."""
    assert synced.shop
    found: Variant = Variant.objects.filter(tracked=True, stock__gt=8).earliest("vendor_id")
    return found


@pytest.fixture
def everything(merchant: Merchant) -> int:
    """How many variants there are; tests delete some."""
    return int(merchant.summary()["variants"])
