"""Bulk exports as the API tells of them: states, counts, signed addresses of results (§9)."""

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sandbox.shopify import clock
from sandbox.shopify.entities import BulkOperation

if TYPE_CHECKING:
    from sandbox.shopify.settings import Settings
    from sandbox.shopify.state import Shop

ACTIVE = ("CREATED", "RUNNING", "CANCELING")
RESULTS = "bulk-operation-outputs"


def expires_ms(operation: BulkOperation, settings: "Settings") -> int:
    """When the result of an ended operation can no longer be fetched."""
    kept = settings.bulk_url_seconds / settings.bulk_clock
    return (operation.finished or 0) + int(kept * clock.MS)


def is_expired(operation: BulkOperation, settings: "Settings") -> bool:
    """Was there a result that is gone by now?"""
    return bool(operation.key) and clock.now_ms() >= expires_ms(operation, settings)


def shown_status(operation: BulkOperation, settings: "Settings") -> str:
    """`status`: a completed operation expires with its result."""
    if operation.status == "COMPLETED" and is_expired(operation, settings):
        return "EXPIRED"
    return operation.status


def signature(shop: "Shop", key: str, expires: int) -> str:
    """What makes an address of a result good until `expires` (seconds since 1970)."""
    raw = hmac.new(shop.facts.secret.encode(), f"{key}\n{expires}".encode(), hashlib.sha256)
    return base64.b64encode(raw.digest()).decode()


def result_url(shop: "Shop", operation: BulkOperation) -> str | None:
    """Where the result can be fetched without a token; None when there is none (any more)."""
    settings = shop.settings
    if not operation.key or is_expired(operation, settings):
        return None
    expires = -(-expires_ms(operation, settings) // clock.MS)
    name = f'attachment; filename="bulk-{operation.id}.jsonl"'
    query = {
        "Expires": expires,
        "Signature": signature(shop, operation.key, expires),
        "response-content-disposition": name,
        "response-content-type": "application/jsonl",
    }
    return f"{settings.bulk_result_origin}/{RESULTS}/{operation.key}-final?{urlencode(query)}"
