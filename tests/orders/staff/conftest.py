"""People of a print shop with their roles, and a desk to make orders at."""

import pytest
from django.test import Client

from foundation.shops.api import Role
from foundation.shops.models import Shop, User
from orders.models import PrintSize
from orders.people.callers import Caller
from tests import factories

from .making import Desk


@pytest.fixture
def desk(caller: Caller, size: PrintSize) -> Desk:
    """Where orders are made."""
    return Desk(caller, size)


@pytest.fixture
def viewer(shop: Shop) -> User:
    """Looks."""
    return factories.member("vera.viewer@example.com", shop, Role.VIEWER)


@pytest.fixture
def approver(shop: Shop) -> User:
    """Pays back."""
    return factories.member("ada.approver@example.com", shop, Role.APPROVER)


@pytest.fixture
def as_owner(owner: User, shop: Shop) -> Client:
    """A browser of the owner's."""
    assert shop.name
    return logged_in(owner)


@pytest.fixture
def as_editor(colleague: User) -> Client:
    """A browser of an editor's."""
    return logged_in(colleague)


def logged_in(person: User) -> Client:
    """Return a person's browser."""
    client = Client()
    client.force_login(person)
    return client
