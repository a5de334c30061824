"""A small print shop to test with: products, rates, a browser, a photo, designs."""

import functools
import io
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.test import Client
from PIL import Image, ImageDraw

from foundation.shops.models import Shop
from foundation.work.enums import Group
from foundation.work.runner import run_batch
from orders.designs.photos import take_photo
from orders.designs.services import change_design, create_design
from orders.models import (
    Design,
    Photo,
    PrintProduct,
    PrintShop,
    PrintSize,
    ShippingRate,
    TaxRate,
    Visitor,
)
from orders.people.callers import Caller
from orders.people.identity import COOKIE, remember
from orders.people.services import begin_visit

ADDRESS = {
    "email": "ada@example.com",
    "name": "Ada Lovelace",
    "line1": "12 Queen St",
    "line2": "",
    "city": "Toronto",
    "province": "ON",
    "postal_code": "M5V 2T6",
    "country": "CA",
    "phone": "",
}


def open_print_shop(shop: Shop, *, hosts: list[str] | None = None) -> PrintShop:
    """Open a print shop that sends to Canada."""
    return PrintShop.objects.create(
        shop=shop,
        name="Pet Star",
        hosts=hosts or [],
        seller_name="Maple Prints Inc.",
        seller_address="1 Front St\nToronto ON M5J 2X2",
        tax_number="12345 6789 RT0001",
        contact_email="hello@petstar.example",
        ships_to=["CA"],
    )


def sell(
    shop: Shop,
    *,
    name: str = "Poster",
    size: str = "6 x 8 cm",
    price: str = "24.00",
    mm: tuple[int, int] = (60, 80),
    dpi: int = 100,
    parcel_class: str = "tube",
) -> PrintSize:
    """Sell a size of a product; small, so that its print is drawn in a moment."""
    product, _ = PrintProduct.objects.get_or_create(
        shop=shop, slug=name.lower(), defaults={"name": name, "kind": "poster"}
    )
    return PrintSize.objects.create(
        shop=shop,
        product=product,
        name=size,
        sku=f"{name}-{size}".upper().replace(" ", ""),
        width_mm=mm[0],
        height_mm=mm[1],
        dpi=dpi,
        price=Decimal(price),
        weight_grams=120,
        parcel_class=parcel_class,
    )


def set_rates(shop: Shop) -> None:
    """Tubes for 9.00 and 2.50 each further, anywhere in Canada; HST in Ontario, GST and QST."""
    ShippingRate.objects.create(
        shop=shop,
        country="CA",
        parcel_class="tube",
        first_piece=Decimal("9.00"),
        each_further=Decimal("2.50"),
        days_least=3,
        days_most=7,
    )
    for province, name, rate in (
        ("ON", "HST", "0.13"),
        ("QC", "GST", "0.05"),
        ("QC", "QST", "0.09975"),
    ):
        TaxRate.objects.create(
            shop=shop,
            country="CA",
            province=province,
            name=name,
            rate=Decimal(rate),
            valid_from="2024-01-01",
        )


@functools.cache
def jpeg(width: int = 640, height: int = 800, colour: str = "#7a5a3a") -> bytes:
    """A photo of something round."""
    picture = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(picture).ellipse(
        (width // 4, height // 4, 3 * width // 4, 3 * height // 4), fill="#f0e0c0"
    )
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def visit(print_shop: PrintShop) -> Caller:
    """A browser that made something here already."""
    return Caller(print_shop=print_shop, visitor=begin_visit(shop_id=print_shop.shop_id))


def photo_for(caller: Caller, content: bytes | None = None) -> Photo:
    """Upload a photo."""
    return take_photo(caller=caller, file=io.BytesIO(content or jpeg()), name="rex.jpg")


def design_for(caller: Caller, size: PrintSize, **document: Any) -> Design:
    """Make a design; ``document`` replaces parts of what we would make."""
    photo = photo_for(caller)
    design = create_design(caller=caller, size_id=size.pk, photo_id=photo.pk)
    if document:
        design = change_design(
            caller=caller, design_id=design.pk, document={**design.document, **document}
        )
    return design


def run_all(*groups: str) -> None:
    """Run what is due in these groups of work, until nothing is."""
    names = groups or ("fast", "heavy")
    while sum(run_batch(Group(name)) for name in names):
        pass


def as_browser(client: Client, visitor: Visitor) -> Client:
    """Let a test client be a visitor's browser."""
    response = HttpResponse()
    remember(response, visitor)
    client.cookies[COOKIE] = response.cookies[COOKIE].value
    return client
