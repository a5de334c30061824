"""Browsers in the print shop: its customer, another visitor, and one of another shop."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from pytest_django import Settings

from foundation.shops.models import Shop, User
from orders.models import Design, Order, PrintShop, PrintSize
from orders.people.callers import Caller
from orders.renders.finalising import finalise
from orders.sales.addresses import Address
from orders.sales.drafting import create_order
from orders.sales.lines import Item
from tests.orders import shop as makers
from tests.orders.payments.conftest import account, stripe, stripe_sandbox

__all__ = ["account", "stripe", "stripe_sandbox"]


@dataclass(frozen=True)
class Browser:
    """A visitor with a client that has the visitor's cookie."""

    caller: Caller
    client: Client


@pytest.fixture
def browser(caller: Caller) -> Browser:
    """Whose things the tests are about."""
    assert caller.visitor is not None
    return Browser(caller, makers.as_browser(Client(), caller.visitor))


@pytest.fixture
def other(print_shop: PrintShop) -> Browser:
    """Another visitor of the same shop."""
    caller = makers.visit(print_shop)
    assert caller.visitor is not None
    return Browser(caller, makers.as_browser(Client(), caller.visitor))


@pytest.fixture
def elsewhere(stranger: User, print_shop: PrintShop, settings: Settings) -> Browser:
    """A visitor of another merchant's print shop, which has a host of its own."""
    settings.ALLOWED_HOSTS = ["testserver", "else.example"]
    shop = Shop.objects.for_user(stranger).get()
    caller = makers.visit(makers.open_print_shop(shop, hosts=["else.example"]))
    assert (caller.visitor is not None, caller.shop_id != print_shop.shop_id) == (True, True)
    assert caller.visitor is not None
    return Browser(caller, makers.as_browser(Client(SERVER_NAME="else.example"), caller.visitor))


@pytest.fixture
def design(caller: Caller, size: PrintSize) -> Design:
    """A design with a name."""
    words = {"text": "Rex", "font": "pacifico"}
    return makers.design_for(caller, size, name=words)


MakeOrder = Callable[..., Order]


@pytest.fixture
def draft(caller: Caller, design: Design) -> MakeOrder:
    """Make drafts of the design: ``draft(addressed=True)``."""

    def make(*, addressed: bool = True, quantity: int = 1) -> Order:
        finalise(caller=caller, design_id=design.pk)
        address = Address(**makers.ADDRESS) if addressed else None
        return create_order(caller=caller, items=[Item(design.pk, quantity)], address=address)

    return make
