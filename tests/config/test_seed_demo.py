"""The demo's people: made once, never by accident."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from foundation.shops.models import Connection, Membership, Shop, User

# Nobody listens there: the people are made all the same.
SANDBOX = dict.fromkeys(("demo-shop.myshopify.com", "api.stripe.com"), "http://127.0.0.1:9")


def _seed() -> dict[str, object]:
    out = StringIO()
    call_command("seed_demo", "--json", stdout=out)
    told: dict[str, object] = json.loads(out.getvalue())
    return told


@pytest.mark.django_db(transaction=True)
def test_a_second_run_changes_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SANDBOX_URL", "http://127.0.0.1:9")
    settings.OUTBOUND_ADDRESS_MAP = SANDBOX
    first = _seed()
    counts = [model.objects.count() for model in (User, Shop, Membership, Connection)]
    assert _seed() == first
    assert counts == [6, 2, 6, 3]
    assert [model.objects.count() for model in (User, Shop, Membership, Connection)] == counts


@pytest.mark.django_db(transaction=True)
def test_the_stranger_stays_outside(settings: Settings) -> None:
    settings.OUTBOUND_ADDRESS_MAP = SANDBOX
    _seed()
    stranger = User.objects.get(email="stranger@demo.test")
    assert [shop.name for shop in Shop.objects.for_user(stranger)] == ["Dockside Gifts"]


@pytest.mark.django_db
def test_a_database_that_is_no_demo_is_left_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTBOUND_ADDRESS_MAP = {}
    settings.DEBUG = False
    monkeypatch.delenv("DEMO", raising=False)
    with pytest.raises(CommandError, match="DEMO=1"):
        _seed()
    assert User.objects.count() == 0
