"""Shipping and taxes: rows, files with a dry run, what lacks, what an order costs, taking back."""

import datetime as dt
import html
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from foundation.audit.models import AuditEvent
from foundation.shops.models import Shop, User
from orders.assortment.gaps import TableRows, tax_gaps
from orders.assortment.rates import Change, change_table, difference
from orders.assortment.tables import SHIPPING, TAXES
from orders.models import PrintShop, PrintSize, ShippingRate, TaxRate
from tests.orders import shop as makers

from .conftest import said_after, text_of

pytestmark = pytest.mark.django_db

SHIPPING_PAGE, TAX_PAGE = "/orders/setup/shipping/", "/orders/setup/taxes/"
ROW = {
    "country": "CA",
    "province": "NU",
    "method": "Standard",
    "parcel_class": "tube",
    "first_piece": "34.00",
    "each_further": "6.00",
    "days_least": "8",
    "days_most": "20",
}
TAX = {
    "country": "CA",
    "province": "NS",
    "name": "HST",
    "percent": "14",
    "valid_from": "2025-04-01",
}
HEADING = "country,province,method,parcel_class,first_piece,each_further,days_least,days_most"


def shipping(shop: Shop) -> list[str]:
    return [",".join(line.values()) for line in SHIPPING.lines(shop.pk).values()]


def taxes(shop: Shop) -> list[str]:
    return [",".join(line.values()) for line in TAXES.lines(shop.pk).values()]


def post_file(client: Client, kind: str, text: str | bytes, **more: str) -> tuple[int, str]:
    content = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile("rates.csv", content, content_type="text/csv")
    answer = client.post(f"/orders/setup/rates/{kind}/import/", {"file": file, **more})
    return answer.status_code, answer.content.decode()


def flat(page: str) -> str:
    """A page with single spaces."""
    return " ".join(page.split())


def carried(page: str) -> dict[str, str]:
    """What the dry run's form posts."""
    pairs = re.findall(r'<input type="hidden" name="(text|seen|whole)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in pairs}


WAS = "CA,,Standard,tube,9.00,2.50,3,7"


def test_a_row_is_added_changed_deleted_and_taken_back(
    print_shop: PrintShop, as_approver: Client, as_editor: Client
) -> None:
    shop = print_shop.shop
    new = "/orders/setup/rates/shipping/new/"
    assert as_editor.post(new, ROW).status_code == 403
    assert "Saved." in said_after(as_approver, new, {**ROW, "country": "ca", "province": "nu"})
    assert shipping(shop) == [WAS, "CA,NU,Standard,tube,34.00,6.00,8,20"]
    again = as_approver.post(new, ROW)
    assert again.status_code == 422
    said = "There is a row for CA NU, Standard, tube already. Change that one."
    assert said in again.content.decode()

    row = ShippingRate.objects.get(province="NU")
    url = f"/orders/setup/rates/shipping/{row.pk}/"
    said_after(as_approver, url, {**ROW, "first_piece": "35,5"})
    assert shipping(shop)[1] == "CA,NU,Standard,tube,35.50,6.00,8,20"
    said_after(as_approver, url, {**ROW, "first_piece": "35.50", "method": "Air"})
    assert shipping(shop) == [WAS, "CA,NU,Air,tube,35.50,6.00,8,20"]

    row = ShippingRate.objects.get(province="NU")
    delete = f"/orders/setup/rates/shipping/{row.pk}/delete/"
    assert as_editor.post(delete).status_code == 403
    said = said_after(as_approver, delete)
    assert "CA NU, Air, tube is deleted." in said
    assert shipping(shop) == [WAS]

    events = list(AuditEvent.objects.filter(object_type="shipping_rates").order_by("pk"))
    assert [event.verb.rpartition(".")[2] for event in events] == [
        "added",
        "changed",
        "changed",
        "deleted",
    ]
    undo = f"/orders/setup/rates/shipping/undo/{events[3].pk}/"
    assert as_editor.post(undo).status_code == 403
    assert "Taken back: 1 row is as before." in said_after(as_approver, undo)
    assert shipping(shop) == [WAS, "CA,NU,Air,tube,35.50,6.00,8,20"]
    # The change before it: what it moved is where it left it, so both halves go back.
    said_after(as_approver, f"/orders/setup/rates/shipping/undo/{events[2].pk}/")
    assert shipping(shop)[1] == "CA,NU,Standard,tube,35.50,6.00,8,20"


def test_what_somebody_changed_since_is_kept_when_a_change_is_taken_back(
    print_shop: PrintShop, as_approver: Client
) -> None:
    text = f"{HEADING}\nCA,,Standard,tube,10.00,2.50,3,7\nCA,NU,Standard,tube,34.00,6.00,8,20\n"
    page = post_file(as_approver, "shipping", text)[1]
    as_approver.post("/orders/setup/rates/shipping/import/", carried(page))
    ShippingRate.objects.filter(province="NU").update(first_piece="40.00")
    event = AuditEvent.objects.get(verb="orders.shipping_rates.imported")
    said = said_after(as_approver, f"/orders/setup/rates/shipping/undo/{event.pk}/")
    assert "Taken back: 1 row is as before." in said
    assert "Changed since, so left as it is: CA NU, Standard, tube." in said
    assert shipping(print_shop.shop) == [WAS, "CA,NU,Standard,tube,40.00,6.00,8,20"]
    assert "taken back</span>" in text_of(as_approver, SHIPPING_PAGE)


def test_nobody_takes_back_what_another_shop_did(
    print_shop: PrintShop, as_approver: Client, stranger: User
) -> None:
    said_after(as_approver, "/orders/setup/rates/shipping/new/", ROW)
    event = AuditEvent.objects.get(object_type="shipping_rates")
    elsewhere = Shop.objects.for_user(stranger).get()
    makers.open_print_shop(elsewhere)
    client = Client()
    client.force_login(stranger)
    said = said_after(client, f"/orders/setup/rates/shipping/undo/{event.pk}/")
    assert "There is no such change." in said
    assert len(shipping(print_shop.shop)) == 2
    row = ShippingRate.objects.get(province="NU")
    assert client.get(f"/orders/setup/rates/shipping/{row.pk}/").status_code == 404
    assert client.post(f"/orders/setup/rates/shipping/{row.pk}/delete/").status_code == 404
    assert shipping(elsewhere) == []
    assert "34.00" not in text_of(client, SHIPPING_PAGE)


@pytest.mark.parametrize(
    ("kind", "field", "value", "said"),
    [
        ("shipping", "country", "Canada", "Write the two letters of a country, such as CA."),
        ("shipping", "province", "ZZ", "Choose one of AB, BC,"),
        ("shipping", "province", "É1", "Write a province&#x27;s code such as ON, or nothing."),
        ("shipping", "first_piece", "-1", "Write 0 to 999,999.99."),
        ("shipping", "first_piece", "NaN", "Write a number such as 12.50."),
        ("shipping", "each_further", "1e9", "Write 0 to 999,999.99."),
        ("shipping", "each_further", "2.505", "Write at most 2 digits behind the point"),
        ("shipping", "days_most", "7", "Write 8 or more: it takes so many at least."),
        ("shipping", "days_least", "two", "Write a number such as 3."),
        ("shipping", "method", "@cmd", "Begin with a letter or a digit, not with a sign."),
        ("taxes", "percent", "101", "Write 0 to 100 %."),
        ("taxes", "percent", "-1", "Write 0 to 100 %."),
        ("taxes", "percent", "13.00001", "Write at most 4 digits behind the point"),
        ("taxes", "percent", "", "Write a number such as 13."),
        ("taxes", "valid_from", "1.7.2026", "Write a day such as 2026-07-01."),
        ("taxes", "valid_from", "0001-01-01", "Write a day from 1990-01-01"),
        ("taxes", "name", "x" * 21, "Write 20 letters at most."),
    ],
)
def test_bad_input_is_said_in_a_sentence_and_changes_nothing(
    kind: str, field: str, value: str, said: str, print_shop: PrintShop, as_approver: Client
) -> None:
    before = (shipping(print_shop.shop), taxes(print_shop.shop))
    posted = {**(ROW if kind == "shipping" else TAX), field: value}
    answer = as_approver.post(f"/orders/setup/rates/{kind}/new/", posted)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert (shipping(print_shop.shop), taxes(print_shop.shop)) == before


def test_a_file_is_shown_first_and_changes_only_what_was_shown(
    print_shop: PrintShop, as_approver: Client, as_editor: Client
) -> None:
    shop = print_shop.shop
    text = f"\ufeff{HEADING}\nCA,,Standard,tube,10,2.50,3,7\nCA,NU,Standard,tube,34.00,6.00,8,20\n"
    assert post_file(as_editor, "shipping", text)[0] == 403
    status, page = post_file(as_approver, "shipping", text.replace(",", ";"))
    assert (status, shipping(shop)) == (200, [WAS])
    assert "1 new, 1 changed, 0 deleted, 0 as before." in page
    assert '<span class="fr-before">9.00 CAD</span> → <strong>10.00 CAD</strong>' in flat(page)
    # Somebody changes the table: what was confirmed is not what would happen.
    ShippingRate.objects.update(first_piece="9.50")
    answer = as_approver.post("/orders/setup/rates/shipping/import/", carried(page))
    assert "The table was changed meanwhile." in answer.content.decode()
    assert shipping(shop) == ["CA,,Standard,tube,9.50,2.50,3,7"]
    again = carried(answer.content.decode())
    said = said_after(as_approver, "/orders/setup/rates/shipping/import/", again)
    assert "2 rows are as in the file." in said
    assert shipping(shop) == [
        "CA,,Standard,tube,10.00,2.50,3,7",
        "CA,NU,Standard,tube,34.00,6.00,8,20",
    ]
    assert "Nothing: all 2 rows" in post_file(as_approver, "shipping", text)[1]
    # As the whole table it deletes the row that it does not have.
    whole = f"{HEADING}\nCA,,Standard,tube,10,2.50,3,7\n"
    page = post_file(as_approver, "shipping", whole, whole="on")[1]
    assert "0 new, 0 changed, 1 deleted, 1 as before." in page
    said_after(as_approver, "/orders/setup/rates/shipping/import/", carried(page))
    assert shipping(shop) == ["CA,,Standard,tube,10.00,2.50,3,7"]


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("shipping", "", "The file is empty."),
        ("shipping", f"{HEADING}\n", "There is no line below the heading."),
        ("shipping", "country,method\nCA,Standard\n", "Line 1: The columns parcel_class"),
        ("shipping", f"{HEADING}\nCA,ON\n", "Line 2: The row has 2 fields"),
        (
            "shipping",
            f"{HEADING}\nCA,ON,S,pallet,1,1,1,1\nCA,ON,S,tube,-1,x,1,1\n",
            (
                "Line 2, parcel_class: Write one of letter, tube, box, large_box.</li><li>Line 3, "
                "first_piece: Write 0 to 999,999.99.</li><li>Line 3, each_further: Write a number"
            ),
        ),
        (
            "shipping",
            f"{HEADING}\nCA,ON,S,tube,1,1,1,1\nca,on,S,tube,2,2,2,2\n",
            "Line 3: CA ON, S, tube stands there twice.",
        ),
        ("shipping", b"\x89PNG\r\n\x1a\n\x00\x00", "Line 1"),
        ("taxes", "country,name,valid_from,rate\nCA,GST,2020-01-01,13\n", "Line 2, rate: Write a"),
        ("taxes", "country,name,valid_from,rate\nCA,GST,2020-01-01,NaN\n", "Line 2, rate: Write a"),
    ],
)
def test_a_file_with_a_wrong_line_changes_nothing_and_says_where(
    kind: str, text: str | bytes, said: str, print_shop: PrintShop, as_approver: Client
) -> None:
    before = (shipping(print_shop.shop), taxes(print_shop.shop))
    status, page = post_file(as_approver, kind, text)
    assert status == 422
    assert said in flat(page)
    assert (shipping(print_shop.shop), taxes(print_shop.shop)) == before


@pytest.mark.usefixtures("print_shop")
def test_a_file_that_is_too_large_is_refused_by_its_head(as_approver: Client) -> None:
    status, page = post_file(as_approver, "shipping", b"x" * (300 * 1024))
    assert (status, "It is larger than 256 KB." in page) == (422, True)
    status, page = post_file(as_approver, "shipping", b"x" * (1100 * 1024))
    assert (status, "It is larger than 256 KB." in page) == (413, True)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_approver.cookies
    assert post_file(strict, "shipping", f"{HEADING}\n")[0] == 403


@pytest.mark.usefixtures("print_shop")
def test_taxes_are_written_in_percent_and_kept_as_shares(as_approver: Client) -> None:
    said_after(as_approver, "/orders/setup/rates/taxes/new/", {**TAX, "percent": "9,975"})
    assert TaxRate.objects.get(province="NS").rate == Decimal("0.099750")
    heading = "country,province,name,valid_from,rate"
    text = f"{heading}\nCA,NS,HST,2025-04-01,14 %\nCA,PE,HST,2016-10-01,0.15\n"
    page = post_file(as_approver, "taxes", text)[1]
    assert '<span class="fr-before">9.975 %</span> → <strong>14 %</strong>' in flat(page)
    said_after(as_approver, "/orders/setup/rates/taxes/import/", carried(page))
    rates = dict(TaxRate.objects.filter(name="HST").values_list("province", "rate"))
    assert rates == {
        "NS": Decimal("0.140000"),
        "ON": Decimal("0.130000"),
        "PE": Decimal("0.150000"),
    }


@pytest.mark.usefixtures("print_shop", "size")
def test_what_lacks_is_pointed_out(as_viewer: Client) -> None:
    assert "No shipping rate" not in text_of(as_viewer, SHIPPING_PAGE)
    ShippingRate.objects.update(province="ON")
    page = text_of(as_viewer, SHIPPING_PAGE)
    assert "No shipping rate for “Tube” to Alberta, British Columbia," in page
    assert "Ontario" not in page.partition("it cannot be ordered there.")[0]
    PrintShop.objects.update(ships_to=["CA", "US"])
    assert "No shipping rate for “Tube” to US: it cannot" in text_of(as_viewer, SHIPPING_PAGE)
    PrintShop.objects.update(ships_to=["US"])
    assert "Rates to CA are never asked for" in text_of(as_viewer, SHIPPING_PAGE)
    assert "No tax is added to orders to US." in text_of(as_viewer, TAX_PAGE)


def test_taxes_that_lie_over_each_other_are_pointed_out() -> None:
    def row(province: str, name: str, rate: str, since: str = "2020-01-01") -> TaxRate:
        day = dt.date.fromisoformat(since)
        return TaxRate(
            country="CA", province=province, name=name, rate=Decimal(rate), valid_from=day
        )

    def said(*rows: TaxRate) -> list[str]:
        found = tax_gaps(["CA"], TableRows((), rows, ()), day=dt.date(2026, 1, 1))
        return [gap.words for gap in found]

    country = row("", "GST", "0.05")
    assert said(country) == []
    assert said(country, row("ON", "HST", "0.13")) == [
        "Ontario: GST 5 % and HST 13 % are charged on top of each other. Is that meant?"
    ]
    # Of one name the province's counts; one that has not begun does not; nor one of nothing.
    assert said(country, row("QC", "GST", "0.07"), row("QC", "QST", "0.09975")) == []
    assert said(country, row("ON", "HST", "0.13", "2027-01-01")) == []
    assert said(country, row("AB", "GST", "0")) == [
        "No tax is set for Alberta: orders there are sold without tax."
    ]


def test_what_an_order_would_cost_is_computed_as_an_order_is(
    print_shop: PrintShop, size: PrintSize, as_viewer: Client
) -> None:
    ShippingRate.objects.create(shop=print_shop.shop, **{**ROW, "province": "", "method": "Air"})
    asked = f"size={size.pk}&quantity=3&country=CA&province=qc"
    answer = as_viewer.get(f"/orders/setup/trial/?{asked}", headers={"HX-Request": "true"})
    said = " ".join(answer.content.decode().split())
    assert said.startswith("<div")
    for words in (
        *("<strong>Standard</strong>", "<dd>72.00 CAD</dd>", "<dd>14.00 CAD</dd>"),
        *("<dt>GST 5 %</dt><dd>4.30 CAD</dd>", "<dt>QST 9.975 %</dt><dd>8.58 CAD</dd>"),
        *("<dd>98.88 CAD</dd>", "<strong>Air</strong>", "<dd>46.00 CAD</dd>"),
    ):
        assert words in said, words
    assert said.index("Standard") < said.index("Air")
    page = text_of(as_viewer, f"{SHIPPING_PAGE}?{asked}")
    assert "98.88 CAD" in page
    ShippingRate.objects.all().delete()
    assert "Nothing can be sent there" in text_of(as_viewer, f"{TAX_PAGE}?{asked}")
    for wrong, words in (
        ("province=ZZ", "Write one of AB, BC"),
        ("quantity=0", "Write 1 to 200."),
        ("quantity=x", "Write a number such as 1."),
        ("country=US", "Select a valid choice"),
        ("size=nonsense", "Select a valid choice"),
    ):
        page = text_of(as_viewer, f"/orders/setup/trial/?{asked}&{wrong}")
        assert (words in page, "98.88" in page) == (True, False), wrong


KEYS = st.sampled_from(["ON", "QC", "NU"])
LINES = st.dictionaries(KEYS, st.integers(0, 3), max_size=3)


@given(LINES, LINES, st.booleans())
def test_a_difference_makes_one_table_the_other(
    now: dict[str, int], wanted: dict[str, int], whole: bool
) -> None:
    def table(rows: dict[str, int]) -> dict[tuple[str, ...], dict[str, str]]:
        return {(key,): {"key": key, "value": str(value)} for key, value in rows.items()}

    changes = difference(table(now), table(wanted), whole=whole)
    found = table(now)
    for change in changes:
        key = (change.line["key"],)
        assert found.get(key) == change.before
        assert change.before != change.after
        if change.after is None:
            del found[key]
        else:
            found[key] = dict(change.after)
    assert found == (table(wanted) if whole else table(now) | table(wanted))


def test_a_change_that_expects_another_row_is_left(print_shop: PrintShop) -> None:
    line = next(iter(SHIPPING.lines(print_shop.shop_id).values()))
    stale = Change({**line, "first_piece": "8.00"}, {**line, "first_piece": "1.00"})
    done = change_table(
        shop_id=print_shop.shop_id, table=SHIPPING, changes=[stale], verb="changed", actor_id=None
    )
    assert (done.done, done.left) == ([], [stale])
    assert shipping(print_shop.shop) == [WAS]
    assert not AuditEvent.objects.filter(object_type="shipping_rates").exists()


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize("page", [SHIPPING_PAGE, TAX_PAGE])
@pytest.mark.usefixtures("print_shop", "size")
def test_a_table_costs_the_same_however_long(
    page: str,
    items: int,
    as_approver: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ShippingRate.objects.all().delete()
    TaxRate.objects.all().delete()
    for province in ("ON", "QC", "NU")[:items]:
        said_after(as_approver, "/orders/setup/rates/shipping/new/", {**ROW, "province": province})
        said_after(as_approver, "/orders/setup/rates/taxes/new/", {**TAX, "province": province})
    with django_assert_num_queries(11):
        as_approver.get(page)
