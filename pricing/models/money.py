"""What all models of prices share: columns of money."""

from typing import Any

from django.db import models


def money(**options: Any) -> "models.DecimalField[Any, Any]":
    """Return a column of money: 18 digits before the point, all that Shopify takes (§4.1)."""
    return models.DecimalField(max_digits=20, decimal_places=2, **options)
