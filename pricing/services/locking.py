"""Lock prices, so that no job writes them, and unlock them.

Not done here: what a lock means for a plan, a run or a way back (``pricing.locks``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from catalog_sync.api import Selection, variants_matching
from foundation.audit.api import record
from pricing.models import PriceLock

from .refusing import Refused

MOST_REASON: Final = 200
NAMED: Final = 20
"""Locks that a record of many names one by one."""


@dataclass(frozen=True, slots=True)
class Locked:
    """How many locks were added, and how many were there already; those keep their reason."""

    added: int
    already: int = 0


@transaction.atomic
def lock_variants(
    *, shop_id: UUID, variant_ids: Sequence[UUID], reason: str, actor_id: UUID | None
) -> Locked:
    """Lock variants one by one. Ids of another shop, or of what is gone, are left out."""
    reason = _given(reason)
    rows = variants_matching(shop_id, Selection(variant_ids=tuple(variant_ids)))
    found = dict(rows.values_list("pk", "sku"))
    return _add(
        shop_id,
        [PriceLock(variant_id=variant_id) for variant_id in found],
        reason,
        actor_id,
        skus=sorted(found.values()),
    )


@transaction.atomic
def lock_product(*, shop_id: UUID, product_id: UUID, reason: str, actor_id: UUID | None) -> Locked:
    """Lock a product with all variants it has or will have.

    Raises :class:`Refused` when the shop has no such product.
    """
    reason = _given(reason)
    rows = variants_matching(shop_id, Selection(product_ids=(product_id,)))
    title = rows.values_list("product__title", flat=True).first()
    if title is None:
        raise Refused("no_such_product", "The product is not in the shop any more.")
    return _add(shop_id, [PriceLock(product_id=product_id)], reason, actor_id, product=title)


@transaction.atomic
def lock_filter(
    *, shop_id: UUID, selection: Selection, reason: str, actor_id: UUID | None
) -> Locked:
    """Lock whatever a selection matches, now and later.

    Raises :class:`Refused` for a selection that says nothing.
    """
    reason = _given(reason)
    if selection.is_empty:
        raise Refused("no_filter", "Set at least one filter: this one would lock nothing.")
    query = selection.to_query()
    if PriceLock.objects.for_shop(shop_id).filter(selection=query).exists():
        return Locked(0, 1)
    return _add(shop_id, [PriceLock(selection=query)], reason, actor_id, selection=query)


@transaction.atomic
def unlock(*, shop_id: UUID, lock_ids: Sequence[UUID], actor_id: UUID | None) -> int:
    """Remove locks of a shop. Returns how many were there."""
    rows = list(
        PriceLock.objects.for_shop(shop_id)
        .filter(pk__in=lock_ids)
        .select_for_update(of=("self",))
        .select_related("variant", "product")
        .order_by("pk")
    )
    PriceLock.objects.filter(pk__in=[row.pk for row in rows]).delete()
    _record("removed", shop_id, rows, actor_id, what=[_said(row) for row in rows[:NAMED]])
    return len(rows)


def _given(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason or len(reason) > MOST_REASON or "\x00" in reason:
        raise Refused(
            "no_reason",
            f"Say in at most {MOST_REASON} letters why: whoever meets the lock wants to know.",
        )
    return reason


def _add(
    shop_id: UUID, locks: Sequence[PriceLock], reason: str, actor_id: UUID | None, **what: Any
) -> Locked:
    for lock in locks:
        lock.shop_id, lock.reason, lock.locked_by_id = shop_id, reason, actor_id
    # One lock of a thing is enough; the constraint says so, whoever else is at it.
    PriceLock.objects.bulk_create(locks, ignore_conflicts=True)
    added = PriceLock.objects.filter(pk__in=[lock.pk for lock in locks]).count()
    if added:
        _record("added", shop_id, locks, actor_id, reason=reason, **_first(what))
    return Locked(added, len(locks) - added)


def _first(what: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value[:NAMED] if isinstance(value, list) else value for name, value in what.items()
    }


def _said(lock: PriceLock) -> Any:
    if lock.variant is not None:
        return f"variant {lock.variant}"
    return lock.selection if lock.product is None else f"product {lock.product}"


def _record(
    deed: str,
    shop_id: UUID,
    locks: Sequence[PriceLock],
    actor_id: UUID | None,
    *,
    reason: str = "",
    **details: Any,
) -> None:
    if not locks:
        return
    record(
        f"pricing.price_lock.{deed}",
        shop_id=shop_id,
        actor_id=actor_id,
        object_type="price_lock",
        object_id=locks[0].pk if len(locks) == 1 else "many",
        reason=reason,
        details={"count": len(locks), **details},
    )
