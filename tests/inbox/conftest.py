"""A vendor of the tests' own, signing as Shopify does, and a way to post what it sends."""

import base64
import hashlib
import hmac
import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http import HttpResponse

from foundation.inbox import accounts, sources
from foundation.inbox.api import AccountLookup, Refused, Verified, register_source
from foundation.inbox.door import WebhookDoor
from foundation.work import registry
from tests.factories import WEBHOOK_SECRET
from tests.wsgi import call

PATH = "/webhooks/shopify/"
HEADERS = (
    "X-Shopify-Topic",
    "X-Shopify-Hmac-Sha256",
    "X-Shopify-Shop-Domain",
    "X-Shopify-Webhook-Id",
    "X-Shopify-API-Version",
)


class Receiver:
    """Verifies as the Shopify connector does, and counts."""

    calls = 0

    def verify(
        self, headers: Mapping[str, str], body: bytes, lookup: AccountLookup
    ) -> Verified | Refused:
        """Check one webhook."""
        Receiver.calls += 1
        given = headers.get("X-Shopify-Hmac-Sha256", "")
        if not given:
            return Refused("unsigned", "There is no signature.")
        account = lookup(headers.get("X-Shopify-Shop-Domain", ""))
        if account is None:
            return Refused("unknown-account", "No such shop is connected.")
        good = [
            hmac.compare_digest(sign(body, secret).encode(), given.encode())
            for secret in account.secrets
        ]
        if not any(good):
            return Refused("mis-signed", "The signature does not fit.")
        return Verified(
            account, headers.get("X-Shopify-Topic", ""), headers.get("X-Shopify-Webhook-Id", "")
        )


def sign(body: bytes, secret: str) -> str:
    """Sign as Shopify does (contract §8.1)."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


@dataclass
class Delivery:
    """One webhook; fields say what is unusual about it."""

    topic: str = "inventory_levels/update"
    body: bytes = b'{"inventory_item_id":8001,"location_id":501,"available":7}'
    secret: str = WEBHOOK_SECRET
    account: str = "demo-shop.myshopify.com"
    external_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    path: str = PATH
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)

    def post(self) -> HttpResponse:
        """Bring it to the door."""
        headers = {
            "X-Shopify-Topic": self.topic,
            "X-Shopify-Hmac-Sha256": sign(self.body, self.secret),
            "X-Shopify-Shop-Domain": self.account,
            "X-Shopify-Webhook-Id": self.external_id,
            "X-Shopify-API-Version": "2026-10",
            **self.headers,
        }
        return call(
            WebhookDoor(_nothing_else),
            self.path,
            self.body,
            method=self.method,
            headers={name: value for name, value in headers.items() if value},
        )


def _nothing_else(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("404 Not Found", [])
    return [b"passed on"]


def problem(response: HttpResponse) -> dict[str, Any]:
    """Read a refusal."""
    assert response["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = json.loads(response.content)
    return told


@pytest.fixture(autouse=True)
def _one_source(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sources, "_paths", {})
    register_source(
        "shopify",
        paths=("/webhooks/shopify/", "/webhooks/inventory"),
        receiver=Receiver(),
        headers=HEADERS,
        kept=("X-Shopify-API-Version",),
    )
    accounts.forget()
    yield
    accounts.forget()


@pytest.fixture(autouse=True)
def listeners(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let named handlers listen to a topic; nobody else does."""
    monkeypatch.setattr(registry, "_listeners", defaultdict(list))
    monkeypatch.setattr(registry, "_tasks", dict(registry._tasks))

    def listen(topic: str, *names: str) -> None:
        for name in names:

            def handler(job: Any, message_id: int) -> None:
                """Do nothing."""

            handler.__module__, handler.__name__ = "somewhere.handlers", name
            handler.__qualname__ = name
            registry.on("shopify", topic)(handler)

    listen("inventory_levels/update", "stock_changed", "watch_threshold")
    return listen
