"""``manage.py print_shop``: open, check, rates; what is only tried changes nothing."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from foundation.shops.models import Shop, User
from orders.assortment.tables import SHIPPING
from orders.models import PrintShop, PrintSize
from tests import factories
from tests.orders import shop as makers

pytestmark = pytest.mark.django_db

HEADING = "country,province,method,parcel_class,first_piece,each_further,days_least,days_most"


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("print_shop", *arguments, stdout=out)
    return out.getvalue()


def test_open_says_what_lacks_and_tries_first(shop: Shop) -> None:
    asked = ["open", f"--shop={shop.pk}", "--seller-name=Maple Prints Inc."]
    with pytest.raises(CommandError, match=r"--seller-address: Fill this in\.\n  --contact-email"):
        told(*asked)
    asked += ["--seller-address=1 Front St", "--contact-email=hello@example.com"]
    assert "would be opened; nothing changed." in told(*asked, "--dry-run")
    assert not PrintShop.objects.exists()
    assert "Demo is open, with a first assortment" in told(*asked)
    assert (PrintShop.objects.get().shop_id, PrintSize.objects.count()) == (shop.pk, 7)
    with pytest.raises(CommandError, match="is there already"):
        told(*asked)
    with pytest.raises(CommandError, match="Which shop"):
        told("open")


@pytest.mark.usefixtures("size")
def test_check_ends_with_an_error_while_a_shop_cannot_sell(
    print_shop: PrintShop, stranger: User
) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 1 cannot sell all that they mean to"):
        call_command("print_shop", "check", stdout=out)
    assert "BLOCKS  Stripe is not connected: nobody can pay." in out.getvalue()
    factories.stripe_connection(print_shop.shop)
    assert "BLOCKS" not in told("check", f"--shop={print_shop.shop_id}")
    elsewhere = makers.open_print_shop(Shop.objects.for_user(stranger).get())
    out = StringIO()
    with pytest.raises(CommandError, match="2 of 2"):
        call_command("print_shop", "check", stdout=out)
    assert "It answers to the same names as Pet Star of Elsewhere." in out.getvalue()
    PrintShop.objects.filter(pk=elsewhere.pk).update(hosts=["other.example.com"])
    assert "same names" not in told("check", f"--shop={print_shop.shop_id}")


def test_rates_are_imported_after_they_were_shown(print_shop: PrintShop, tmp_path: Path) -> None:
    shop_id = print_shop.shop_id
    file = tmp_path / "rates.csv"
    file.write_text(f"{HEADING}\nCA,,Standard,tube,10.00,2.50,3,7\n")
    asked = ("rates", f"--shop={shop_id}", f"--import={file}")
    before = SHIPPING.lines(shop_id)
    said = told(*asked, "--dry-run")
    assert "changed CA, everywhere, Standard, Tube: first piece 9.00 CAD → 10.00 CAD" in said
    assert "Dry run: 1 rows would be changed; nothing changed." in said
    assert SHIPPING.lines(shop_id) == before
    assert "1 rows were changed, 0 left." in told(*asked)
    assert "CA,,Standard,tube,10.00,2.50,3,7" in told("rates", f"--shop={shop_id}")
    assert "Nothing would change" in told(*asked)
    file.write_text(f"{HEADING}\nCA,,Standard,tube,-1,2.50,3,7\n")
    with pytest.raises(CommandError, match=r"Line 2, first_piece: Write 0 to 999,999\.99\."):
        told(*asked)
    with pytest.raises(CommandError, match="cannot be read"):
        told("rates", f"--shop={shop_id}", f"--import={tmp_path / 'none.csv'}")
