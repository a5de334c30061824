"""What every test has: no way out of this machine; people, shops and connections to work with."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.test import TransactionTestCase, override_settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from foundation.shops.models import Connection, Shop, User
from tests import emptying, factories

_connect = socket.socket.connect


def _connect_on_loopback_only(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        host = str(address[0])
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
        if not loopback:
            message = f"A test wanted to talk to {host}: tests speak with this machine only."
            raise RuntimeError(message)
    _connect(self, address)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests of the whole stack: minutes in one file, at whose end nobody waits."""
    items.sort(key=lambda item: item.get_closest_marker("stack") is None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Begin with a copy of the database that the door has migrated, where there is one."""
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = os.environ.get("TEST_TEMPLATE")


@pytest.fixture(autouse=True, scope="session")
def _no_way_out() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _connect_on_loopback_only)
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_emptying() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        slow = vars(TransactionTestCase)["_fixture_teardown"]
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptying.teardown(slow))
        yield


@pytest.fixture(autouse=True, scope="session")
def _plain_static_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Pages are drawn without collecting static files first: what is collected is nothing."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**django_settings.STORAGES, "staticfiles": plain},
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
    ):
        yield


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """A server that speaks S3, one for all tests of this process."""
    # A second of imports, for those who need it.
    from tests.storage_servers import moto_server  # noqa: PLC0415

    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Path]:
    """The folder of a storage of the test's own; it is the default storage meanwhile."""
    place = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files", "base_url": None},
    }
    storages = {**django_settings.STORAGES, "default": place}
    with override_settings(VAR_DIR=tmp_path, STORAGES=storages):
        yield tmp_path / "files"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let no test pay for what Hypothesis reads once in a process: it would be called too slow."""
    if item.get_closest_marker("hypothesis"):
        _warm_up()


@cache
def _warm_up() -> None:
    # With the first text comes the table of all characters; the numbers are as many as make it
    # certain that one is chosen from those in our sources, which are parsed for it.
    @hypothesis_settings(
        max_examples=2,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.text(min_size=1), st.lists(st.integers(), min_size=200))
    def draw(text: str, numbers: list[int]) -> None:
        assert (len(text) >= 1, len(numbers) >= 200) == (True, True)

    draw()


@pytest.fixture(autouse=True)
def _quick_passwords() -> None:
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def owner(db: None) -> User:
    """Who opened the shop."""
    return factories.user("olga.owner@example.com")


@pytest.fixture
def shop(owner: User) -> Shop:
    """A shop with its owner."""
    return factories.shop("Demo", owner)


@pytest.fixture
def colleague(shop: Shop) -> User:
    """An editor of the shop."""
    return factories.member("carl.colleague@example.com", shop)


@pytest.fixture
def stranger(db: None) -> User:
    """An owner of another shop, which has data of its own."""
    person = factories.user("sven.stranger@example.com")
    factories.shop("Elsewhere", person)
    return person


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """The shop's account at Shopify."""
    return factories.shopify_connection(shop)
