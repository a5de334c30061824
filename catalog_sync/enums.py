"""Names the mirror uses for what it saw and why."""

from django.db import models


class ProductStatus(models.TextChoices):
    """Shopify's product states, lower case."""

    ACTIVE = "active", "Active"
    DRAFT = "draft", "Draft"
    ARCHIVED = "archived", "Archived"
    UNLISTED = "unlisted", "Unlisted"


class StockCause(models.TextChoices):
    """How a stock level became known."""

    WEBHOOK = "webhook", "Webhook"
    SYNC = "sync", "Full sync"
    RECONCILIATION = "reconciliation", "Reconciliation"


PRICES_SEEN = "catalog.prices_seen"
"""Event: {"connection_id", "seen": [[variant_vendor_id, price, compare_at|null, updated_at]]}.

Published for every price that arrives from outside, also for one that is older than the mirror:
whoever wrote in between wants to know. Prices are decimal strings, times ISO 8601 in UTC.
"""

STOCK_CHANGED = "catalog.stock_changed"
"""Event: {"connection_id", "variant_ids": [uuid, …]}: the mirror's stock of these moved."""
