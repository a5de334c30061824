"""Products and sizes: added, changed, ordered, switched; prices recorded; bad input said."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from foundation.audit.models import AuditEvent
from foundation.shops.models import Shop, User
from orders.contracts import Refused
from orders.designs.freezing import freeze
from orders.models import DesignVersion, Order, PrintProduct, PrintShop, PrintSize
from orders.people.callers import Caller
from orders.sales.addresses import Address
from orders.sales.drafting import create_order
from orders.sales.lines import Item
from orders.sales.quoting import quote
from tests.orders import shop as makers

from .conftest import said_after, text_of

pytestmark = pytest.mark.django_db

LIST = "/orders/setup/products/"
SIZE = {
    "name": "6 x 8 cm",
    "sku": "POSTER-6X8CM",
    "width_mm": "60",
    "height_mm": "80",
    "bleed_mm": "3",
    "safe_mm": "5",
    "dpi": "100",
    "price": "24.00",
    "weight_grams": "120",
    "parcel_class": "tube",
}


def of(row: PrintProduct | PrintSize, verb: str = "") -> str:
    kind = "products" if isinstance(row, PrintProduct) else "sizes"
    return f"/orders/setup/{kind}/{row.pk}/{verb}"


def said_of(row: PrintSize) -> dict[str, Any]:
    row.refresh_from_db()
    return {name: getattr(row, name) for name in SIZE}


def draft(caller: Caller, size: PrintSize) -> Order:
    design = makers.design_for(caller, size)
    freeze(design)
    items = [Item(design.pk, 2)]
    return create_order(caller=caller, items=items, address=Address(**makers.ADDRESS))


@pytest.mark.usefixtures("print_shop")
def test_a_product_gets_its_address_and_its_first_size(
    as_approver: Client, as_editor: Client
) -> None:
    posted = {"name": "Tasse à café", "kind": "mug", "material": "", "description": "Hot."}
    assert as_editor.post(f"{LIST}new/", posted).status_code == 403
    for _ in range(2):
        said = said_after(as_approver, f"{LIST}new/", posted)
        assert "Give it a size, so that it can be sold." in said
    rows = PrintProduct.objects.order_by("position")
    assert [(row.slug, row.position, row.name) for row in rows] == [
        ("tasse-a-cafe", 0, "Tasse à café"),
        ("tasse-a-cafe-2", 1, "Tasse à café"),
    ]
    product = rows[0]
    said = said_after(as_approver, of(product, "sizes/new/"), {**SIZE, "price": "24,5"})
    assert "6 x 8 cm is sold from now on." in said
    size = PrintSize.objects.get()
    assert (size.product_id, size.price, size.width_mm, size.dpi, size.position) == (
        product.pk,
        Decimal("24.50"),
        Decimal("60.0"),
        100,
        0,
    )
    event = AuditEvent.objects.get(verb="orders.size.added")
    assert (event.object_id, event.details["price"]) == (str(size.pk), "24.50")
    # 66 by 86 mm with the bleed, at 100 DPI.
    assert "260 × 339 pixels" in text_of(as_approver, of(product))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("price", "0", "Write 0.01 to 999,999.99."),
        ("price", "-1", "Write 0.01 to 999,999.99."),
        ("price", "1e9", "Write 0.01 to 999,999.99."),
        ("price", "1e99", "Write a number such as 12.50."),
        ("price", "NaN", "Write a number such as 12.50."),
        ("price", "Infinity", "Write a number such as 12.50."),
        ("price", "twelve", "Write a number such as 12.50."),
        ("price", "", "Write a number such as 12.50."),
        ("price", "12.005", "Write at most 2 digits behind the point, such as 12.50."),
        ("price", "1,234", "Write at most 2 digits behind the point, such as 12.50."),
        ("width_mm", "19.9", "Write 20 to 2,000 mm."),
        ("width_mm", "2000.1", "Write 20 to 2,000 mm."),
        ("height_mm", "80.05", "Write at most 1 digit behind the point, such as 450."),
        ("bleed_mm", "51", "Write 0 to 50 mm."),
        ("safe_mm", "30", "It leaves no room for text: write less than 30 mm."),
        ("dpi", "71", "Write 72 to 600."),
        ("dpi", "300.5", "Write a whole number, such as 300."),
        ("weight_grams", "0", "Write 1 to 100,000 g."),
        ("weight_grams", "1e-3", "Write a whole number, such as 120."),
        ("parcel_class", "pallet", "Select a valid choice."),
        ("sku", "=A1", "Begin with a letter or a digit, not with a sign."),
        ("name", "x" * 61, "Write 60 letters at most."),
    ],
)
def test_bad_input_is_said_in_a_sentence_and_changes_nothing(
    field: str, value: str, said: str, size: PrintSize, as_approver: Client
) -> None:
    before = said_of(size)
    answer = as_approver.post(of(size), {**SIZE, field: value})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert said_of(size) == before
    assert not AuditEvent.objects.filter(object_type="print_size").exists()


def test_more_pixels_than_are_printed_are_refused(size: PrintSize, as_approver: Client) -> None:
    huge = {**SIZE, "width_mm": "2000", "height_mm": "2000", "dpi": "300"}
    answer = as_approver.post(of(size), huge)
    assert answer.status_code == 422
    assert "23,693 × 23,693 pixels are more than the 200 million" in answer.content.decode()


def test_a_price_is_recorded_and_reaches_unpaid_orders_only(
    caller: Caller, size: PrintSize, as_approver: Client, as_viewer: Client
) -> None:
    order = draft(caller, size)
    assert order.items_total == Decimal("48.00")
    assert "1 unpaid order contains this size" in text_of(as_viewer, of(size))
    assert as_viewer.post(of(size), {**SIZE, "price": "1"}).status_code == 403
    said = said_after(as_approver, of(size), {**SIZE, "price": "26.00"})
    assert "The price is 26.00 instead of 24.00: unpaid orders get it, too." in said
    event = AuditEvent.objects.get(verb="orders.size.repriced")
    assert event.details == {"changes": {"price": ["24.00", "26.00"]}}
    assert not AuditEvent.objects.filter(verb="orders.size.changed").exists()
    page = text_of(as_viewer, of(size))
    assert "24.00" in page
    assert "ada.approver@example.com" in page
    assert Order.objects.get().items_total == Decimal("48.00")
    quote(order)
    assert Order.objects.get().items_total == Decimal("52.00")


def test_a_changed_specification_leaves_frozen_versions_alone(
    caller: Caller, size: PrintSize, as_approver: Client
) -> None:
    design = makers.design_for(caller, size)
    version = freeze(design)
    said = said_after(as_approver, of(size), {**SIZE, "width_mm": "62,5", "dpi": "150"})
    assert "versions that are frozen already stay as they are" in said
    assert DesignVersion.objects.get(pk=version.pk).spec == version.spec
    assert version.spec["width_mm"] == 60.0
    event = AuditEvent.objects.get(verb="orders.size.changed")
    assert event.details == {"changes": {"width_mm": ["60.0", "62.5"], "dpi": [100, 150]}}
    size.refresh_from_db()
    design.size = size
    assert freeze(design).spec["width_mm"] == 62.5


def test_a_sku_stands_for_one_size(
    print_shop: PrintShop, size: PrintSize, as_approver: Client
) -> None:
    other = makers.sell(print_shop.shop, size="9 x 12 cm")
    answer = as_approver.post(of(other), {**SIZE, "sku": size.sku})
    assert answer.status_code == 422
    assert f"Another size has the SKU {size.sku}." in answer.content.decode()
    assert said_of(other)["sku"] == "POSTER-9X12CM"
    answer = as_approver.post(of(size.product, "sizes/new/"), SIZE)
    assert (answer.status_code, PrintSize.objects.count()) == (422, 2)


def test_switching_off_says_what_becomes_of_open_orders(
    caller: Caller, size: PrintSize, as_approver: Client, as_editor: Client
) -> None:
    order = draft(caller, size)
    words = "1 unpaid order contains it: whoever goes on with one is told"
    assert words in text_of(as_approver, LIST)
    assert as_editor.post(of(size, "switch/off/")).status_code == 403
    said = said_after(as_approver, of(size, "switch/off/"))
    assert "is not sold any more. What is paid is printed." in said
    with pytest.raises(Refused) as refused:
        quote(order)
    assert refused.value.code == "size-gone"
    said_after(as_approver, of(size, "switch/on/"))
    quote(order)
    said_after(as_approver, of(size.product, "switch/off/"))
    assert not PrintProduct.objects.get().active
    with pytest.raises(Refused):
        quote(Order.objects.select_related("shop").get())
    events = AuditEvent.objects.filter(details__changes__has_key="active").order_by("pk")
    assert [(each.object_type, each.details["changes"]["active"]) for each in events] == [
        ("print_size", [True, False]),
        ("print_size", [False, True]),
        ("print_product", [True, False]),
    ]
    assert as_approver.post(of(size, "switch/sideways/")).status_code == 404


def test_products_and_sizes_change_places(
    print_shop: PrintShop, as_approver: Client, as_editor: Client
) -> None:
    sizes = [makers.sell(print_shop.shop, size=f"{n} cm", price=f"{n}.00") for n in (1, 2, 3)]
    mug = makers.sell(print_shop.shop, name="Mug").product

    def order() -> tuple[list[str], list[str]]:
        products = PrintProduct.objects.order_by("position", "name")
        return [each.name for each in products], [each.name for each in products[0].sizes.all()]

    assert order()[0] == ["Mug", "Poster"]
    assert as_editor.post(of(mug, "move/down/")).status_code == 403
    as_approver.post(of(mug, "move/down/"))
    assert order() == (["Poster", "Mug"], ["1 cm", "2 cm", "3 cm"])
    as_approver.post(of(sizes[2], "move/up/"))
    assert order() == (["Poster", "Mug"], ["1 cm", "3 cm", "2 cm"])
    said = said_after(as_approver, of(mug, "move/down/"))
    assert "It cannot go further down." in said
    assert as_approver.post(of(mug, "move/away/")).status_code == 404


def test_strangers_find_none_of_it(size: PrintSize, stranger: User) -> None:
    client = Client()
    client.force_login(stranger)
    makers.open_print_shop(Shop.objects.for_user(stranger).get())
    for url in (of(size), of(size.product), of(size.product, "sizes/new/")):
        assert client.get(url).status_code == 404
    for url in (of(size, "switch/off/"), of(size, "move/up/"), of(size.product, "move/up/")):
        assert client.post(url).status_code == 404
    assert size.sku not in text_of(client, LIST)
    assert PrintSize.objects.get().active


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_costs_the_same_whatever_is_sold(
    items: int,
    print_shop: PrintShop,
    as_approver: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(items):
        makers.sell(print_shop.shop, name=f"Thing {number}", size=f"Size {number}")
    with django_assert_num_queries(9):
        assert as_approver.get(LIST).content.decode().count("Switch off</button>") == 4 * items
