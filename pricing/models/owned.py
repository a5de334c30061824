"""What all models of prices share: columns of money, and reads behind the wall."""

import uuid
from typing import Any, Self

from django.db import models


def money(**options: Any) -> "models.DecimalField[Any, Any]":
    """Return a column of money: 18 digits before the point, all that Shopify takes (§4.1)."""
    return models.DecimalField(max_digits=20, decimal_places=2, **options)


class ShopOwnedQuerySet(models.QuerySet[Any]):
    """Reads behind the wall between tenants."""

    def for_user(self, user: Any) -> Self:
        """Keep the rows of the shops this person belongs to."""
        return self.filter(shop__memberships__user_id=user.pk)

    def for_shop(self, shop_id: uuid.UUID) -> Self:
        """Keep the rows of one shop."""
        return self.filter(shop_id=shop_id)
