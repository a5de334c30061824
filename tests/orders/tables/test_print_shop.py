"""The print shop's own page: opened with an assortment, changed by owners, what lacks is said."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from foundation.audit.models import AuditEvent
from foundation.shops.models import Connection, Shop, User
from orders.models import PrintShop, PrintSize, ShippingRate, TaxRate
from tests import factories
from tests.orders import shop as makers

from .conftest import said_after, text_of

pytestmark = pytest.mark.django_db

PAGE = "/orders/setup/"
WISH = {
    "name": "Pet Star",
    "seller_name": "Maple Prints Inc.",
    "seller_address": "1 Front St\nToronto ON M5J 2X2",
    "tax_number": "12345 6789 RT0001",
    "contact_email": "hello@petstar.example",
}
AS_IT_IS = {**WISH, "open": "on", "ships_to": "CA", "hosts": ""}


def row_of(shop: Shop) -> dict[str, Any]:
    columns = ("name", "hosts", "seller_name", "tax_number", "contact_email", "ships_to", "open")
    row: dict[str, Any] = PrintShop.objects.filter(shop=shop).values(*columns).get()
    return row


def test_an_owner_opens_one_with_a_first_assortment(
    shop: Shop, as_owner: Client, as_approver: Client, owner: User
) -> None:
    assert "An owner of your shop can open one" in text_of(as_approver, PAGE)
    assert as_approver.post(PAGE, WISH).status_code == 403
    assert not PrintShop.objects.exists()
    page = text_of(as_owner, PAGE)
    assert "Posters, canvases, a mug and a card are put on sale" in page
    assert f'value="{shop.name}"' in page

    wrong = as_owner.post(PAGE, {**WISH, "name": " ", "contact_email": "nobody"})
    assert wrong.status_code == 422
    said = wrong.content.decode()
    assert ("Fill this in." in said, "Write an e-mail address such as" in said) == (True, True)
    assert not PrintShop.objects.exists()

    said = said_after(as_owner, PAGE, WISH)
    assert "Pet Star is open. Look through prices and rates." in said
    assert row_of(shop) == {
        "name": "Pet Star",
        "hosts": [],
        "seller_name": "Maple Prints Inc.",
        "tax_number": "12345 6789 RT0001",
        "contact_email": "hello@petstar.example",
        "ships_to": ["CA"],
        "open": True,
    }
    counts = [model.objects.count() for model in (PrintSize, ShippingRate, TaxRate)]
    assert counts == [7, 17, 18]
    event = AuditEvent.objects.get(verb="orders.print_shop.opened")
    assert (event.shop_id, event.actor_id) == (shop.pk, owner.pk)


def test_what_is_changed_is_recorded_and_closing_says_what_customers_read(
    print_shop: PrintShop, as_owner: Client, as_viewer: Client
) -> None:
    assert "Maple Prints Inc." in text_of(as_viewer, PAGE)
    assert 'name="seller_name"' not in text_of(as_viewer, PAGE)
    assert as_viewer.post(PAGE, AS_IT_IS).status_code == 403
    assert "Nothing was different." in said_after(as_owner, PAGE, AS_IT_IS)
    assert not AuditEvent.objects.filter(verb="orders.print_shop.changed").exists()

    changed = {**AS_IT_IS, "open": "", "ships_to": "ca; us", "hosts": "Prints.Example.com\n"}
    said = said_after(as_owner, PAGE, changed)
    assert "The print shop is closed: customers can look, and nobody can order." in said
    assert "“Pet Star takes no orders at the moment.”" in said
    assert "https://prints.example.com/print-shop/" in said
    assert row_of(print_shop.shop) | {"seller_name": ""} == {
        "name": "Pet Star",
        "hosts": ["prints.example.com"],
        "seller_name": "",
        "tax_number": "12345 6789 RT0001",
        "contact_email": "hello@petstar.example",
        "ships_to": ["CA", "US"],
        "open": False,
    }
    event = AuditEvent.objects.get(verb="orders.print_shop.changed")
    assert event.details == {
        "changes": {
            "hosts": [[], ["prints.example.com"]],
            "ships_to": [["CA"], ["CA", "US"]],
            "open": [True, False],
        }
    }


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("ships_to", "Canada", "CANADA is no country"),
        ("ships_to", ",".join(f"A{chr(65 + n % 26)}" for n in range(26)) * 3, "is no country"),
        ("hosts", "https://prints.example.com/", "is no name of a host"),
        ("hosts", "\n".join(f"a{n}.example.com" for n in range(11)), "Name 10 hosts at most."),
        ("name", "=1+1", "Begin with a letter or a digit"),
        ("name", "x" * 121, "Write 120 letters at most."),
        ("seller_address", "", "Fill this in."),
        ("contact_email", "a@b", "Write an e-mail address"),
    ],
)
def test_bad_input_is_said_and_changes_nothing(
    field: str, value: str, said: str, print_shop: PrintShop, as_owner: Client
) -> None:
    before = row_of(print_shop.shop)
    answer = as_owner.post(PAGE, {**AS_IT_IS, field: value})
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert row_of(print_shop.shop) == before


def test_a_name_of_another_print_shop_is_refused_without_telling_whose(
    print_shop: PrintShop, stranger: User, as_owner: Client
) -> None:
    elsewhere = Shop.objects.for_user(stranger).get()
    makers.open_print_shop(elsewhere, hosts=["prints.example.com"])
    answer = as_owner.post(PAGE, {**AS_IT_IS, "hosts": "prints.example.com"})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "prints.example.com leads to another print shop already." in said
    assert "Elsewhere" not in said
    assert row_of(print_shop.shop)["hosts"] == []


@pytest.mark.usefixtures("size")
def test_what_keeps_customers_from_buying_is_said(print_shop: PrintShop, as_owner: Client) -> None:
    page = text_of(as_owner, PAGE)
    assert "Stripe is not connected: nobody can pay." in page
    assert "No shipping rate" not in page
    makers.sell(print_shop.shop, name="Mug", price="0.00", parcel_class="box")
    page = text_of(as_owner, PAGE)
    assert "Without a price, which no card can pay: Mug, 6 x 8 cm." in page
    assert "No shipping rate for “Box” to CA: it cannot be ordered there." in page
    assert "No tax is set for Alberta, British Columbia," in page
    account: Connection = factories.stripe_connection(print_shop.shop)
    PrintShop.objects.update(open=False)
    page = text_of(as_owner, PAGE)
    assert "Stripe is not connected" not in page
    assert account.account in page
    assert "Closed: customers read" in page
    Connection.objects.update(state="parked", parked_reason="The key was revoked.")
    assert "The connection to Stripe is parked: The key was revoked." in text_of(as_owner, PAGE)


def test_a_stranger_sees_nothing_of_it(print_shop: PrintShop, stranger: User) -> None:
    client = Client()
    client.force_login(stranger)
    page = text_of(client, PAGE)
    assert print_shop.seller_name not in page
    assert "Open a print shop" in page


@pytest.mark.parametrize("items", [1, 3])
def test_the_page_costs_the_same_whatever_is_sold(
    items: int,
    print_shop: PrintShop,
    as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(items):
        makers.sell(print_shop.shop, size=f"Size {number}")
    with django_assert_num_queries(10):
        as_owner.get(PAGE)
