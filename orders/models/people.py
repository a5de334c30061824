"""Who uses the print shop: browsers, and customers once they told their address."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower, Now

from foundation.shop_owned import ShopOwnedManager


class Customer(models.Model):
    """Somebody who proved an e-mail address, or ordered with it. Not a user of the house."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ShopOwnedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("shop", Lower("email"), name="customer_email_unique")
        ]

    def __str__(self) -> str:
        return self.email


class Visitor(models.Model):
    """A browser that made something in the print shop, known by its signed cookie.

    ``customer``: who is logged in there, by a link that was mailed to that address.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="visitors"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    seen_at = models.DateTimeField(db_default=Now())

    objects = ShopOwnedManager()

    def __str__(self) -> str:
        return str(self.pk)


class LoginLink(models.Model):
    """A mailed link that logs the browser in where it is opened, once.

    ``visitor`` asked for it: the designs made there become the customer's, too. Only a digest of
    the link's secret is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    visitor = models.ForeignKey(Visitor, null=True, on_delete=models.SET_NULL, related_name="+")
    secret_digest = models.CharField(max_length=64, unique=True)
    onward = models.CharField(max_length=200, blank=True, help_text="Where to go afterwards.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.customer} until {self.expires_at}"


class ClientAllowance(models.Model):
    """How much costly work a browser or an address may still ask for: a bucket that refills.

    ``key`` names the client, ``level`` what is left in units of one preview at ``at``.
    """

    key = models.CharField(max_length=80, primary_key=True)
    level = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="client_allowance_prune")]

    def __str__(self) -> str:
        return self.key
