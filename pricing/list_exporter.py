"""The report on a price list's lines, to be exported."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from foundation.exports.api import Column, Exporter, Filter, InvalidExport, Params, register

from .enums import LineVerdict, PriceFileState
from .models import PriceFile
from .queries.lists import lines_of


def _file(shop_id: UUID, posted: Mapping[str, str]) -> PriceFile:
    try:
        file_id = UUID(posted.get("file", ""))
    except ValueError as error:
        raise InvalidExport("say which price list.") from error
    file: PriceFile | None = PriceFile.objects.for_shop(shop_id).filter(pk=file_id).first()
    if file is None:
        raise InvalidExport("there is no such price list in this shop.")
    return file


def _clean(shop_id: UUID, posted: Mapping[str, str]) -> Params:
    file = _file(shop_id, posted)
    if file.state != PriceFileState.READY:
        raise InvalidExport("the list is not read yet, or was refused.")
    verdict = posted.get("verdict", "")
    if verdict and verdict not in LineVerdict.values:
        raise InvalidExport("there is no such verdict.")
    return {
        "file": str(file.pk),
        "name": file.name,
        **({"verdict": verdict} if verdict else {}),
    }


def _rows(shop_id: UUID, params: Params) -> QuerySet[Any]:
    rows = lines_of(_file(shop_id, params), params.get("verdict", ""))
    return rows.order_by("line", "id")


def _words(params: Params) -> str:
    if "verdict" not in params:
        return params["name"]
    return f"{params['name']}: {str(LineVerdict(params['verdict']).label).lower()}"


LINES = register(
    Exporter(
        name="pricing.list_lines",
        title="Report on a price list",
        columns=(
            Column("line", "line", plain=True),
            Column("sku", "sku"),
            Column("written", "price_text"),
            Column("price", "price", plain=True),
            Column("compare_at", "compare_at", plain=True),
            Column("verdict", "verdict", plain=True),
            Column("message", "message"),
            Column("product", "variant__product__title"),
            Column("variant", "variant__title"),
        ),
        filters=(
            Filter("file", "The id of the price list", required=True),
            Filter("verdict", "Lines that came to this", LineVerdict.values),
        ),
        clean=_clean,
        rows=_rows,
        words=_words,
    )
)
