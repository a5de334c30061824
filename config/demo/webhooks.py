"""The story of the intake: a sale in the shop is in the mirror a moment later, a forgery never."""

import os
import time
import urllib.error
import urllib.request
from statistics import median

from catalog_sync.models import Variant
from config.demo.flows import Facts, expect, flow
from config.demo.merchant import Merchant
from config.demo.pricing_jobs import Desk
from config.demo.waiting import wait_until
from foundation.inbox.models import InboxMessage

SALES = 20
FORGED_BODY = b'{"inventory_item_id":1,"location_id":1,"available":0}'


def _post_forged(headers: dict[str, str]) -> int:
    request = urllib.request.Request(  # noqa: S310 -- the address is the door's, on loopback
        f"{os.environ['WEB_URL']}/webhooks/shopify/", data=FORGED_BODY, headers=headers
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 -- likewise
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


@flow("webhooks.intake")
def intake() -> Facts:
    """Sell by hand, and see the mirror follow each sale."""
    desk, merchant = Desk.at(), Merchant()
    wait_until(lambda: merchant.summary()["subscriptions"], "the webhook subscriptions to be there")
    sellable = list(
        Variant.objects.filter(connection=desk.connection, deleted_at=None, stock__gte=2)
        .order_by("vendor_id")
        .values_list("vendor_id", "stock")[:SALES]
    )
    before = InboxMessage.objects.count()
    seconds = []
    for vendor_id, stock in sellable:
        began = time.monotonic()
        merchant.sell(vendor_id)
        wait_until(
            lambda v=vendor_id, s=stock: Variant.objects.filter(  # type: ignore[misc]  # defaults bind
                connection=desk.connection, vendor_id=v, stock=s - 1
            ).exists(),
            f"the mirror to follow the sale of {vendor_id}",
            every=0.01,
        )
        seconds.append(time.monotonic() - began)
    stored = InboxMessage.objects.count() - before
    forged = {
        "X-Shopify-Topic": "inventory_levels/update",
        "X-Shopify-Shop-Domain": desk.connection.account,
        "X-Shopify-Webhook-Id": "forged",
        "X-Shopify-Hmac-Sha256": "bm90IGEgc2lnbmF0dXJl",
    }
    expect(_post_forged(forged), 401, "answer to a forged signature")
    expect(_post_forged({}), 401, "answer to no signature at all")
    kept = InboxMessage.objects.filter(external_id="forged").count()
    expect(kept, 0, "forged messages stored")
    return {
        "sales": len(sellable),
        "messages_stored": stored,
        "median_ms": round(median(seconds) * 1000),
        "slowest_ms": round(max(seconds) * 1000),
        "forgeries_refused": 2,
    }
