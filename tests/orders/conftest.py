"""A print shop, its tables, and a storage of one's own."""

from pathlib import Path

import pytest

from foundation.shops.models import Shop
from orders.models import PrintShop, PrintSize
from orders.people.callers import Caller

from . import shop as makers


@pytest.fixture(autouse=True)
def _own_files(files: Path) -> None:
    """Keep what is stored in a folder of each test's own."""


@pytest.fixture
def print_shop(shop: Shop) -> PrintShop:
    """The shop's print shop, with rates."""
    made = makers.open_print_shop(shop)
    makers.set_rates(shop)
    return made


@pytest.fixture
def size(print_shop: PrintShop) -> PrintSize:
    """A poster for 24.00."""
    return makers.sell(print_shop.shop)


@pytest.fixture
def caller(print_shop: PrintShop) -> Caller:
    """A browser."""
    return makers.visit(print_shop)
