"""People of a print shop with their roles."""

from collections.abc import Mapping

import pytest
from django.test import Client

from foundation.shops.api import Role
from foundation.shops.models import Shop, User
from tests import factories


def logged_in(person: User) -> Client:
    """Return a person's browser."""
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def as_owner(owner: User, shop: Shop) -> Client:
    """A browser of the owner's."""
    assert shop.name
    return logged_in(owner)


@pytest.fixture
def as_approver(shop: Shop) -> Client:
    """A browser of who decides prices."""
    return logged_in(factories.member("ada.approver@example.com", shop, Role.APPROVER))


@pytest.fixture
def as_editor(colleague: User) -> Client:
    """A browser of an editor's."""
    return logged_in(colleague)


@pytest.fixture
def as_viewer(shop: Shop) -> Client:
    """A browser of who looks."""
    return logged_in(factories.member("vera.viewer@example.com", shop, Role.VIEWER))


def text_of(client: Client, url: str) -> str:
    """Return a page's text with single spaces."""
    answer = client.get(url)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


def said_after(client: Client, url: str, posted: Mapping[str, object] | None = None) -> str:
    """Post, follow, and return what the page then says."""
    answer = client.post(url, posted or {}, follow=True)
    return " ".join(answer.content.decode().split())


def content_of(client: Client, url: str) -> tuple[int, str, bytes]:
    """Return status, type and bytes of a file."""
    answer = client.get(url)
    return answer.status_code, answer["Content-Type"], answer.getvalue()
