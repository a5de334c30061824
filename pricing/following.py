"""Decide what the shop is to show for variants under campaigns, right before it is written.

Nothing of the plan is believed: own price, layers and facts are read again under the variants'
lock. A live price that nobody here knew is somebody's edit and is entered first, so that the
campaign's policy has spoken before anything is computed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from catalog_sync.api import Selection, apply_live_prices, variants_matching
from connectors.shopify.api import LivePrice
from foundation.tracing import current_request_id

from . import outside, recording
from .contracts import BaseChange, PlannedRow, Price, Settled
from .deciding import CHANGED_WHILE, GONE, Decided, Reading, resolve
from .enums import Outcome, SkipReason
from .facts import VariantRow, read_facts
from .layering import Layers, layers_ask_for_levels
from .locks import locked_among
from .models import PricingJob

SHOWN_ALREADY = "It showed this price already."
NOT_COVERED = "No campaign covers it any more."


def decide_following(job: PricingJob, rows: Sequence[PlannedRow], reading: Reading) -> Decided:
    """Split rows into those that have ended and those to write; their variants are locked.

    Rows to write carry the live price as ``before`` and what was computed now as ``target``.
    """
    settled: list[Settled] = []
    fresh: dict[PlannedRow, LivePrice] = {}
    edited: dict[PlannedRow, LivePrice] = {}
    never_sent: list[PlannedRow] = []
    for row in rows:
        live = reading.prices.get(row.variant_vendor_id)
        if live is None:
            settled.append(Settled(row, Outcome.FAILED, GONE))
        elif row.intended and (resolved := resolve(row, _price(live), live)) is not None:
            settled.append(resolved)
            if resolved.reason == CHANGED_WHILE:
                edited[row] = live
        else:
            if row.intended:
                never_sent.append(row)
            fresh[row] = live
    # Their stored target is of an earlier moment: it is computed anew.
    recording.withdraw(job, never_sent)
    found = _facts(job, [*fresh, *edited])
    if _note_edits(job, {**fresh, **edited}, found):
        _tell_mirror(job, {**fresh, **edited}, found)
        found = _facts(job, list(fresh))
    locked = locked_among(job.shop_id, [row.variant_id for row in fresh])
    layers = Layers(now=timezone.now())
    layers.load({layer for each in found.values() for layer in each.stack})
    writable: list[PlannedRow] = []
    for row, live in fresh.items():
        ended = _target(row, _price(live), found.get(row.variant_id), layers)
        if isinstance(ended, Settled):
            settled.append(ended)
        elif row.variant_id in locked:
            settled.append(Settled(row, Outcome.SKIPPED, str(SkipReason.LOCKED)))
        else:
            writable.append(ended)
    return Decided(settled, writable)


def _target(
    row: PlannedRow, now: Price, found: VariantRow | None, layers: Layers
) -> PlannedRow | Settled:
    if found is None:
        return Settled(row, Outcome.FAILED, GONE)
    if not found.covered:
        return Settled(replace(row, before=now), Outcome.UNCHANGED, NOT_COVERED, found=now)
    shown = layers.shown(found, found.own)
    aimed = replace(
        row,
        intended=False,
        before=now,
        target=shown.price,
        base=BaseChange(found.own, found.own),
        layer_ref=shown.layer_ref,
    )
    if shown.price == now:
        return Settled(aimed, Outcome.UNCHANGED, SHOWN_ALREADY, found=now)
    return aimed


def _facts(job: PricingJob, rows: Sequence[PlannedRow]) -> dict[UUID, VariantRow]:
    if not rows:
        return {}
    chosen = Selection(variant_ids=tuple(row.variant_id for row in rows))
    found = read_facts(
        variants_matching(job.shop_id, chosen),
        (),
        levels=layers_ask_for_levels(job.shop_id),
        extra=("covered__base_at",),
    )
    return {each.variant_id: each for each in found}


def _note_edits(
    job: PricingJob, live: Mapping[PlannedRow, LivePrice], found: Mapping[UUID, VariantRow]
) -> int:
    """Enter live prices that are edits; returns how many were.

    Also those that the mirror knows already: it may have heard of an edit a moment before the
    ledger does.
    """
    seen: list[list[Any]] = []
    for row, each in live.items():
        known = found.get(row.variant_id)
        if known is None:
            continue
        told = [row.variant_vendor_id, each.price, each.compare_at, each.updated_at]
        there = _there_before(known, each)
        seen.append(told if there is None else [*told, there.price, there.compare_at])
    if not seen:
        return 0
    return outside.note_prices_seen(
        shop_id=job.shop_id,
        connection_id=job.connection_id,
        seen=seen,
        request_id=current_request_id(),
    )


def _there_before(known: VariantRow, live: LivePrice) -> Price | None:
    """Return what the shop showed before the live price, as far as we know; None: the same.

    Where the mirror has heard of the live price already it is the own price, unless the live one
    is as old as that. What the ledger knows goes before either.
    """
    now = _price(live)
    if known.shown != now:
        return known.shown
    (own_at,) = known.extra
    newer = own_at is not None and live.updated_at > own_at
    return known.own if newer and known.own != now else None


def _tell_mirror(
    job: PricingJob, live: Mapping[PlannedRow, LivePrice], found: Mapping[UUID, VariantRow]
) -> None:
    """Let the mirror know edits at once: what moves until their webhooks come goes by it."""
    apply_live_prices(
        job.connection_id,
        [
            (row.variant_vendor_id, each.price, each.compare_at, each.updated_at)
            for row, each in live.items()
            if row.variant_id in found and found[row.variant_id].shown != _price(each)
        ],
    )


def _price(live: LivePrice) -> Price:
    return Price(live.price, live.compare_at)
