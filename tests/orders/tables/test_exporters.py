"""Files of orders, lines, designs and rates: whole, narrowed, and for whom they are."""

import datetime as dt
from decimal import Decimal
from typing import IO
from uuid import UUID

import pytest
from django.test import Client

from foundation.exports.api import InvalidExport, start_export
from foundation.exports.models import ExportJob
from foundation.shops.models import Shop
from foundation.storage.api import open_file
from orders.assortment.tables import SHIPPING, TAXES
from orders.exporters.designs import DESIGNS
from orders.exporters.orders import ORDER_LINES, ORDERS
from orders.forms.rate_lists import read_list
from orders.models import Customer, Design, Order, OrderLine, PrintShop, PrintSize
from orders.people.callers import Caller
from tests.exports.conftest import settle, table_of
from tests.orders import shop as makers

# The file is read over a connection of its own, which sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

FIRST = dt.datetime(2031, 7, 2, 3, 30, tzinfo=dt.UTC)


def table(shop_id: UUID, name: str, **params: str) -> list[dict[str, str]]:
    export = start_export(shop_id=shop_id, exporter=name, params=params, actor_id=None)
    settle()
    return table_of(ExportJob.objects.get(pk=export.pk))


@pytest.fixture
def orders(print_shop: PrintShop, size: PrintSize) -> list[Order]:
    """Three, an hour apart, the latest last: one line, two lines, none."""
    Shop.objects.filter(pk=print_shop.shop_id).update(timezone="America/Toronto")
    made = []
    for number in (1, 2, 3):
        order = Order.objects.create(
            shop=print_shop.shop,
            number=number,
            currency="CAD",
            name="=cmd()" if number == 1 else "Ada",
            email=f"ada{number}@example.com",
            line1="12 Queen St",
            city="Toronto",
            province="ON",
            postal_code="M5V 2T6",
            country="CA",
            items_total=Decimal("48.00"),
            shipping_total=Decimal("9.00"),
            total=Decimal("57.00"),
            shipping_method="Standard",
            status="paid" if number == 1 else "draft",
            created_at=FIRST + dt.timedelta(hours=number - 1),
            paid_at=FIRST if number == 1 else None,
        )
        for position in range(number % 3):
            OrderLine.objects.create(
                shop=print_shop.shop,
                order=order,
                position=position,
                size=size,
                title="Poster, 6 x 8 cm",
                sku="+POSTER",
                quantity=2,
                unit_price=Decimal("24.00"),
                total=Decimal("48.00"),
            )
        made.append(order)
    return made


def test_orders_have_a_row_each_with_their_customer(
    orders: list[Order], print_shop: PrintShop
) -> None:
    rows = table(print_shop.shop_id, "orders.orders")
    assert [row["order"] for row in rows] == ["3", "2", "1"]
    assert rows[2] == {
        "order": "1",
        "order_id": str(orders[0].pk),
        "channel": "print_shop",
        "status": "paid",
        "payment_status": "unpaid",
        "created_at": "2031-07-01 23:30:00-04:00",
        "created_at_utc": "2031-07-02T03:30:00.000Z",
        "paid_at": "2031-07-01 23:30:00-04:00",
        "paid_at_utc": "2031-07-02T03:30:00.000Z",
        **dict.fromkeys(("shipped_at", "shipped_at_utc", "delivered_at", "delivered_at_utc"), ""),
        **dict.fromkeys(("canceled_at", "canceled_at_utc"), ""),
        "email": "ada1@example.com",
        "name": "'=cmd()",
        "line1": "12 Queen St",
        "line2": "",
        "city": "Toronto",
        "province": "ON",
        "postal_code": "M5V 2T6",
        "country": "CA",
        "phone": "",
        "currency": "CAD",
        "items_total": "48.00",
        "shipping_method": "Standard",
        "shipping_total": "9.00",
        "tax_total": "0.00",
        "total": "57.00",
        "paid_total": "0.00",
        "refunded_total": "0.00",
        "carrier": "",
        "tracking_number": "",
        "reordered_from": "",
        "reprint_of": "",
    }
    one = table(print_shop.shop_id, "orders.orders", until="2031-07-01", status="paid")
    assert one == rows[2:]
    assert table(print_shop.shop_id, "orders.orders", q="ada2@") == rows[1:2]
    product = str(PrintSize.objects.get().product_id)
    assert table(print_shop.shop_id, "orders.orders", product=product) == rows[1:]


def test_lines_have_a_row_each_without_their_customer(
    orders: list[Order], print_shop: PrintShop
) -> None:
    rows = table(print_shop.shop_id, "orders.order_lines")
    assert [(row["order"], row["line"]) for row in rows] == [("2", "2"), ("2", "1"), ("1", "1")]
    assert rows[2] == {
        "order": "1",
        "order_id": str(orders[0].pk),
        "line": "1",
        "status": "paid",
        "payment_status": "unpaid",
        "created_at": "2031-07-01 23:30:00-04:00",
        "created_at_utc": "2031-07-02T03:30:00.000Z",
        "paid_at": "2031-07-01 23:30:00-04:00",
        "paid_at_utc": "2031-07-02T03:30:00.000Z",
        "sku": "'+POSTER",
        "title": "Poster, 6 x 8 cm",
        "quantity": "2",
        "unit_price": "24.00",
        "total": "48.00",
        "currency": "CAD",
        "province": "ON",
        "country": "CA",
        "design": "",
        "version": "",
    }
    assert table(print_shop.shop_id, "orders.order_lines", status="paid") == rows[2:]


def test_designs_have_a_row_each(print_shop: PrintShop, size: PrintSize, caller: Caller) -> None:
    ada = Customer.objects.create(shop=print_shop.shop, email="ada@example.com")
    designs = [
        makers.design_for(caller, size, name={"text": name, "font": "caveat"})
        for name in ("@Rex", "Luna", "Max")
    ]
    for number, design in enumerate(designs):
        day = FIRST - dt.timedelta(hours=number)
        Design.objects.filter(pk=design.pk).update(created_at=day, changed_at=day)
    Design.objects.filter(pk=designs[0].pk).update(customer=ada)
    rows = table(print_shop.shop_id, "orders.designs")
    assert [row["name"] for row in rows] == ["'@Rex", "Luna", "Max"]
    assert rows[0] == {
        "design": str(designs[0].pk),
        "status": "draft",
        **dict.fromkeys(("created_at", "changed_at"), "2031-07-02 03:30:00+00:00"),
        **dict.fromkeys(("created_at_utc", "changed_at_utc"), "2031-07-02T03:30:00.000Z"),
        "deleted_at": "",
        "deleted_at_utc": "",
        "product": "Poster",
        "size": "6 x 8 cm",
        "sku": "POSTER-6X8CM",
        "frame": "star",
        "background": "night",
        "name": "'@Rex",
        "name_font": "caveat",
        "text": "",
        "text_font": "comfortaa",
        "owner_email": "ada@example.com",
        "photo_width": "640",
        "photo_height": "800",
        "copy_of": "",
        "checksum": f"{designs[0].checksum:08x}",
        "sha256": designs[0].digest,
    }
    assert table(print_shop.shop_id, "orders.designs", email="ADA@example.com") == rows[:1]


def test_a_file_of_a_table_is_read_again_as_it_was(print_shop: PrintShop) -> None:
    shop = print_shop.shop
    for exporter, which in (("orders.shipping_rates", SHIPPING), ("orders.tax_rates", TAXES)):
        export = start_export(shop_id=shop.pk, exporter=exporter, params={}, actor_id=None)
        settle()
        with _opened(ExportJob.objects.get(pk=export.pk)) as file:
            read = read_list(file, which, currency=shop.currency)
        assert (read.problems, read.lines) == ([], which.lines(shop.pk))
        assert read.lines


def _opened(export: ExportJob) -> IO[bytes]:
    return open_file(export.file_url)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("orders.orders", {"status": "lost"}),
        ("orders.orders", {"product": "nonsense"}),
        ("orders.order_lines", {"since": "yesterday"}),
        ("orders.designs", {"frame": "square"}),
        ("orders.designs", {"font": "comic"}),
    ],
)
def test_filters_that_make_no_sense_are_refused(
    name: str, params: dict[str, str], print_shop: PrintShop
) -> None:
    with pytest.raises(InvalidExport):
        start_export(shop_id=print_shop.shop_id, exporter=name, params=params, actor_id=None)
    assert not ExportJob.objects.exists()


def test_files_with_customers_are_for_editors(
    print_shop: PrintShop, as_viewer: Client, as_editor: Client
) -> None:
    assert [each.role for each in (ORDERS, DESIGNS, ORDER_LINES)] == [
        *("editor", "editor", "viewer")
    ]
    for kind, status in (("orders.orders", 403), ("orders.designs", 403)):
        assert as_viewer.post(f"/exports/start/{kind}/").status_code in (status, 404)
    assert not ExportJob.objects.exists()
    assert print_shop.name
    assert as_editor.get("/orders/designs/").status_code == 200
