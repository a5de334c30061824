"""Reads of what belongs to a shop, behind the wall between tenants (house law 7)."""

import uuid
from typing import Any, Self

from django.db import models


class ShopOwnedQuerySet(models.QuerySet[Any]):
    """Reads of any model that has a ``shop``."""

    def for_user(self, user: Any) -> Self:
        """Keep the rows of the shops this person belongs to."""
        return self.filter(shop__memberships__user_id=user.pk)

    def for_shop(self, shop_id: uuid.UUID) -> Self:
        """Keep the rows of one shop."""
        return self.filter(shop_id=shop_id)
