"""A webhook delivery as data: to whom, what, and the signed envelope of contract §8.1."""

import base64
import hashlib
import hmac
import time
import uuid
from urllib.parse import urlsplit

import msgspec

from sandbox import deliveries
from sandbox.shopify import clock, search
from sandbox.shopify.entities import Subscription
from sandbox.shopify.state import Event, Shop, Work


class Delivery(deliveries.Delivery, kw_only=True):
    """A delivery to one subscription of a shop."""

    shop: str
    subscription_id: int
    webhook_id: str
    event_id: str
    triggered_at: str
    api_version: str
    name: str | None

    def whose(self) -> str:
        """The shop's domain."""
        return self.shop

    def headers(self) -> dict[str, str]:
        """The envelope of §8.1; the same on every try."""
        return headers(self)


class Dispatcher(deliveries.Dispatcher[Delivery]):
    """Sends them."""

    shape = Delivery
    account = "shop"


def prepare(shop: Shop, work: Work, event: Event, hook: Subscription) -> Delivery | None:
    """The delivery of an event to a subscription, None when it is not meant for it."""
    if hook.topic != event.topic.replace("/", "_").upper():
        return None
    payload = event.payload
    if hook.filter and not search.matches_payload(hook.filter, payload):
        return None
    if hook.include_fields:
        tops = {name.partition(".")[0] for name in hook.include_fields}
        payload = {name: value for name, value in payload.items() if name in tops}
    body = msgspec.json.encode(payload)
    if hook.include_fields:
        digest = hashlib.sha256(body).hexdigest()
        if digest == hook.last_digest:
            return None
        hook.last_digest = digest
    return Delivery(
        shop=shop.domain,
        subscription_id=hook.id,
        topic=event.topic,
        uri=hook.uri,
        webhook_id=str(uuid.uuid4()),
        event_id=work.event_id,
        triggered_at=clock.zulu_ns(time.time_ns()),
        api_version=hook.api_version,
        name=hook.name,
        secret=shop.facts.secret,
        due=time.time(),
        body=body,
    )


def signature(secret: str, body: bytes) -> str:
    """`X-Shopify-Hmac-Sha256`: base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers(delivery: Delivery) -> dict[str, str]:
    """The envelope of §8.1."""
    parts = urlsplit(delivery.uri)
    result = {
        # The map stands for a TLS proxy: the original host, and https as the scheme.
        "Host": parts.netloc,
        "X-Forwarded-Proto": "https",
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": delivery.topic,
        "X-Shopify-Hmac-Sha256": signature(delivery.secret, delivery.body),
        "X-Shopify-Shop-Domain": delivery.shop,
        "X-Shopify-API-Version": delivery.api_version,
        "X-Shopify-Webhook-Id": delivery.webhook_id,
        "X-Shopify-Event-Id": delivery.event_id,
        "X-Shopify-Triggered-At": delivery.triggered_at,
    }
    if delivery.name:
        result["X-Shopify-Name"] = delivery.name
    return result
