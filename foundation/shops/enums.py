"""Roles and the states of a connection."""

from django.db import models


class Role(models.TextChoices):
    """What a person may do in a shop. Each role may do all that the ones before it may."""

    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    APPROVER = "approver", "Approver"
    OWNER = "owner", "Owner"

    @property
    def rank(self) -> int:
        """Order of power, from 0."""
        return list(Role).index(self)

    def may(self, needed: "Role") -> bool:
        """Whether this role covers what ``needed`` covers."""
        return self.rank >= needed.rank


class ConnectionKind(models.TextChoices):
    """The outside systems a shop can be connected to."""

    SHOPIFY = "shopify", "Shopify"
    STRIPE = "stripe", "Stripe"


class ConnectionState(models.TextChoices):
    """ACTIVE works; PARKED waits for a person to mend a setting; its jobs wait with it."""

    ACTIVE = "active", "Active"
    PARKED = "parked", "Parked"
