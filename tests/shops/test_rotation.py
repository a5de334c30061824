"""Keys are replaced without a moment in which a credential cannot be read."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from foundation.audit.models import AuditEvent
from foundation.shops.api import ConnectionKind, connect, connection_access
from foundation.shops.models import Connection, Shop
from foundation.shops.services import reseal_connections

pytestmark = pytest.mark.django_db

SECRETS = {"access_token": "shpat_one", "webhook_secret": "shpss_one"}


@pytest.fixture
def connection(shop: Shop) -> Connection:
    return connect(
        shop_id=shop.pk,
        kind=ConnectionKind.SHOPIFY,
        account="rotation.myshopify.com",
        secrets=SECRETS,
        actor_id=None,
    )


def _sealed(connection: Connection) -> bytes:
    return bytes(Connection.objects.get(pk=connection.pk).sealed)


def test_after_the_rotation_the_old_key_is_not_needed(
    connection: Connection, settings: LazySettings, capsys: Any
) -> None:
    old, new = settings.BACKROOM_KEYS, Fernet.generate_key().decode()
    settings.BACKROOM_KEYS = [new, *old]
    call_command("rotate_secrets")
    assert "1 connections are encrypted with the first key." in capsys.readouterr().out
    settings.BACKROOM_KEYS = [new]
    assert connection_access(connection.pk).secrets == SECRETS
    event = AuditEvent.objects.get(verb="shops.secrets.resealed")
    assert event.details == {"connections": 1}


def test_a_dry_run_changes_nothing(connection: Connection, settings: LazySettings) -> None:
    before = _sealed(connection)
    settings.BACKROOM_KEYS = [Fernet.generate_key().decode(), *settings.BACKROOM_KEYS]
    call_command("rotate_secrets", "--dry-run")
    assert _sealed(connection) == before
    assert not AuditEvent.objects.filter(verb="shops.secrets.resealed").exists()


def test_a_missing_key_stops_it_before_anything_is_written(
    connection: Connection, shop: Shop, settings: LazySettings
) -> None:
    known = settings.BACKROOM_KEYS
    settings.BACKROOM_KEYS = [Fernet.generate_key().decode()]
    lost = connect(
        shop_id=shop.pk,
        kind=ConnectionKind.SHOPIFY,
        account="lost.myshopify.com",
        secrets=SECRETS,
        actor_id=None,
    )
    settings.BACKROOM_KEYS = [Fernet.generate_key().decode(), *known]
    before = (_sealed(connection), _sealed(lost))
    with pytest.raises(ImproperlyConfigured, match="Add the key that was used before"):
        reseal_connections()
    assert (_sealed(connection), _sealed(lost)) == before
