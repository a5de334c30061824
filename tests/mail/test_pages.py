"""The mail pages: who sees what, filters, costs, verbs with their reason; and the command."""

from io import StringIO
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from foundation.audit.models import AuditEvent
from foundation.mail.enums import MailState
from foundation.mail.models import Mail
from foundation.shops.api import Role, set_role
from foundation.shops.models import Shop, User
from tests import factories

from .conftest import MakeMail, job_of, settle
from .smtp_server import HANG_UP, Mailbox

pytestmark = pytest.mark.django_db
LIST = "/operations/mails/"


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def browser(shop: Shop, owner: User) -> Client:
    del shop
    return logged_in(owner)


def put(mail: Mail, state: MailState, **columns: Any) -> Mail:
    """Put a mail into a state behind the code's back."""
    Mail.objects.filter(pk=mail.pk).update(state=state, **columns)
    mail.refresh_from_db()
    return mail


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_list_teaches(browser: Client) -> None:
    assert "mails test --to" in text_of(browser, LIST)


def test_the_list_says_what_became_of_each(browser: Client, make_mail: MakeMail) -> None:
    put(make_mail("a", to="a@example.com"), MailState.FAILED, error="No such user.")
    put(make_mail("b", to="b@example.com"), MailState.QUEUED, error="Later.")
    page = text_of(browser, LIST)
    for word in ("a@example.com", "Not sent", "No such user.", "b@example.com", "Tried again"):
        assert word in page
    assert "may or may not have arrived" not in page
    put(Mail.objects.get(key="a"), MailState.UNKNOWN)
    assert "1 mail may or may not have arrived" in text_of(browser, LIST)


def test_filters_are_in_the_address(browser: Client, make_mail: MakeMail) -> None:
    mails = {key: make_mail(key, to=f"{key}@example.com") for key in "abc"}
    put(mails["a"], MailState.SENT)
    put(mails["b"], MailState.FAILED, error="Mailbox 100% full")
    for query, expected in (
        ("", "abc"),
        ("?state=sent", "a"),
        ("?text=c@example", "c"),
        ("?text=100%25", "b"),
        (f"?text={mails['c'].message_id[1:-1]}", ""),
        ("?text=nobody", ""),
        ("?state=nonsense", "abc"),
    ):
        rows = browser.get(LIST + query).context["rows"]
        assert sorted(row.mail.key for row in rows) == sorted(expected), query
    found = browser.get(LIST, {"text": mails["c"].message_id}).context["rows"]
    assert [row.mail.key for row in found] == ["c"]
    assert "No mail matches the filter" in text_of(browser, LIST + "?text=nobody")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    count: int, browser: Client, make_mail: MakeMail, django_assert_num_queries: Any
) -> None:
    for n in range(count):
        make_mail(str(n))
    browser.get(LIST)
    # session, user, memberships; pulses, alerts; rows, undecided.
    with django_assert_num_queries(7):
        browser.get(LIST)


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_the_same_after_one_and_three_deeds(
    count: int, browser: Client, make_mail: MakeMail, django_assert_num_queries: Any
) -> None:
    mail = make_mail()
    for _ in range(count):
        put(mail, MailState.FAILED)
        browser.post(reverse("mails:again", args=[mail.pk]), {"reason": "Again."})
    browser.get(f"{LIST}{mail.pk}/")
    # session, user, memberships; pulses, alerts; mail, audit.
    with django_assert_num_queries(7):
        browser.get(f"{LIST}{mail.pk}/")


def test_pages_lead_to_every_mail_once(browser: Client, make_mail: MakeMail) -> None:
    made = [make_mail(str(n)).pk for n in range(60)]
    seen: list[Any] = []
    url = LIST
    while url:
        page = browser.get(url).context["page"]
        seen += [mail.pk for mail in page.items]
        url = f"{LIST}?after={page.after}" if page.after else ""
    assert sorted(seen) == sorted(made)


def test_strangers_and_other_shops_see_nothing(stranger: User, make_mail: MakeMail) -> None:
    mail = make_mail(to="secret@example.com")
    for verb in ("", "again/", "sent/"):
        client = logged_in(stranger)
        url = f"{LIST}{mail.pk}/{verb}"
        answer = client.post(url, {"reason": "x"}) if verb else client.get(url)
        assert answer.status_code == 404
    assert "secret@example.com" not in text_of(logged_in(stranger), LIST)


def test_mails_of_the_installation_are_for_ops(
    owner: User, shop: Shop, make_mail: MakeMail
) -> None:
    mail = make_mail(shop_id=None)
    assert logged_in(owner).get(f"{LIST}{mail.pk}/").status_code == 404
    ops = factories.user("ops@example.com", is_staff=True)
    set_role(shop_id=shop.pk, user=ops, role=Role.VIEWER, actor_id=None)
    assert "none: a mail of the installation" in text_of(logged_in(ops), f"{LIST}{mail.pk}/")


def test_the_text_of_a_secret_is_not_shown(browser: Client, make_mail: MakeMail) -> None:
    mail = make_mail(template="password_link", context={"path": "/tok-en/"}, sensitive=True)
    page = text_of(browser, f"{LIST}{mail.pk}/")
    assert "It waits encrypted" in page
    assert "tok-en" not in page
    assert "This mail was sent by" in text_of(browser, f"{LIST}{make_mail('k2').pk}/")


def test_a_doubt_is_decided_with_a_reason_by_an_editor(
    shop: Shop, owner: User, make_mail: MakeMail, server: Mailbox
) -> None:
    mail = make_mail()
    server.answers["MESSAGE"] = HANG_UP
    settle()
    browser = logged_in(owner)
    url = f"{LIST}{mail.pk}/"
    page = text_of(browser, url)
    for words in ("Send it again?", "Mark it as sent?", "Outcome unknown"):
        assert words in page
    viewer = logged_in(factories.member("v@example.com", shop, Role.VIEWER))
    assert "Send it again?" not in text_of(viewer, url)
    assert viewer.post(f"{url}again/", {"reason": "x"}).status_code == 403

    refused = browser.post(f"{url}sent/", {"reason": ""}, follow=True)
    assert "Nothing was changed: say why" in refused.content.decode()
    done = browser.post(f"{url}sent/", {"reason": "She has it."}, follow=True)
    assert "Marked as sent. It is not repeated." in done.content.decode()
    event = AuditEvent.objects.get(verb="mail.mail.marked_sent")
    assert (event.actor_id, event.reason, event.shop_id) == (owner.pk, "She has it.", shop.pk)
    late = browser.post(f"{url}again/", {"reason": "Too late."}, follow=True)
    assert "The mail is sent: there is nothing to send again." in late.content.decode()
    assert len(server.taken) == 1


def said(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command("mails", *words, stdout=out, **options)
    return out.getvalue()


def test_the_command_lists_and_decides(make_mail: MakeMail, shop: Shop) -> None:
    assert said("list") == "No mails.\n"
    doubt = put(make_mail("a"), MailState.UNKNOWN, error="Lost.")
    failed = put(make_mail("b"), MailState.FAILED)
    sent = put(make_mail("c"), MailState.SENT)
    assert said("list", "--state", "unknown", "--shop", str(shop.pk)) == (
        f"{doubt.pk}  unknown  {doubt.to}  {doubt.subject}: Lost.\n"
    )
    for verb, count in (("resend", 2), ("mark-sent", 1)):
        text = said(verb, "--all", "--reason", "x", "--dry-run")
        assert text.endswith(f"Dry run: {count} would be put to {verb}; nothing changed.\n")
    assert [m.state for m in Mail.objects.order_by("key")] == ["unknown", "failed", "sent"]

    assert said("mark-sent", "--id", str(doubt.pk), "--reason", "Asked.") == (
        "1 mail marked as sent.\n"
    )
    assert said("resend", "--all", "--reason", "Mended.") == "1 mail queued again.\n"
    states = dict(Mail.objects.values_list("pk", "state"))
    assert states == {doubt.pk: "sent", failed.pk: "queued", sent.pk: "sent"}
    verbs = list(
        AuditEvent.objects.filter(object_type="mail").order_by("pk").values_list("verb", "reason")
    )
    assert verbs == [("mail.mail.marked_sent", "Asked."), ("mail.mail.sent_again", "Mended.")]


def test_the_command_wants_a_filter_and_a_reason() -> None:
    with pytest.raises(CommandError, match="Give a filter, or --all to resend"):
        said("resend", "--reason", "x")
    with pytest.raises(CommandError, match="Say why with --reason"):
        said("mark-sent", "--all")
    with pytest.raises(CommandError, match="Where to"):
        said("test")
    with pytest.raises(CommandError, match="is not one e-mail address"):
        said("test", "--to", "a@example.com\nBcc: b@example.com")
    assert django_mail.outbox == []


def test_the_settings_are_tested_and_waiting_mails_go_on(
    make_mail: MakeMail, server: Mailbox
) -> None:
    mail = make_mail()
    server.answers["MAIL"] = "553 not you"
    settle()
    assert job_of(mail).state == "parked"
    with pytest.raises(CommandError, match=r"takes no mail from .* Set MAIL_FROM to an address"):
        said("test", "--to", "me@example.com")

    server.answers.clear()
    assert "nothing sent" in said("test", "--to", "me@example.com", "--dry-run")
    assert server.taken == []
    text = said("test", "--to", "me@example.com")
    assert text.startswith("Taken by smtp: <")
    assert text.endswith("1 waiting mails go on.\n")
    settle()
    assert [each["To"] for each in server.mails()] == ["me@example.com", mail.to]
