"""The connection pages: what people paste, what is never shown again, parking, rotation."""

import pytest
from django.forms import ValidationError
from django.test import Client
from pytest_django import Settings

from config.connections.forms import normalised_domain
from foundation.alerts.models import Alert
from foundation.audit.models import AuditEvent
from foundation.shops.api import connection_access, webhook_account
from foundation.shops.models import Connection, Shop
from foundation.work.enums import JobState
from foundation.work.models import Job

from .conftest import MakeJob

PASTED = {
    "account": "https://admin.shopify.com/store/acme-toys/settings",
    "access_token": "shpat_0123456789",
    "webhook_secret": "shpss_0123456789",
}


@pytest.mark.parametrize(
    "given",
    [
        "acme-toys",
        "Acme-Toys.myshopify.com ",
        "https://acme-toys.myshopify.com/admin",
        "acme-toys.myshopify.com/products?page=2",
        "https://admin.shopify.com/store/acme-toys/settings/domains",
    ],
)
def test_a_domain_is_understood_however_it_is_pasted(given: str) -> None:
    assert normalised_domain(given) == "acme-toys.myshopify.com"


@pytest.mark.parametrize(
    "given",
    [
        "www.acme.com",
        "acme.myshopify.com.evil.example",
        "evil.example/acme.myshopify.com",
        "http://169.254.169.254/",
        "-acme.myshopify.com",
        "acme toys",
        "acme.myshopify.com@evil.example",
        "https://[::1",
    ],
)
def test_anything_else_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        normalised_domain(given)


@pytest.fixture
def _nobody_answers(settings: Settings) -> None:
    settings.OUTBOUND_ADDRESS_MAP = {"acme-toys.myshopify.com": "http://127.0.0.1:9"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_nobody_answers")
def test_credentials_are_stored_sealed_and_never_shown(browser: Client, shop: Shop) -> None:
    answer = browser.post("/operations/connections/add/", PASTED, follow=True)
    made = Connection.objects.get(shop=shop)
    assert made.account == "acme-toys.myshopify.com"
    assert connection_access(made.pk).secrets == {
        "access_token": "shpat_0123456789",
        "webhook_secret": "shpss_0123456789",
    }
    assert "The test failed." in answer.content.decode()
    for url in ("", f"{made.pk}/", f"{made.pk}/secrets/", "add/"):
        page = browser.get(f"/operations/connections/{url}").content.decode()
        assert "shpat_0123456789" not in page
        assert "shpss_0123456789" not in page
    assert "0123456789" not in str(list(AuditEvent.objects.values()))


@pytest.mark.django_db
def test_what_was_mistyped_is_not_sent_back(browser: Client) -> None:
    wrong = {**PASTED, "account": "www.acme.com"}
    answer = browser.post("/operations/connections/add/", wrong)
    assert answer.status_code == 422
    assert "shpat_0123456789" not in answer.content.decode()
    assert Connection.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("access_token", "shpss_0123456789", "This is the API secret key."),
        ("access_token", "shpat_ 0123", "no spaces"),
        ("webhook_secret", "shpat_0123456789", "This is the access token."),
    ],
)
def test_the_usual_mistakes_are_named(browser: Client, field: str, value: str, said: str) -> None:
    answer = browser.post("/operations/connections/add/", {**PASTED, field: value})
    assert said in answer.content.decode()
    assert Connection.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("stranger")
def test_a_shop_is_connected_once_in_the_whole_house(browser: Client, shop: Shop) -> None:
    elsewhere = Shop.objects.exclude(pk=shop.pk).get()
    Connection.objects.create(
        shop=elsewhere, kind="shopify", account="acme-toys.myshopify.com", sealed=b""
    )
    answer = browser.post("/operations/connections/add/", PASTED)
    assert answer.status_code == 422
    assert "connected already" in answer.content.decode()
    assert Connection.objects.filter(shop=shop).count() == 0


@pytest.mark.django_db
def test_parking_stops_and_resuming_puts_the_jobs_back(
    browser: Client, connection: Connection, make_job: MakeJob
) -> None:
    waiting = make_job(JobState.PARKED, parked_key=f"connection:{connection.pk}")
    url = f"/operations/connections/{connection.pk}"
    browser.post(f"{url}/park/")
    connection.refresh_from_db()
    assert connection.state == "active"
    browser.post(f"{url}/park/", {"reason": "the app is being replaced"})
    connection.refresh_from_db()
    assert (connection.state, connection.parked_reason) == ("parked", "the app is being replaced")
    assert "the app is being replaced" in browser.get(f"{url}/").content.decode()
    assert Alert.objects.filter(closed_at=None).count() == 1
    browser.post(f"{url}/resume/")
    connection.refresh_from_db()
    assert connection.state == "active"
    assert Job.objects.get(pk=waiting.pk).state == JobState.QUEUED
    assert Alert.objects.filter(closed_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_replaced_webhook_secret_stays_valid_beside_the_new_one(
    browser: Client, connection: Connection, settings: Settings
) -> None:
    settings.OUTBOUND_ADDRESS_MAP = {connection.account: "http://127.0.0.1:9"}
    before = connection_access(connection.pk).secrets
    url = f"/operations/connections/{connection.pk}/secrets/"
    assert browser.post(url, {}).status_code == 422
    browser.post(url, {"webhook_secret": "shpss_new"})
    account = webhook_account("shopify", connection.account)
    assert account is not None
    assert account.secrets == ("shpss_new", before["webhook_secret"])
    assert connection_access(connection.pk).secrets["access_token"] == before["access_token"]
