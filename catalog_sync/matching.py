"""Whether a selection means one variant that is in memory: what ``variants_matching`` says in SQL.

For whoever has many selections and few variants, e.g. the campaigns that a changed variant may
have joined or left: one read of the variants, no query for each selection. Pure, no I/O.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from .contracts import Selection
from .letters import upper


@dataclass(frozen=True, slots=True)
class SelectionFacts:
    """All that a selection can ask of a variant.

    ``sku`` and ``searched`` are in upper case (:func:`catalog_sync.letters.upper`); ``searched``
    is everything words are looked for in, one text a line. ``gone``: it, or its product, was
    deleted, so that no selection means it any more.
    """

    variant_id: UUID
    product_id: UUID
    gone: bool
    searched: str
    sku: str
    vendor: str
    product_type: str
    status: str
    tags: frozenset[str]
    stock: int | None
    price: Decimal


Matches = Callable[[SelectionFacts], bool]


def selection_matches(selection: Selection, facts: SelectionFacts) -> bool:
    """Whether ``selection`` means this variant of its shop. For many variants, compile once."""
    return compile_selection(selection)(facts)


def compile_selection(selection: Selection) -> Matches:
    """Return the function that says whether ``selection`` means a variant of its shop.

    What does not depend on the variant is worked out here, once. The facts must be the shop's
    own: which shop a variant belongs to is not asked again.
    """
    if selection.is_empty:
        return _nothing
    words = [upper(word) for word in selection.text.split()]
    exact = [
        (name, value)
        for name in ("vendor", "product_type", "status")
        if (value := getattr(selection, name))
    ]
    chosen = _chosen(selection)

    def matches(facts: SelectionFacts) -> bool:
        return (
            not facts.gone
            and (chosen is None or chosen(facts))
            and all(getattr(facts, name) == value for name, value in exact)
            and (not selection.tag or selection.tag in facts.tags)
            and _within(facts.stock, selection.stock_min, selection.stock_max)
            and _within(facts.price, selection.price_min, selection.price_max)
            and all(word in facts.searched for word in words)
        )

    return matches


def _nothing(_facts: SelectionFacts) -> bool:
    return False


def _chosen(selection: Selection) -> Matches | None:
    if not (selection.variant_ids or selection.product_ids or selection.skus):
        return None
    variants = frozenset(selection.variant_ids)
    products = frozenset(selection.product_ids)
    skus = frozenset(map(upper, selection.skus))
    return lambda facts: (
        facts.variant_id in variants or facts.product_id in products or facts.sku in skus
    )


Number = TypeVar("Number", int, Decimal)


def _within(value: Number | None, low: Number | None, high: Number | None) -> bool:
    if low is None and high is None:
        return True
    # What is not known lies within no bounds.
    return value is not None and (low is None or value >= low) and (high is None or value <= high)
