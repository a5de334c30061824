"""A shop with a catalogue and nobody abroad, and the new-job form to send."""

from typing import Any

import pytest
from django.test import Client

from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop, User
from tests import factories
from tests.pricing.page_fixtures import catalogue

from .forms import PLAIN, PREVIEW, URL, Poster, logged_in


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    return catalogue(connection)


@pytest.fixture
def as_owner(owner: User) -> Client:
    return logged_in(owner)


@pytest.fixture
def post(as_owner: Client, variants: list[Variant]) -> Poster:
    """Send the form; returns the page where it was refused, else where it leads."""
    connection = variants[0].connection

    def send(form: dict[str, Any] | None = None, **changed: object) -> str:
        fields = {**(PLAIN if form is None else form), "connection": str(connection.pk), **changed}
        answer = as_owner.post(URL, fields)
        assert answer.status_code in (302, 422)
        return answer.content.decode() if answer.status_code == 422 else answer.headers["Location"]

    return send


@pytest.fixture
def preview(as_owner: Client, variants: list[Variant]) -> Poster:
    """Send the form as a keystroke does; returns the answer."""
    del variants

    def send(form: dict[str, Any] | None = None, **changed: object) -> str:
        answer = as_owner.post(PREVIEW, {**(PLAIN if form is None else form), **changed})
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    return send
