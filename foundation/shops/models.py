"""User, Shop, Membership, Connection."""

import uuid
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now

from .enums import ConnectionKind, ConnectionState, Role


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """Create a person who can log in; a missing password makes that impossible."""
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """Create a person who may open the whole Django admin."""
        return self.create_user(
            email, password, **{"is_staff": True, "is_superuser": True, **extra}
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        """Look a person up by e-mail, whatever its letters' case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person of a merchant's staff or of ops. Customers of the print shop are not users."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail", max_length=254, unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(
        "ops", default=False, help_text="May open the Django admin of the whole installation."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        """Return the name the frame greets with."""
        return self.name or self.email.partition("@")[0]

    def get_full_name(self) -> str:
        """Return the name the frame shows beside the picture."""
        return str(self)


class ShopQuerySet(models.QuerySet["Shop"]):
    """Reads of shops."""

    def for_user(self, user: Any) -> Self:
        """Keep the shops this person belongs to; ops see only what they belong to, too."""
        return self.filter(memberships__user_id=user.pk)


class Shop(models.Model):
    """A merchant's business: the wall between tenants (house law 7)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3, default="CAD", help_text="ISO 4217")
    timezone = models.CharField(max_length=64, default="UTC", help_text="IANA name")
    frozen_at = models.DateTimeField(null=True, blank=True, help_text="Panic switch: since when.")
    frozen_by = models.ForeignKey(
        "shops.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    frozen_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ShopQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in a shop."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "user"], name="membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.shop}: {self.role}"


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Reads of connections."""

    def for_user(self, user: Any) -> Self:
        """Keep the connections of the shops this person belongs to."""
        return self.filter(shop__memberships__user_id=user.pk)

    def for_shop(self, shop_id: uuid.UUID) -> Self:
        """Keep the connections of one shop."""
        return self.filter(shop_id=shop_id)


class Connection(models.Model):
    """A shop's account at an outside system, with encrypted credentials.

    ``sealed`` holds one JSON object; its keys depend on the kind. Shopify: ``access_token``,
    Stripe: ``secret_key``; both: ``webhook_secret`` and, for the hours of a rotation,
    ``previous_webhook_secret``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="connections")
    kind = models.CharField(max_length=20, choices=ConnectionKind.choices)
    account = models.CharField(
        max_length=255, help_text="The vendor's name of the account, e.g. demo.myshopify.com"
    )
    state = models.CharField(
        max_length=10, choices=ConnectionState.choices, default=ConnectionState.ACTIVE
    )
    parked_at = models.DateTimeField(null=True, blank=True)
    parked_reason = models.TextField(blank=True)
    sealed = models.BinaryField(editable=False)
    facts = models.JSONField(
        default=dict, blank=True, help_text="What the last test of the connection read."
    )
    tested_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["kind", "account"]
        constraints: ClassVar = [
            models.UniqueConstraint("kind", Lower("account"), name="connection_account_unique")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.account}"
