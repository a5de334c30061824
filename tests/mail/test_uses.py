"""What writes mails: critical alerts, and forgotten passwords."""

import datetime as dt
import re

import pytest
from axes.models import AccessAttempt
from django.core import mail as django_mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config.passwords import services, views
from foundation.alerts.api import close_alert, open_alert
from foundation.alerts.models import Alert
from foundation.audit.models import AuditEvent
from foundation.mail.models import Mail
from foundation.shops.api import Role
from foundation.shops.models import Shop, User
from tests import factories

from .conftest import settle

pytestmark = pytest.mark.django_db
NEW = "another quite long pass phrase"


def opened(shop: Shop | None, severity: str, key: str = "k", title: str = "Prices stand") -> None:
    open_alert(
        shop_id=shop.pk if shop else None,
        key=key,
        severity=severity,
        title=title,
        body="The token is refused.",
        url="/operations/connections/",
    )


@pytest.mark.usefixtures("colleague", "stranger")
def test_a_critical_alert_is_mailed_to_the_owners_once_per_opening(
    shop: Shop, owner: User, settings: Settings
) -> None:
    settings.WEB_URL = "https://shop.example"
    second = factories.member("zoe.owner@example.com", shop, Role.OWNER)
    gone = factories.member("gone.owner@example.com", shop, Role.OWNER)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    opened(shop, "warning")
    settle()
    assert django_mail.outbox == []

    for severity in ("critical", "critical", "info"):
        opened(shop, severity)
        settle()
    assert [(m.to, m.subject) for m in django_mail.outbox] == [
        ([owner.email], "[Backroom] Prices stand"),
        ([second.email], "[Backroom] Prices stand"),
    ]
    body = django_mail.outbox[0].body
    assert "The token is refused." in body
    assert "Look at it: https://shop.example/operations/connections/" in body
    assert f"Shop: {shop.name}" in body

    close_alert(key="k", reason="Mended.")
    opened(shop, "critical")
    settle()
    assert len(django_mail.outbox) == 4


@pytest.mark.usefixtures("shop")
def test_the_installation_s_alerts_go_to_its_operators() -> None:
    ops = factories.user("ops@example.com", is_staff=True)
    opened(None, "critical")
    settle()
    assert [m.to for m in django_mail.outbox] == [[ops.email]]


def test_a_title_with_line_breaks_is_one_line_and_no_header(shop: Shop, owner: User) -> None:
    opened(shop, "critical", title="Prices\r\nBcc: eve@example.com\n stand")
    settle()
    (mail,) = django_mail.outbox
    assert (mail.subject, mail.recipients()) == (
        "[Backroom] Prices Bcc: eve@example.com stand",
        [owner.email],
    )


def test_an_address_nobody_can_write_to_does_not_undo_the_alert(shop: Shop, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(email="broken")
    opened(shop, "critical")
    assert (Alert.objects.count(), Mail.objects.count()) == (1, 0)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "AT_LEAST_SECONDS", 0.0)


def link_in(text: str) -> str:
    found = re.search(r"https?://[^/\s]+(/password/new/\S+)", text)
    assert found is not None
    return found[1]


def ask(email: str) -> str:
    answer = Client().post("/password/forgotten/", {"email": email}, follow=True)
    assert answer.redirect_chain == [("/password/forgotten/sent/", 302)]
    return answer.content.decode()


@pytest.mark.usefixtures("shop")
def test_a_forgotten_password_from_the_log_in_page_to_the_next_log_in(
    owner: User, settings: Settings
) -> None:
    settings.WEB_URL = "https://shop.example"
    page = Client().get("/login/").content.decode()
    assert 'href="/password/forgotten/"' in page
    old_session = Client()
    old_session.force_login(owner)
    AccessAttempt.objects.create(
        username=owner.email, ip_address="127.0.0.1", failures_since_start=8
    )
    ask(owner.email.upper())
    settle()
    (mail,) = django_mail.outbox
    assert (mail.to, mail.subject) == ([owner.email], "Set a new password for Backroom")
    assert "https://shop.example/password/new/" in mail.body
    path = link_in(str(mail.body))

    client = Client()
    form = client.get(path, follow=True)
    assert form.redirect_chain[0][0].endswith("/set-password/"), "the token leaves the address"
    where = form.redirect_chain[0][0]
    weak = client.post(where, {"new_password1": "12345678", "new_password2": "12345678"})
    assert "too common" in weak.content.decode()
    done = client.post(where, {"new_password1": NEW, "new_password2": NEW}, follow=True)
    assert "Your new password works from now on." in done.content.decode()

    assert old_session.get("/").status_code == 302, "other sessions end"
    assert "This link does not work" in Client().get(path).content.decode(), "it works once"
    answer = Client().post("/login/", {"username": owner.email, "password": NEW})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    settle()
    assert django_mail.outbox[1].subject == "Your Backroom password was changed"
    deeds = AuditEvent.objects.filter(object_type="user", shop=None).order_by("pk")
    assert [(deed.verb, deed.object_id) for deed in deeds] == [
        ("shops.password.link_asked", str(owner.pk)),
        ("shops.password.reset", str(owner.pk)),
    ]
    assert not Mail.objects.exclude(sealed=None).exists()
    assert not Mail.objects.filter(text__contains=path).exists()


def test_nobody_learns_who_has_an_account(owner: User) -> None:
    pages = {ask(owner.email), ask("nobody@example.com"), ask("olga@example.com ")}
    assert len(pages) == 1
    wrong = Client().post("/password/forgotten/", {"email": "x\r\nBcc: eve@example.com"})
    assert (wrong.status_code, Mail.objects.count()) == (200, 1)


def test_people_who_may_not_log_in_get_no_link() -> None:
    User.objects.create_user("never@example.com", None)
    User.objects.create_user("off@example.com", "x", is_active=False)
    for email in ("never@example.com", "off@example.com"):
        ask(email)
    assert (Mail.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_one_link_in_five_minutes_and_six_a_day(owner: User) -> None:
    now = timezone.now()
    assert services.ask_for_link(email=owner.email, now=now)
    services.ask_for_link(email=owner.email, now=now)
    assert Mail.objects.count() == 1
    for step in range(1, 12):
        services.ask_for_link(email=owner.email, now=now + step * dt.timedelta(minutes=6))
    assert Mail.objects.count() == 6


def test_many_people_at_once_are_somebody_guessing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_AT_ONCE", 2)
    for n in range(3):
        factories.user(f"u{n}@example.com")
        ask(f"u{n}@example.com")
    assert Mail.objects.count() == 2


def test_an_old_link_is_no_link(owner: User, settings: Settings) -> None:
    ask(owner.email)
    settle()
    path = link_in(str(django_mail.outbox[0].body))
    settings.PASSWORD_RESET_TIMEOUT = -1
    page = Client().get(path, follow=True).content.decode()
    assert "This link does not work" in page
    assert "Ask for a new link" in page
