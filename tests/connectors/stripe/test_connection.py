"""A stored connection through the real lane, budget and exchange log."""

import pytest
from django.conf import LazySettings

from connectors.stripe.api import Priority, StripeClient, open_client
from foundation.failures import Misconfigured, Parked, Wait
from foundation.outbound.api import recent_exchanges
from foundation.outbound.models import Budget
from foundation.shops.api import connection_access, erase_secrets
from foundation.shops.models import Connection, Shop
from tests import factories
from tests.connectors.stripe.conftest import HOST
from tests.connectors.stripe.test_client import key, wanted
from tests.sandbox.stripe.conftest import StripeSandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stored(shop: Shop, sandbox: StripeSandbox, settings: LazySettings) -> Connection:
    settings.OUTBOUND_ADDRESS_MAP = {HOST: sandbox.origin}
    sandbox.mend()
    return factories.stripe_connection(shop)


def client(stored: Connection) -> StripeClient:
    return open_client(connection_access(stored.pk), priority=Priority.URGENT, job_id=7)


def is_parked(stored: Connection) -> bool:
    return Connection.objects.get(pk=stored.pk).state == "parked"


def test_a_call_is_in_the_exchange_log(stored: Connection) -> None:
    session = client(stored).create_session(wanted(), idempotency_key=key())
    row = recent_exchanges(stored.shop_id, connection_id=stored.pk, limit=5)[0]
    assert (row.operation, row.method, row.status, row.job_id, row.failure) == (
        "checkout.sessions.create", "POST", 200, 7, "",
    )  # fmt: skip
    assert row.place == f"{HOST}/v1/checkout/sessions"
    assert row.vendor_request_id.startswith("req_")
    assert session.status == "open"
    assert Budget.objects.get(key=f"stripe:{stored.pk}").capacity == 25


def test_a_refused_key_parks_the_connection(stored: Connection, sandbox: StripeSandbox) -> None:
    sandbox.fault(kind="unauthorized", count=1)
    with pytest.raises(Misconfigured):
        client(stored).account()
    assert is_parked(stored)
    with pytest.raises(Parked):
        client(stored).account()
    probe = open_client(connection_access(stored.pk), probe=True)
    assert probe.account().name == "Maple & Mutt"


def test_without_a_key_it_is_parked_before_anything_is_sent(stored: Connection) -> None:
    erase_secrets(connection_id=stored.pk, reason="the shop left")
    with pytest.raises(Misconfigured, match="Enter its secret key again"):
        client(stored)
    assert is_parked(stored)
    assert list(recent_exchanges(stored.shop_id, connection_id=stored.pk, limit=5)) == []


def test_a_slow_down_waits_and_parks_nothing(stored: Connection, sandbox: StripeSandbox) -> None:
    sandbox.fault(kind="throttle", count=1)
    with pytest.raises(Wait) as wait:
        client(stored).account()
    assert wait.value.seconds >= 1
    assert Budget.objects.get(key=f"stripe:{stored.pk}").throttled == 1
    assert not is_parked(stored)
