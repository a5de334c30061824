"""Names the mirror uses for what it saw and why."""

from django.db import models


class ProductStatus(models.TextChoices):
    """Shopify's product states, lower case."""

    ACTIVE = "active", "Active"
    DRAFT = "draft", "Draft"
    ARCHIVED = "archived", "Archived"
    UNLISTED = "unlisted", "Unlisted"


class StockCause(models.TextChoices):
    """How a stock level, or another change, became known."""

    WEBHOOK = "webhook", "Webhook"
    SYNC = "sync", "Full sync"
    RECONCILIATION = "reconciliation", "Reconciliation"


class RunKind(models.TextChoices):
    """What a reconciliation looked at: the whole shop, the same without effect, or all levels."""

    COMPARISON = "comparison", "Comparison"
    DRY_RUN = "dry_run", "Dry run"
    LEVELS = "levels", "All levels"


PRICES_SEEN = "catalog.prices_seen"
"""Event: {"connection_id", "seen": [[variant_vendor_id, price, compare_at|null, updated_at]]}.

Published for every price that arrives from outside, also for one that is older than the mirror:
whoever wrote in between wants to know. Prices are decimal strings, times ISO 8601 in UTC.
"""

STOCK_CHANGED = "catalog.stock_changed"
"""Event: {"connection_id", "variant_ids": [uuid, …], "cause": StockCause}: their stock moved."""

VARIANTS_CHANGED = "catalog.variants_changed"
"""Event: {"connection_id", "variant_ids": [uuid, …], "cause": StockCause}.

Something that a selection or a rule may ask about is different: a variant is new or gone, or its
words, SKU, barcode, cost, tracking or policy changed, or its product's title, handle, status,
vendor, type or tags. Prices and times alone are not told here: our own writes come back.
"""

APP_REMOVED = "catalog.app_removed"
"""Event: {"connection_id"}: the merchant removed the app; no call can succeed. May come twice."""
