"""A print shop, its tables, and a storage of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from pytest_django import Settings

from foundation.shops.models import Shop
from orders.models import PrintShop, PrintSize
from orders.people.callers import Caller

from . import shop as makers


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The folder of the default storage."""
    place = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files", "base_url": None},
    }
    with override_settings(VAR_DIR=tmp_path, STORAGES={**settings.STORAGES, "default": place}):
        yield tmp_path / "files"


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
