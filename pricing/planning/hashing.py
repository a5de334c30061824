"""The fingerprint of a plan: its rules and every price in it."""

import hashlib
import json
from typing import Any

from pricing.contracts import Price
from pricing.facts import READ_CHUNK
from pricing.models import PlannedChange, PricingJob

from .rules_of import definitions_of

_HASHED = (
    "variant_vendor_id",
    "before_price",
    "before_compare_at",
    "target_price",
    "target_compare_at",
    "base_target_price",
    "base_target_compare_at",
    "skip",
)


def plan_hash_of_rows(target: PricingJob) -> str:
    """Hash the stored plan again; differs from the job's when somebody altered a row or a rule."""
    digest = begin_hash(target)
    rows = PlannedChange.objects.filter(job=target).order_by("position").values_list(*_HASHED)
    for variant, *amounts, skip in rows.iterator(chunk_size=READ_CHUNK):
        _feed(digest, variant, amounts, skip)
    return digest.hexdigest()


def begin_hash(target: PricingJob) -> "hashlib._Hash":
    """Begin a fingerprint with what the job was asked for."""
    head: dict[str, Any] = {"job": str(target.pk), "kind": target.kind}
    head["rules"] = definitions_of(target)
    return hashlib.sha256(json.dumps(head, sort_keys=True).encode())


def feed_hash(  # noqa: PLR0913 -- a row of the plan, flat: it is fed a million times
    digest: "hashlib._Hash",
    variant: int,
    before: Price,
    target: Price | None,
    *,
    base: Price | None,
    skip: str,
) -> None:
    """Add a row; the order of rows counts."""
    none = (None, None)
    amounts = [
        before.price,
        before.compare_at,
        *((target.price, target.compare_at) if target else none),
        *((base.price, base.compare_at) if base else none),
    ]
    _feed(digest, variant, amounts, skip)


def _feed(digest: "hashlib._Hash", variant: int, amounts: list[Any], skip: str) -> None:
    texts = ["-" if amount is None else f"{amount:.2f}" for amount in amounts]
    digest.update(f"{variant}|{'|'.join(texts)}|{skip}\n".encode())
