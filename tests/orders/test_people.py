"""Visitors and customers: what a mailed link does, and what it does not."""

import re

import pytest
from django.utils import timezone

from foundation.mail.models import Mail
from foundation.shops.api import unseal
from orders.contracts import Refused
from orders.models import Customer, Design, LoginLink, Order, PrintShop, PrintSize, Visitor
from orders.people.allowances import TooMuch
from orders.people.callers import Caller
from orders.people.services import ask_link, log_out, open_link
from orders.renders.finalising import finalise
from orders.sales.addresses import Address
from orders.sales.drafting import create_order
from orders.sales.lines import Item

from . import shop as makers

pytestmark = pytest.mark.django_db
ADA = "ada@example.com"


def secret_of(mail: Mail) -> str:
    """Read the secret out of the sealed mail."""
    assert mail.sealed
    found = re.search(r"/log-in/([^/\s]+)/", unseal(bytes(mail.sealed))["text"])
    assert found
    return found[1]


def asked(print_shop: PrintShop, visitor: Visitor | None, email: str = ADA) -> str:
    """Ask for a link and take it out of the mail."""
    ask_link(print_shop=print_shop, visitor=visitor, email=email)
    return secret_of(Mail.objects.latest("created_at"))


def test_a_link_hands_over_what_both_browsers_made(caller: Caller, size: PrintSize) -> None:
    phone = makers.visit(caller.print_shop)
    designs = [makers.design_for(caller, size), makers.design_for(phone, size)]
    stranger = makers.design_for(makers.visit(caller.print_shop), size)
    secret = asked(caller.print_shop, caller.visitor)
    here, link = open_link(shop_id=caller.shop_id, secret=secret, visitor=phone.visitor)
    assert (here, here.customer) == (phone.visitor, link.customer)
    assert set(Design.objects.filter(customer=link.customer)) == set(designs)
    stranger.refresh_from_db()
    assert stranger.customer is None
    # Who asked is not logged in by it.
    assert Visitor.objects.get(pk=caller.visitor.pk).customer is None  # type: ignore[union-attr]


def test_what_was_ordered_with_the_address_is_found_on_any_device(
    caller: Caller, size: PrintSize
) -> None:
    design, other = makers.design_for(caller, size), makers.design_for(caller, size)
    finalise(caller=caller, design_id=design.pk)
    address = Address(**{**makers.ADDRESS, "email": "Ada@Example.com"})
    order = create_order(caller=caller, items=[Item(design.pk, 1)], address=address)
    secret = asked(caller.print_shop, None)
    here, link = open_link(shop_id=caller.shop_id, secret=secret, visitor=None)
    assert here != caller.visitor
    assert Order.objects.get(pk=order.pk).customer == link.customer
    assert Design.objects.get(pk=design.pk).customer == link.customer
    assert Design.objects.get(pk=other.pk).customer is None


def test_a_link_is_good_once_and_for_an_hour(caller: Caller) -> None:
    secret = asked(caller.print_shop, caller.visitor)
    open_link(shop_id=caller.shop_id, secret=secret, visitor=caller.visitor)
    late = asked(caller.print_shop, caller.visitor)
    LoginLink.objects.filter(used_at=None).update(expires_at=timezone.now())
    for gone in (secret, late, "no secret"):
        with pytest.raises(Refused) as refused:
            open_link(shop_id=caller.shop_id, secret=gone, visitor=caller.visitor)
        assert refused.value.code == "link-over"


def test_the_secret_stands_nowhere_in_the_database(caller: Caller) -> None:
    secret = asked(caller.print_shop, caller.visitor)
    mail, link = Mail.objects.get(), LoginLink.objects.get()
    assert (mail.text, mail.html, mail.sensitive) == ("", "", True)
    assert secret not in str(LoginLink.objects.values().get())
    assert link.secret_digest != secret


def test_one_address_is_one_customer_whatever_its_letters(caller: Caller) -> None:
    asked(caller.print_shop, None, ADA)
    asked(caller.print_shop, None, ADA.upper())
    assert Customer.objects.get().email == ADA


def test_an_address_is_not_flooded_with_links(caller: Caller) -> None:
    for _ in range(5):
        asked(caller.print_shop, None)
    with pytest.raises(TooMuch):
        ask_link(print_shop=caller.print_shop, visitor=None, email=ADA)
    assert (Mail.objects.count(), LoginLink.objects.count()) == (5, 5)


def test_nothing_is_left_on_a_shared_computer(caller: Caller, size: PrintSize) -> None:
    design = makers.design_for(caller, size)
    secret = asked(caller.print_shop, caller.visitor)
    here, _ = open_link(shop_id=caller.shop_id, secret=secret, visitor=caller.visitor)
    log_out(visitor=here)
    left = Caller(print_shop=caller.print_shop, visitor=Visitor.objects.get(pk=here.pk))
    assert list(left.own(Design.objects.for_shop(caller.shop_id))) == []
    assert Design.objects.get() == design
