"""Which variant each line of a piece means: one statement for the SKUs, one for earlier lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models.functions import Upper

from catalog_sync.api import Selection, variants_matching
from pricing.enums import LineVerdict
from pricing.models import PriceFile, PriceFileLine

from .lines import ReadLine

# The mirror's index is on the upper-case form: people type SKUs in any case.
_MATCH: Final = """
SELECT wanted.sku, count(*), min(variant.id::text)::uuid
FROM unnest(%s::text[]) AS wanted(sku) JOIN ({variants}) AS variant(id, folded)
  ON variant.folded = upper(wanted.sku)
GROUP BY wanted.sku
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """A line with what is thought of it."""

    line: ReadLine
    verdict: LineVerdict
    variant_id: UUID | None = None
    message: str = ""


def judged(file: PriceFile, lines: Sequence[ReadLine]) -> list[Judged]:
    """Judge the lines that follow those of ``file`` that are stored already, in their order."""
    matches = _matches(file, sorted({line.sku for line in lines if not line.problem}))
    taken_on = _taken_on(file, [variant_id for count, variant_id in matches.values() if count == 1])
    found = []
    for line in lines:
        judgement = _judge(line, matches, taken_on)
        if judgement.verdict is LineVerdict.TAKEN and judgement.variant_id is not None:
            taken_on[judgement.variant_id] = line.line
        found.append(judgement)
    return found


def _judge(
    line: ReadLine, matches: Mapping[str, tuple[int, UUID]], taken_on: Mapping[UUID, int]
) -> Judged:
    if line.problem:
        return Judged(line, LineVerdict.INVALID, message=line.problem)
    if line.sku not in matches:
        # Spreadsheets keep leading zeros by ="0012", and write that into the file.
        message = "The SKU is a formula. Write its value." if line.sku.startswith("=") else ""
        return Judged(line, LineVerdict.UNKNOWN_SKU, message=message)
    count, variant_id = matches[line.sku]
    if count > 1:
        return Judged(line, LineVerdict.AMBIGUOUS, message=f"{count:,} variants have this SKU.")
    if variant_id in taken_on:
        first = f"Line {taken_on[variant_id]:,} has a price for this variant; that one is taken."
        return Judged(line, LineVerdict.DUPLICATE, variant_id, first)
    return Judged(line, LineVerdict.TAKEN, variant_id)


def _matches(file: PriceFile, skus: Sequence[str]) -> dict[str, tuple[int, UUID]]:
    """Return how many living variants of the account have each SKU, and the first of them."""
    if not skus:
        return {}
    rows = variants_matching(file.shop_id, Selection(all=True))
    rows = rows.filter(connection_id=file.connection_id)
    sql, params = rows.values_list("pk", Upper("sku")).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_MATCH.format(variants=sql), [list(skus), *params])
        return {sku: (count, variant_id) for sku, count, variant_id in cursor.fetchall()}


def _taken_on(file: PriceFile, variant_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = PriceFileLine.objects.filter(
        file=file, verdict=LineVerdict.TAKEN, variant_id__in=variant_ids
    )
    return dict(rows.values_list("variant_id", "line"))
