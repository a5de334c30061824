"""Reads of shops, memberships and connections."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404

from .enums import Role
from .models import Connection, Membership, Shop, User
from .secretbox import unseal

if TYPE_CHECKING:
    from collections.abc import Sequence


def memberships_of(user: Any) -> "Sequence[Membership]":
    """Return the person's memberships with their shops, by the shop's name."""
    return list(
        Membership.objects.filter(user_id=user.pk).select_related("shop").order_by("shop__name")
    )


def role_in(user: Any, shop_id: UUID) -> Role | None:
    """Return the person's role in a shop; None for a stranger."""
    found = Membership.objects.filter(user_id=user.pk, shop_id=shop_id).values_list(
        "role", flat=True
    )
    return Role(found[0]) if found else None


@dataclass(frozen=True, slots=True)
class ConnectionAccess:
    """What code that calls abroad needs of a connection; never logged, never serialised."""

    id: UUID
    shop_id: UUID
    kind: str
    account: str
    parked: bool
    parked_reason: str
    frozen: bool
    secrets: dict[str, Any]
    facts: dict[str, Any]

    def __repr__(self) -> str:
        """Name the connection without its secrets."""
        return f"ConnectionAccess({self.kind} {self.account})"


def connection_access(connection_id: UUID) -> ConnectionAccess:
    """Read one connection with its decrypted credentials and the shop's panic switch."""
    row = Connection.objects.select_related("shop").get(pk=connection_id)
    return ConnectionAccess(
        id=row.pk,
        shop_id=row.shop_id,
        kind=row.kind,
        account=row.account,
        parked=row.state == "parked",
        parked_reason=row.parked_reason,
        frozen=row.shop.frozen_at is not None,
        secrets=unseal(row.sealed),
        facts=row.facts,
    )


@dataclass(frozen=True, slots=True)
class WebhookAccount:
    """Who sends a webhook: the connection and the secrets its signature may be made with."""

    connection_id: UUID
    shop_id: UUID
    account: str
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        """Name the account without its secrets."""
        return f"WebhookAccount({self.connection_id})"


def webhook_account(kind: str, account: str) -> WebhookAccount | None:
    """Find the connection a webhook claims to come from, with its valid secrets."""
    found = Connection.objects.filter(kind=kind, account__iexact=account)
    row = found.values_list("id", "shop_id", "account", "sealed").first()
    return None if row is None else _webhook_account(*row)


def webhook_accounts(kind: str) -> tuple[WebhookAccount, ...]:
    """Find all connections of a kind, for vendors whose webhooks do not name their account."""
    rows = Connection.objects.filter(kind=kind).order_by("created_at", "id")
    return tuple(
        _webhook_account(*row) for row in rows.values_list("id", "shop_id", "account", "sealed")
    )


def _webhook_account(
    connection_id: UUID, shop_id: UUID, account: str, sealed: bytes | memoryview
) -> WebhookAccount:
    secrets = unseal(sealed)
    names = ("webhook_secret", "previous_webhook_secret")
    valid = tuple(secrets[name] for name in names if secrets.get(name))
    return WebhookAccount(connection_id, shop_id, account, valid)


def shop_or_404(user: Any, shop_id: UUID) -> Shop:
    """Return a shop the person belongs to; a stranger gets 404, as if it were not there."""
    shop = Shop.objects.for_user(user).filter(pk=shop_id).first()
    if shop is None:
        raise Http404
    return shop


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a mail may be written to."""

    user_id: UUID
    email: str


def owners_of(shop_id: UUID) -> "Sequence[Recipient]":
    """Return the owners of a shop who can log in, by address."""
    rows = User.objects.filter(
        memberships__shop_id=shop_id, memberships__role=Role.OWNER, is_active=True
    )
    return [Recipient(*row) for row in rows.order_by("email").values_list("id", "email")]


def approvers_of(shop_id: UUID) -> "Sequence[Recipient]":
    """Return who may approve in a shop and can log in: approvers and owners, by address."""
    may = [role for role in Role if role.may(Role.APPROVER)]
    rows = User.objects.filter(
        memberships__shop_id=shop_id, memberships__role__in=may, is_active=True
    )
    return [Recipient(*row) for row in rows.order_by("email").values_list("id", "email")]


def people_in(shop_id: UUID) -> int:
    """Count the people of a shop who can log in."""
    return Membership.objects.filter(shop_id=shop_id, user__is_active=True).count()


def operators() -> "Sequence[Recipient]":
    """Return the people who run the installation, by address."""
    rows = User.objects.filter(is_staff=True, is_active=True)
    return [Recipient(*row) for row in rows.order_by("email").values_list("id", "email")]
