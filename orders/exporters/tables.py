"""The tables that orders are priced from; the files are read again by the import."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast

from foundation.exports.api import Column, Exporter, Params, register
from orders.assortment.tables import SHIPPING, TAXES
from orders.models import ShippingRate, TaxRate


def _nothing(_shop_id: UUID, _posted: Mapping[str, str]) -> Params:
    return {}


def _everything(_params: Params) -> str:
    return "everything"


def _shipping_rows(shop_id: UUID, _params: Params) -> QuerySet[Any]:
    return ShippingRate.objects.for_shop(shop_id).order_by(*SHIPPING.key)


def _tax_rows(shop_id: UUID, _params: Params) -> QuerySet[Any]:
    return TaxRate.objects.for_shop(shop_id).order_by(*TAXES.key)


SHIPPING_RATES = register(
    Exporter(
        name="orders.shipping_rates",
        title="Shipping rates",
        columns=(
            Column("country", "country", plain=True),
            Column("province", "province", plain=True),
            Column("method", "method"),
            Column("parcel_class", "parcel_class", plain=True),
            Column("first_piece", "first_piece", plain=True),
            Column("each_further", "each_further", plain=True),
            Column("days_least", "days_least", plain=True),
            Column("days_most", "days_most", plain=True),
        ),
        clean=_nothing,
        rows=_shipping_rows,
        words=_everything,
    )
)
TAX_RATES = register(
    Exporter(
        name="orders.tax_rates",
        title="Taxes",
        columns=(
            Column("country", "country", plain=True),
            Column("province", "province", plain=True),
            Column("name", "name"),
            Column("valid_from", Cast(F("valid_from"), TextField()), plain=True),
            Column("rate", "rate", plain=True),
        ),
        clean=_nothing,
        rows=_tax_rows,
        words=_everything,
    )
)
