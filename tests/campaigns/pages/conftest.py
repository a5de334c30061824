"""An account nobody calls, its catalogue, and people with their roles."""

import pytest
from django.test import Client

from catalog_sync.models import Variant
from foundation.shops.api import Role
from foundation.shops.models import Connection, Shop, User
from tests import factories
from tests.pricing.page_fixtures import catalogue
from tests.pricing.pages.asking import logged_in


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    """Six variants of three products; prices 10, 10, 20, … and as many pieces as tens."""
    return catalogue(connection)


@pytest.fixture
def viewer(shop: Shop) -> User:
    return factories.member("vera.viewer@example.com", shop, Role.VIEWER)


@pytest.fixture
def as_owner(owner: User) -> Client:
    return logged_in(owner)
