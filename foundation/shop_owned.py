"""Reads of what belongs to a shop, behind the wall between tenants (house law 7)."""

import uuid
from typing import Any, Self, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class ShopOwnedQuerySet(models.QuerySet[Row]):
    """Reads of any model that has a ``shop``."""

    def for_user(self, user: Any) -> Self:
        """Keep the rows of the shops this person belongs to."""
        return self.filter(shop__memberships__user_id=user.pk)

    def for_shop(self, shop_id: uuid.UUID) -> Self:
        """Keep the rows of one shop."""
        return self.filter(shop_id=shop_id)


class ShopOwnedManager(models.Manager[Row]):
    """The same reads, asked of the model."""

    def get_queryset(self) -> ShopOwnedQuerySet[Row]:
        """Begin with all rows."""
        return ShopOwnedQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # the stubs do not know it

    def for_user(self, user: Any) -> ShopOwnedQuerySet[Row]:
        """Keep the rows of the shops this person belongs to."""
        return self.get_queryset().for_user(user)

    def for_shop(self, shop_id: uuid.UUID) -> ShopOwnedQuerySet[Row]:
        """Keep the rows of one shop."""
        return self.get_queryset().for_shop(shop_id)
