"""One row of a price list: its columns, and what is read from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.conf import settings

from foundation.untrusted.api import Column, CsvLimits, Row

from .amounts import NotAnAmount, amount_in

# Headings of Shopify's own export, and what price lists are headed with in English, German, French.
COLUMNS: Final = (
    Column(
        "sku",
        (
            "Variant SKU",
            "Article number",
            "Item number",
            "Part number",
            "Artikelnummer",
            "Artikelnr",
            "Artikelnr.",
            "Artikel-Nr",
            "Artikel-Nr.",
            "Art.-Nr.",
            "Référence",
            "Reference",
            "Réf",
            "Réf.",
            "UGS",
            "Code article",
        ),
    ),
    Column(
        "price",
        (
            "Variant Price",
            "New price",
            "Sale price",
            "Preis",
            "Neuer Preis",
            "Verkaufspreis",
            "VK",
            "VK-Preis",
            "Prix",
            "Nouveau prix",
            "Prix de vente",
        ),
    ),
    Column(
        "compare_at",
        (
            "Variant Compare At Price",
            "Compare-at price",
            "Compare at",
            "Vergleichspreis",
            "Streichpreis",
            "UVP",
            "Prix comparé",
            "Prix barré",
            "Prix avant réduction",
        ),
        required=False,
    ),
)
MOST_SKU: Final = 255
MOST_TEXT: Final = 60
_FIELD_CHARS: Final = 1_000
_FORMULA: Final = "A formula, not a price. Write its value."


def limits() -> CsvLimits:
    """Return what a price list may be at most."""
    return CsvLimits(max_bytes=settings.PRICING_LIST_MAX_BYTES, field_chars=_FIELD_CHARS)


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A row as it was read. ``problem`` says why it cannot be taken; then there is no price."""

    line: int
    sku: str
    price_text: str
    price: Decimal | None = None
    compare_at: Decimal | None = None
    problem: str = ""


def read_lines(rows: Iterable[Row], *, currency: str) -> Iterator[ReadLine | None]:
    """Read rows; None for one that names neither SKU nor price, as exports write for pictures."""
    for row in rows:
        yield _line(row, currency)


def _line(row: Row, currency: str) -> ReadLine | None:
    sku, text = row.values["sku"].strip(), row.values["price"].strip()
    if not sku and not text:
        return None
    price = compare_at = None
    problem = _sku_problem(sku)
    if not problem:
        try:
            price = _amount(row, "price", currency)
            if price is None:
                problem = "There is no price on this line."
            else:
                compare_at = _amount(row, "compare_at", currency)
        except NotAnAmount as refused:
            problem = str(refused) if price is None else f"Compare-at price: {refused}"
            price = None
    return ReadLine(row.line, sku[:MOST_SKU], text[:MOST_TEXT], price, compare_at, problem)


def _sku_problem(sku: str) -> str:
    if not sku:
        return "There is no SKU on this line."
    if len(sku) > MOST_SKU:
        return f"The SKU is longer than {MOST_SKU} letters."
    return ""


def _amount(row: Row, column: str, currency: str) -> Decimal | None:
    text = row.values[column].strip()
    # "-$5" is a formula for a spreadsheet, and a price below zero for people.
    if column in row.formulas and not text.startswith("-"):
        raise NotAnAmount(_FORMULA)
    return amount_in(text, currency=currency) if text else None
