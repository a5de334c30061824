"""Designs, with what is on them and whose they are."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, Func, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from foundation.exports.api import (
    Column,
    Exporter,
    Filter,
    Params,
    both_clocks,
    register,
    said_of,
)
from foundation.shops.api import Role
from orders.artwork.contracts import FrameKind
from orders.artwork.typefaces import FONTS
from orders.designs.finding import DELETED, designs_matching
from orders.enums import DesignStatus
from orders.forms.looking import DesignFilterForm

from .choosing import cleaned, products_of

_WORDS = {
    "name": "Name",
    "frame": "Frame",
    "font": "Font",
    "status": "Status",
    "product": "Product",
    "email": "Owner",
    "q": "Search",
}


class _Hexadecimal(Func):
    """A checksum as it stands in the names of files."""

    template = "lpad(to_hex(%(expressions)s), 8, '0')"
    output_field = TextField()


def _within(part: str, name: str) -> KeyTextTransform:
    return KeyTextTransform(name, KeyTextTransform(part, "document"))


def _clean(shop_id: UUID, posted: Mapping[str, str]) -> Params:
    products = products_of(shop_id)
    return cleaned(DesignFilterForm(posted, products=products), products)


def _rows(shop_id: UUID, params: Params) -> QuerySet[Any]:
    form = DesignFilterForm(params, products=products_of(shop_id))
    return designs_matching(shop_id, form.chosen()).order_by("-created_at", "-pk")


def _words(params: Params) -> str:
    labels = {**dict(DesignStatus.choices), DELETED: "Thrown away"}
    if "of" in params:
        labels[params["product"]] = params["of"]
    return said_of(params, _WORDS, labels)


DESIGNS = register(
    Exporter(
        name="orders.designs",
        title="Designs",
        columns=(
            Column("design", "pk", plain=True),
            Column("status", "status", plain=True),
            *both_clocks("created_at"),
            *both_clocks("changed_at"),
            *both_clocks("deleted_at"),
            Column("product", "size__product__name"),
            Column("size", "size__name"),
            Column("sku", "size__sku"),
            Column("frame", _within("frame", "kind")),
            Column("background", _within("background", "kind")),
            Column("name", _within("name", "text")),
            Column("name_font", _within("name", "font")),
            Column("text", _within("text", "text")),
            Column("text_font", _within("text", "font")),
            Column(
                "owner_email",
                Coalesce(
                    "customer__email",
                    "visitor__customer__email",
                    Value(""),
                    output_field=CharField(),
                ),
            ),
            Column("photo_width", "photo__width", plain=True),
            Column("photo_height", "photo__height", plain=True),
            Column("copy_of", "original_design_id", plain=True),
            Column("checksum", _Hexadecimal(F("checksum")), plain=True),
            Column("sha256", Cast("digest", TextField()), plain=True),
        ),
        filters=(
            Filter("name", "The name on it, whole"),
            Filter("frame", "The frame", tuple(map(str, FrameKind))),
            Filter("font", "The font of name or text", tuple(FONTS)),
            Filter("status", "Where a design stands", (*DesignStatus.values, DELETED)),
            Filter("product", "The id of a product"),
            Filter("email", "The owner's e-mail address, whole"),
            Filter("q", "A checksum or the id of a design"),
        ),
        clean=_clean,
        rows=_rows,
        words=_words,
        role=Role.EDITOR,
    )
)
