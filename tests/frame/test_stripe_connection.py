"""The connection pages of Stripe, against the sandbox: key, endpoint, test, rotation."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from foundation.audit.models import AuditEvent
from foundation.shops.api import connection_access
from foundation.shops.models import Connection, Shop
from orders.payments.api import EVENTS
from tests import factories
from tests.sandbox.stripe.conftest import DEMO, KEYS, OTHER, StripeSandbox

ADD = "/operations/connections/add/stripe/"
HOOK = "https://backroom.test/webhooks/stripe/"
PASTED = {"account": DEMO, "secret_key": KEYS[DEMO]}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def stripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeSandbox]:
    one = StripeSandbox(tmp_path_factory.mktemp("stripe-pages"))
    yield one
    one.stop()


@pytest.fixture(autouse=True)
def _reached(stripe: StripeSandbox, settings: Settings) -> None:
    settings.OUTBOUND_ADDRESS_MAP = {"api.stripe.com": stripe.origin}
    settings.PUBLIC_URL = "https://backroom.test"
    stripe.mend()


def endpoints(stripe: StripeSandbox) -> list[Any]:
    told = stripe.control(f"accounts/{DEMO}/objects/webhook_endpoint")["objects"]
    return [each for each in told if each["url"] == HOOK]


def test_connecting_makes_the_endpoint_and_tests(
    browser: Client, shop: Shop, stripe: StripeSandbox
) -> None:
    page = browser.post(ADD, PASTED, follow=True).content.decode()
    made = Connection.objects.get(shop=shop)
    assert "Connected to Maple &amp; Mutt: everything needed is there." in page
    assert (made.kind, made.state, made.facts["plan"], made.facts["endpoint"]) == (
        "stripe", "active", "test mode", HOOK,
    )  # fmt: skip
    secrets = connection_access(made.pk).secrets
    assert (secrets["secret_key"], secrets["webhook_secret"][:6]) == (KEYS[DEMO], "whsec_")
    assert [tuple(each["enabled_events"]) for each in endpoints(stripe)] == [EVENTS]
    for url in ("", f"{made.pk}/", f"{made.pk}/secrets/", "add/stripe/"):
        shown = browser.get(f"/operations/connections/{url}").content.decode()
        assert KEYS[DEMO] not in shown
        assert secrets["webhook_secret"] not in shown
    assert "whsec_" not in str(list(AuditEvent.objects.values()))


def test_a_new_secret_replaces_the_endpoint_and_keeps_the_former_valid(
    browser: Client, shop: Shop, stripe: StripeSandbox
) -> None:
    made = factories.stripe_connection(shop, account=DEMO)
    stripe.client().v1.webhook_endpoints.create(
        params={"url": "https://elsewhere.example/hook", "enabled_events": ["*"]}
    )
    browser.post(f"/operations/connections/{made.pk}/endpoint/")
    first = endpoints(stripe)
    browser.post(f"/operations/connections/{made.pk}/endpoint/")
    second = endpoints(stripe)
    assert (len(first), len(second)) == (1, 1)
    assert first[0]["id"] != second[0]["id"]
    secrets = connection_access(made.pk).secrets
    assert secrets["webhook_secret"] != secrets["previous_webhook_secret"]
    left = stripe.control(f"accounts/{DEMO}/objects/webhook_endpoint")["objects"]
    assert "https://elsewhere.example/hook" in [each["url"] for each in left]


def test_another_accounts_key_is_found_out(
    browser: Client, shop: Shop, stripe: StripeSandbox
) -> None:
    page = browser.post(ADD, {"account": DEMO, "secret_key": KEYS[OTHER]}, follow=True)
    assert "The key belongs to the account" in page.content.decode()
    made = Connection.objects.get(shop=shop)
    assert "name" not in made.facts
    # Nothing was made in the other account, and none of its signatures will be believed.
    assert stripe.control(f"accounts/{OTHER}/objects/webhook_endpoint")["objects"] == []
    assert set(connection_access(made.pk).secrets) == {"secret_key"}


def test_a_key_that_stripe_does_not_take_parks_nothing_else(browser: Client, shop: Shop) -> None:
    wrong = {"account": DEMO, "secret_key": "sk_test_0000000000000000"}
    page = browser.post(ADD, wrong, follow=True).content.decode()
    made = Connection.objects.get(shop=shop)
    assert "does not accept the secret key" in page
    assert made.state == "parked"
    url = f"/operations/connections/{made.pk}"
    page = browser.post(f"{url}/secrets/", {"secret_key": KEYS[DEMO]}, follow=True).content.decode()
    assert "The new credentials are stored, encrypted." in page
    assert "but it lacks our webhook endpoint" in page


@pytest.mark.parametrize(("field", "value", "said"), [
    ("secret_key", "pk_test_0000000000000000", "This is the publishable key"),
    ("secret_key", "whsec_0000000000000000", "a webhook&#x27;s secret"),
    ("secret_key", "hello", "A secret key looks like"),
    ("account", "maple", "begins with acct_"),
])  # fmt: skip
def test_the_usual_mistakes_are_named(browser: Client, field: str, value: str, said: str) -> None:
    answer = browser.post(ADD, {**PASTED, field: value})
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert Connection.objects.count() == 0


def test_an_account_is_connected_once(browser: Client, shop: Shop) -> None:
    factories.stripe_connection(shop, account=DEMO)
    answer = browser.post(ADD, PASTED)
    assert (answer.status_code, "connected already" in answer.content.decode()) == (422, True)
