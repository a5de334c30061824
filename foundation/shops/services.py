"""Verbs on shops and connections. Each is one transaction with its audit event."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from foundation.audit.api import record

from .enums import ConnectionKind, ConnectionState, Role
from .models import Connection, Membership, Shop, User
from .secretbox import reseal, seal, unseal


@transaction.atomic
def open_shop(*, name: str, owner: User, currency: str = "CAD", timezone: str = "UTC") -> Shop:
    """Create a shop with its first owner."""
    shop = Shop.objects.create(name=name, currency=currency, timezone=timezone)
    Membership.objects.create(shop=shop, user=owner, role=Role.OWNER)
    record(
        "shops.shop.opened",
        shop_id=shop.pk,
        actor_id=owner.pk,
        object_type="shop",
        object_id=shop.pk,
    )
    return shop


@transaction.atomic
def set_role(*, shop_id: UUID, user: User, role: Role, actor_id: UUID | None) -> Membership:
    """Give a person a role in a shop, or change it."""
    membership, _ = Membership.objects.update_or_create(
        shop_id=shop_id, user=user, defaults={"role": role}
    )
    record(
        "shops.member.role_set",
        shop_id=shop_id,
        actor_id=actor_id,
        object_type="user",
        object_id=user.pk,
        details={"role": role},
    )
    return membership


@transaction.atomic
def connect(
    *,
    shop_id: UUID,
    kind: ConnectionKind,
    account: str,
    secrets: dict[str, Any],
    actor_id: UUID | None,
) -> Connection:
    """Store a shop's account at a vendor. ``secrets`` is encrypted and never shown again."""
    connection = Connection.objects.create(
        shop_id=shop_id, kind=kind, account=account.lower(), sealed=seal(secrets)
    )
    record(
        "shops.connection.made",
        shop_id=shop_id,
        actor_id=actor_id,
        object_type="connection",
        object_id=connection.pk,
        details={"kind": kind, "account": account, "secrets": sorted(secrets)},
    )
    return connection


@transaction.atomic
def change_secrets(*, connection_id: UUID, changed: dict[str, str], actor_id: UUID | None) -> None:
    """Replace credentials; a replaced webhook secret stays valid beside the new one.

    Shopify signs with the old client secret for up to an hour after a rotation (contract §2.3).
    """
    row = Connection.objects.select_for_update().get(pk=connection_id)
    secrets = unseal(row.sealed)
    new_secret = changed.get("webhook_secret")
    if new_secret and new_secret != secrets.get("webhook_secret"):
        secrets["previous_webhook_secret"] = secrets.get("webhook_secret", "")
    secrets.update({name: value for name, value in changed.items() if value})
    row.sealed = seal(secrets)
    row.save(update_fields=["sealed"])
    record(
        "shops.connection.secrets_changed",
        shop_id=row.shop_id,
        actor_id=actor_id,
        object_type="connection",
        object_id=row.pk,
        details={"changed": sorted(name for name, value in changed.items() if value)},
    )


@transaction.atomic
def erase_secrets(*, connection_id: UUID, reason: str, actor_id: UUID | None = None) -> None:
    """Forget a connection's credentials for good; it can call nobody, and nobody is believed.

    A webhook signed with them is refused from now on. New ones are entered as ever.
    """
    row = Connection.objects.select_for_update().get(pk=connection_id)
    erased = sorted(unseal(row.sealed))
    row.sealed = seal({})
    row.save(update_fields=["sealed"])
    record(
        "shops.connection.secrets_erased",
        shop_id=row.shop_id,
        actor_id=actor_id,
        object_type="connection",
        object_id=row.pk,
        reason=reason,
        details={"erased": erased},
    )


@transaction.atomic
def store_facts(*, connection_id: UUID, facts: dict[str, Any]) -> None:
    """Keep what a test of the connection read abroad (plan, currency, zone, scopes)."""
    Connection.objects.filter(pk=connection_id).update(facts=facts, tested_at=Now())


@transaction.atomic
def park(*, connection_id: UUID, reason: str, actor_id: UUID | None = None) -> bool:
    """Stop all calls through a connection. Returns False when it was parked already."""
    moved = Connection.objects.filter(pk=connection_id, state=ConnectionState.ACTIVE).update(
        state=ConnectionState.PARKED, parked_at=Now(), parked_reason=reason
    )
    if moved:
        row = Connection.objects.get(pk=connection_id)
        record(
            "shops.connection.parked",
            shop_id=row.shop_id,
            actor_id=actor_id,
            object_type="connection",
            object_id=connection_id,
            reason=reason,
        )
    return bool(moved)


@transaction.atomic
def resume(*, connection_id: UUID, actor_id: UUID | None) -> bool:
    """Allow calls again. Returns False when the connection was not parked.

    Releasing the jobs that wait for it is ``foundation.work``'s verb; the caller does both in
    one transaction.
    """
    moved = Connection.objects.filter(pk=connection_id, state=ConnectionState.PARKED).update(
        state=ConnectionState.ACTIVE, parked_at=None, parked_reason=""
    )
    if moved:
        row = Connection.objects.get(pk=connection_id)
        record(
            "shops.connection.resumed",
            shop_id=row.shop_id,
            actor_id=actor_id,
            object_type="connection",
            object_id=connection_id,
        )
    return bool(moved)


@transaction.atomic
def freeze(*, shop_id: UUID, reason: str, actor_id: UUID | None) -> bool:
    """Pull the panic switch: no write abroad for this shop until it is released."""
    moved = Shop.objects.filter(pk=shop_id, frozen_at=None).update(
        frozen_at=Now(), frozen_by_id=actor_id, frozen_reason=reason
    )
    if moved:
        record(
            "shops.shop.frozen",
            shop_id=shop_id,
            actor_id=actor_id,
            object_type="shop",
            object_id=shop_id,
            reason=reason,
        )
    return bool(moved)


@transaction.atomic
def unfreeze(*, shop_id: UUID, actor_id: UUID | None) -> bool:
    """Release the panic switch; the caller releases the waiting jobs in the same transaction."""
    moved = Shop.objects.filter(pk=shop_id, frozen_at__isnull=False).update(
        frozen_at=None, frozen_by=None, frozen_reason=""
    )
    if moved:
        record(
            "shops.shop.unfrozen",
            shop_id=shop_id,
            actor_id=actor_id,
            object_type="shop",
            object_id=shop_id,
        )
    return bool(moved)


@transaction.atomic
def reseal_connections(*, dry_run: bool = False) -> int:
    """Encrypt every connection's secrets with the first of ``BACKROOM_KEYS``; returns how many.

    All or nothing: raises :class:`ImproperlyConfigured`, and changes nothing, when one of them
    cannot be decrypted with any key.
    """
    rows = list(Connection.objects.select_for_update().order_by("pk"))
    for row in rows:
        # Names the remedy where a key is missing, which the library's own error does not.
        unseal(row.sealed)
        row.sealed = reseal(bytes(row.sealed))
    if not dry_run:
        Connection.objects.bulk_update(rows, ["sealed"], batch_size=500)
        record(
            "shops.secrets.resealed",
            shop_id=None,
            object_type="installation",
            object_id="secrets",
            details={"connections": len(rows)},
        )
    return len(rows)
