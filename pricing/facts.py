"""What a rule may ask of a variant, read from the mirror: one way for plan, run and preview."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from catalog_sync.api import with_levels

from .contracts import Price
from .models import PriceFileLine
from .rules import Facts, Rule, asks_for_levels

READ_CHUNK = 2_000
_COLUMNS = (
    "id",
    "vendor_id",
    "product__vendor_id",
    "price",
    "compare_at",
    "cost",
    "stock",
    "product__vendor",
    "product__product_type",
    "product__title",
    "title",
    "sku",
    "product__status",
    "product__tags",
    "product__vendor_created_at",
    "vendor_updated_at",
    "covered__stack",
    "covered__base_price",
    "covered__base_compare_at",
)


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A variant with its facts. ``shown`` is what the shop shows.

    Where campaigns cover it the facts carry the merchant's own price, and ``stack`` are the layers
    on it (none: the own price is on its way back). ``extra`` holds what the caller asked for
    besides, in its order.
    """

    variant_id: UUID
    vendor_id: int
    product_vendor_id: int
    shown: Price
    facts: Facts
    covered: bool
    stack: tuple[UUID, ...]
    extra: tuple[Any, ...]

    @property
    def own(self) -> Price:
        """The merchant's own price."""
        return Price(self.facts.price, self.facts.compare_at)


def read_facts(
    rows: QuerySet[Any],
    rules: Iterable[Rule],
    *,
    price_file_id: UUID | None = None,
    levels: bool = False,
    extra: Sequence[str] = (),
) -> Iterator[VariantRow]:
    """Read variants with what these rules may ask, through a server-side cursor.

    ``rows`` are variants of the mirror in the order that is wanted; ``extra`` are names of further
    columns or annotations of theirs. Levels by location are read only for rules that ask, or when
    ``levels`` says so.
    """
    names = [*_COLUMNS]
    levels = levels or asks_for_levels(rules)
    if levels:
        rows = with_levels(rows)
        names.append("levels")
    if price_file_id is not None:
        lines = PriceFileLine.objects.filter(
            file_id=price_file_id, variant_id=OuterRef("pk"), verdict="taken"
        )
        rows = rows.annotate(
            file_price=Subquery(lines.values("price")[:1]),
            file_compare_at=Subquery(lines.values("compare_at")[:1]),
        )
        names += ["file_price", "file_compare_at"]
    own = len(names)
    for row in rows.values_list(*names, *extra).iterator(chunk_size=READ_CHUNK):
        yield _row(row, levels=levels, listed=price_file_id is not None, own=own)


def _row(row: Sequence[Any], *, levels: bool, listed: bool, own: int) -> VariantRow:
    # A row that only remembers which campaigns leave the variant alone covers nothing.
    covered = bool(row[16]) or (row[17] is not None and row[17:19] != row[3:5])
    at = len(_COLUMNS)
    here: Mapping[int, int] = {}
    if levels:
        here = {int(place): quantity for place, quantity in (row[at] or {}).items()}
        at += 1
    facts = Facts(
        price=row[17] if covered else row[3],
        compare_at=row[18] if covered else row[4],
        cost=row[5],
        stock=row[6],
        levels=here,
        vendor=row[7],
        product_type=row[8],
        title=row[9],
        variant_title=row[10],
        sku=row[11],
        status=row[12],
        tags=row[13],
        created_at=row[14],
        updated_at=row[15],
        file_price=row[at] if listed else None,
        file_compare_at=row[at + 1] if listed else None,
    )
    return VariantRow(
        row[0],
        row[1],
        row[2],
        Price(row[3], row[4]),
        facts,
        covered,
        tuple(row[16] or ()),
        tuple(row[own:]),
    )


def priced(facts: Facts, price: Price) -> Facts:
    """Return the same facts at another price."""
    values = {name: getattr(facts, name) for name in Facts.__slots__}
    return Facts(**{**values, "price": price.price, "compare_at": price.compare_at})


def stocked(facts: Facts, stock: int) -> Facts:
    """Return the same facts with another stock in all; by location it stays as it is."""
    values = {name: getattr(facts, name) for name in Facts.__slots__}
    return Facts(**{**values, "stock": stock})
