"""A mail leaves once; what failed says why; what is in doubt is never repeated by itself."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from django.core import mail as django_mail
from django.db import connection, transaction
from pytest_django import Settings

from foundation.alerts.models import Alert
from foundation.audit.models import AuditEvent
from foundation.mail import sending
from foundation.mail.contracts import InvalidMail, Refused
from foundation.mail.models import Mail
from foundation.mail.resting import wake
from foundation.mail.services import forget_bodies, mark_sent, prune, send_again, send_mail
from foundation.shops.models import Shop, User
from foundation.work.api import replay
from foundation.work.enums import Group
from foundation.work.models import Job
from foundation.work.recovery import sweep
from foundation.work.runner import run_batch
from tests.work.conftest import pass_time, sql

from .conftest import MakeMail, job_of, settle, work
from .smtp_server import HANG_UP, Mailbox

pytestmark = pytest.mark.django_db
WORKS = """
import django
django.setup()
from django.core.management import call_command
call_command("work", "--group", "fast", "--until-idle")
"""
# It has read the server's "taken" and says good-bye; the next it would do is write that down.
KILLED_AT_GOODBYE = (
    """
import os, signal
from django.core.mail.backends.smtp import EmailBackend
EmailBackend.close = lambda self: os.kill(os.getpid(), signal.SIGKILL)
"""
    + WORKS
)
DOUBT = " " + sending.UNKNOWN_NOW


def fate(mail: Mail) -> tuple[str, int, str, str]:
    """Return a mail's state, attempts and error, and its job's state."""
    mail.refresh_from_db()
    return mail.state, mail.attempts, mail.error, job_of(mail).state


def where(server: Mailbox) -> str:
    return f"The mail server 127.0.0.1:{server.port}"


def test_it_leaves_as_it_was_written(server: Mailbox, make_mail: MakeMail) -> None:
    mail = make_mail()
    assert (mail.state, mail.message_id) == ("queued", f"<{mail.pk}@shop.example>")
    assert server.taken == []
    settle()

    assert fate(mail) == ("sent", 1, "", "done")
    (got,) = server.mails()
    headers = {
        name: got[name] for name in ("From", "To", "Subject", "Message-ID", "Auto-Submitted")
    }
    assert headers == {
        "From": "Backroom <backroom@shop.example>",
        "To": "olga.owner@example.com",
        "Subject": "Backroom can send mails",
        "Message-ID": mail.message_id,
        "Auto-Submitted": "auto-generated",
    }
    assert got.get_content().replace("\r\n", "\n").strip() == mail.text.strip()
    assert [line.split(" ")[0] for line in server.commands] == [
        "ehlo",
        "mail",
        "rcpt",
        "DATA",
        "quit",
    ]


def test_lines_that_begin_with_a_dot_and_letters_of_all_kinds_arrive(
    server: Mailbox, make_mail: MakeMail
) -> None:
    mail = make_mail()
    text = ".\n..two\nPrès de l'œuvre: 12,50 €\n" + "x" * 2_000 + "\n."
    Mail.objects.filter(pk=mail.pk).update(text=text, html="<p>Ünï</p>", subject="Prix modifié €")
    settle()

    (got,) = server.mails()
    assert got["Subject"] == "Prix modifié €"
    plain, html = got.get_body(("plain",)), got.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n").rstrip("\n") == text
    assert html.get_content().strip() == "<p>Ünï</p>"


def test_one_intent_is_one_mail(server: Mailbox, make_mail: MakeMail) -> None:
    first, second = make_mail("same"), make_mail("same", to="other@example.com")
    settle()
    make_mail("same")
    settle()

    assert first.pk == second.pk
    assert [mail["To"] for mail in server.mails()] == ["olga.owner@example.com"]


def test_what_is_rolled_back_is_not_sent(server: Mailbox, make_mail: MakeMail) -> None:
    with transaction.atomic():
        make_mail()
        transaction.set_rollback(True)
    settle()

    assert (Mail.objects.count(), Job.objects.count(), server.taken) == (0, 0, [])


@pytest.mark.parametrize(
    "to",
    [
        "",
        "olga",
        "olga@example.com, eve@example.com",
        "olga@example.com\nBcc: eve@example.com",
        "olga@example.com\r\n",
        "Olga <olga@example.com>",
    ],
)
def test_only_one_sound_address_is_taken(make_mail: MakeMail, to: str) -> None:
    with pytest.raises(InvalidMail):
        make_mail(to=to)
    assert Job.objects.count() == 0


@pytest.mark.parametrize("name", ["Prices\nBcc: eve@example.com", "a\r\nX: y", "a\x00b", " \n "])
def test_no_header_is_smuggled_in_through_a_subject(shop: Shop, name: str) -> None:
    with pytest.raises(InvalidMail):
        send_mail(
            key="k",
            shop_id=shop.pk,
            to="olga@example.com",
            template="alert",
            context={"headline": f"{name}!", "alert": None},
        )
    assert Mail.objects.count() == 0


@pytest.mark.parametrize(
    ("step", "answer", "words"),
    [
        ("CONNECT", "421 busy", "is not ready|cannot do it now: 421 busy"),
        ("CONNECT", HANG_UP, "does not answer: Connection unexpectedly closed"),
        ("MAIL", "451 later", "cannot do it now: 451 later"),
        ("RCPT", "450 greylisted", "cannot do it now: 450 greylisted"),
        ("DATA", "451 later", "cannot do it now: 451 later"),
        ("DATA", HANG_UP, "does not answer: Connection unexpectedly closed"),
        ("MESSAGE", "452 full", "would not take the mail now: 452 full"),
    ],
)
def test_what_may_work_later_is_tried_again(
    server: Mailbox, make_mail: MakeMail, step: str, answer: str, words: str
) -> None:
    mail = make_mail()
    server.answers[step] = answer
    work()
    state, attempts, error, job = fate(mail)
    assert (state, attempts, job) == ("queued", 1, "queued")
    assert error.startswith(where(server))
    assert any(word in error for word in words.split("|")), error
    assert "It is tried again by itself." in error

    del server.answers[step]
    server.taken.clear()
    wake()
    pass_time(6)
    settle()
    assert fate(mail) == ("sent", 2, "", "done")
    assert len(server.taken) == 1
    assert AuditEvent.objects.filter(object_type="mail").count() == 0


@pytest.mark.parametrize(
    ("step", "answer", "words"),
    [
        (
            "RCPT",
            "550 no such user",
            (
                "takes no mail to olga.owner@example.com: 550 no such user. Correct the person's "
                "address, then send it again."
            ),
        ),
        ("MAIL", "552 too big", "takes no mail of this size: 552 too big. Discard it."),
        ("DATA", "554 no", "refuses us: 554 no. Look at its words, then send it again."),
        (
            "MESSAGE",
            "554 spam",
            "refused the mail after reading it: 554 spam. Look at its words, then send it again.",
        ),
    ],
)
def test_what_never_works_says_so_at_once(
    server: Mailbox, make_mail: MakeMail, step: str, answer: str, words: str
) -> None:
    mail = make_mail()
    server.answers[step] = answer
    settle()

    assert fate(mail) == ("failed", 1, f"{where(server)} {words}", "dead")
    (alert,) = Alert.objects.all()
    assert (alert.severity, alert.key) == ("critical", f"dead:mail.send:{mail.shop_id}")
    assert Mail.objects.count() == 1, "what is wrong with mails is not told by mail"


def test_out_of_attempts_it_has_failed_and_the_slow_schedule_tries_on(
    server: Mailbox, make_mail: MakeMail
) -> None:
    mail = make_mail()
    server.answers["RCPT"] = "450 greylisted"
    for _ in range(8):
        pass_time(10)
        work()
    state, attempts, _, job = fate(mail)
    assert (state, attempts, job) == ("failed", 8, "dead")

    server.answers.clear()
    pass_time(15)
    sweep()
    settle()
    assert fate(mail) == ("sent", 9, "", "done")
    assert len(server.taken) == 1
    assert Alert.objects.filter(closed_at=None).count() == 0


@pytest.mark.parametrize(
    ("step", "answer", "user", "words"),
    [
        ("AUTH", "535 wrong", "olga", "refuses our log-in: 535 wrong"),
        ("EHLO", "250 stub", "olga", "does not offer what MAIL_URL asks for: SMTP AUTH extension"),
        ("MAIL", "530 who are you", "", "wants a log-in: 530 who are you"),
        ("MAIL", "553 not you", "", "takes no mail from"),
    ],
)
def test_wrong_settings_park_every_mail_with_one_alert(
    server: Mailbox,
    make_mail: MakeMail,
    settings: Settings,
    *,
    step: str,
    answer: str,
    user: str,
    words: str,
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = user, "secret-of-the-server"
    mails = [make_mail(str(n)) for n in range(3)]
    server.answers[step] = answer
    settle()

    assert {job_of(mail).state for mail in mails} == {"parked"}
    assert sum(line.startswith("ehlo") for line in server.commands) == 1, "the others wait"
    (alert,) = Alert.objects.all()
    assert (alert.shop_id, alert.key, alert.severity) == (None, "mail:settings", "critical")
    assert words in alert.body
    assert "secret-of-the-server" not in alert.body
    assert server.taken == []
    assert Mail.objects.count() == 3

    server.answers.clear()
    wake()
    settings.EMAIL_HOST_USER = ""
    sql("UPDATE work_job SET state = 'queued', parked_key = '' WHERE id = %s", mails[0].work_job_id)
    settle()
    assert [fate(mail)[0] for mail in mails] == ["sent"] * 3
    assert len(server.taken) == 3
    assert Alert.objects.filter(closed_at=None).count() == 0


@pytest.mark.usefixtures("server")
def test_a_server_that_is_away_is_left_in_peace_for_a_moment(
    make_mail: MakeMail, settings: Settings
) -> None:
    settings.EMAIL_PORT = 9
    mails = [make_mail(str(n)) for n in range(3)]
    work()

    jobs = Job.objects.filter(name="mail.send").order_by("-attempts")
    assert [job.attempts for job in jobs] == [1, 0, 0], "one tried, the others only wait"
    assert {job.state for job in jobs} == {"queued"}
    assert all("127.0.0.1:9 does not answer" in (job.error or job.waiting_for) for job in jobs)
    assert sorted(fate(mail)[1] for mail in mails) == [0, 0, 1]


@pytest.mark.parametrize("answer", [HANG_UP, "299 hm", "xyz"])
def test_a_lost_answer_is_a_doubt_that_a_person_decides(
    server: Mailbox, make_mail: MakeMail, owner: User, answer: str
) -> None:
    mail = make_mail()
    server.answers["MESSAGE"] = answer
    settle()
    state, attempts, error, job = fate(mail)
    assert (state, attempts, job) == ("unknown", 1, "dead")
    assert error.endswith(DOUBT)

    server.answers.clear()
    pass_time(60 * 24 * 9)
    sweep()
    settle()
    assert len(server.taken) == 1, "never repeated by itself"
    assert fate(mail)[3] == "dead"

    send_again(mail=mail, actor_id=owner.pk, reason="She has not got it.")
    settle()
    assert fate(mail) == ("sent", 2, "", "done")
    assert [each["Message-ID"] for each in server.mails()] == [mail.message_id] * 2
    events = AuditEvent.objects.filter(object_type="mail").order_by("pk")
    assert [(e.verb, e.actor_id, e.reason) for e in events] == [
        ("mail.mail.outcome_unknown", None, error),
        ("mail.mail.sent_again", owner.pk, "She has not got it."),
    ]
    assert Alert.objects.filter(closed_at=None).count() == 0


def test_replaying_the_dead_job_does_not_repeat_a_doubtful_mail(
    server: Mailbox, make_mail: MakeMail
) -> None:
    mail = make_mail()
    server.answers["MESSAGE"] = HANG_UP
    settle()
    before = fate(mail)
    server.answers.clear()
    replay(Job.objects.filter(pk=job_of(mail).pk))
    settle()

    assert fate(mail) == before
    assert len(server.taken) == 1


def test_marked_as_sent_it_rests_for_ever(
    server: Mailbox, make_mail: MakeMail, owner: User
) -> None:
    mail = make_mail()
    server.answers["MESSAGE"] = HANG_UP
    settle()
    mark_sent(mail=mail, actor_id=owner.pk, reason="She has it.")
    settle()

    assert fate(mail) == ("sent", 1, "", "cancelled")
    assert len(server.taken) == 1
    assert Alert.objects.filter(closed_at=None).count() == 0
    for verb in (mark_sent, send_again):
        with pytest.raises(Refused):
            verb(mail=mail, actor_id=owner.pk, reason="Again.")


@pytest.mark.django_db(transaction=True)
def test_a_database_that_drops_us_after_the_mail_has_left_makes_no_doubt(
    server: Mailbox, make_mail: MakeMail
) -> None:
    mail = make_mail()
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid

    def drop() -> None:
        # The mail server's thread has a connection of its own.
        sql("SELECT pg_terminate_backend(%s)", backend)
        connection.close()

    server.before_answer = drop
    settle()

    assert fate(mail) == ("sent", 1, "", "done")
    assert len(server.taken) == 1


def test_the_file_back_end_writes_it_into_its_folder(
    make_mail: MakeMail, settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    mail = make_mail()
    settle()
    (file,) = (tmp_path / "mail").iterdir()
    assert mail.message_id in file.read_text()
    assert fate(mail) == ("sent", 1, "", "done")

    settings.EMAIL_FILE_PATH = str(file)
    other = make_mail("other")
    settle()
    state, _, error, job = fate(other)
    assert (state, job) == ("queued", "parked")
    assert "is not a directory" in error


def test_secrets_are_never_readable_and_are_wiped_when_sent(
    server: Mailbox, make_mail: MakeMail
) -> None:
    secret = "/password/new/abc/tok-en-123/"
    mail = make_mail(template="password_link", context={"path": secret}, sensitive=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(m)::text FROM mail_mail m")
        assert "tok-en-123" not in cursor.fetchone()[0]
    assert "tok-en-123" not in str(Job.objects.values_list("payload"))
    settle()

    assert secret.encode() in server.taken[0]
    mail.refresh_from_db()
    assert (mail.state, mail.sealed, mail.text) == ("sent", None, "")
    assert mail.pruned_at is not None


def test_bodies_are_forgotten_and_old_mails_deleted(
    server: Mailbox, make_mail: MakeMail, owner: User
) -> None:
    old, waiting, secret = (
        make_mail("old"),
        make_mail("waiting"),
        make_mail("secret", template="password_link", context={"path": "/"}, sensitive=True),
    )
    sql("UPDATE mail_mail SET created_at = now() - interval '31 days'")
    sql("UPDATE mail_mail SET state = 'failed' WHERE id = %s", old.pk)
    assert forget_bodies(keep_days=30, keep_sensitive_hours=24) == 2
    assert forget_bodies(keep_days=30, keep_sensitive_hours=24) == 0

    rows = {m.key: (bool(m.text), m.sealed is not None) for m in Mail.objects.all()}
    assert rows == {"old": (False, False), "waiting": (True, False), "secret": (False, False)}
    with pytest.raises(Refused, match="forgotten"):
        send_again(mail=old, actor_id=owner.pk)
    settle()
    assert fate(waiting)[0] == "sent"
    assert fate(secret)[0] == "failed"
    assert len(server.taken) == 1, "no empty mail"

    assert prune(keep_days=30) == 3
    assert Mail.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_it_once(server: Mailbox, make_mail: MakeMail) -> None:
    mails = [make_mail(str(n)) for n in range(6)]

    def one() -> None:
        try:
            while run_batch(Group.FAST, limit=2):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(one) for _ in range(4)]:
            future.result(30)

    assert sorted(str(m["Message-ID"]) for m in server.mails()) == sorted(
        m.message_id for m in mails
    )
    assert {fate(mail) for mail in mails} == {("sent", 1, "", "done")}


@pytest.mark.django_db(transaction=True)
def test_a_worker_silent_beyond_its_lease_leaves_a_doubt_not_a_second_mail(
    server: Mailbox, make_mail: MakeMail
) -> None:
    mail = make_mail()
    arrived, answer = Event(), Event()

    def hold() -> None:
        arrived.set()
        answer.wait(20)

    server.before_answer = hold

    def first() -> None:
        try:
            run_batch(Group.FAST)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(first)
        assert arrived.wait(20)
        pass_time(5)
        assert sweep()["expired"] == 1
        run_batch(Group.FAST)
        assert fate(mail)[0] == "unknown"
        answer.set()
        slow.result(30)

    settle()
    state, attempts, error, job = fate(mail)
    assert (state, attempts, job) == ("unknown", 1, "dead")
    assert error == f"The worker that was sending it disappeared (attempt 1).{DOUBT}"
    assert len(server.taken) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after_answer", [False, True])
def test_a_worker_killed_between_send_and_record_leaves_a_doubt(
    server: Mailbox, make_mail: MakeMail, *, after_answer: bool
) -> None:
    """A real process, really killed: before the server's answer, or before it is written down."""
    mail = make_mail()
    pids: list[int] = []
    if not after_answer:
        server.before_answer = lambda: os.kill(pids[0], signal.SIGKILL)
    place = connection.settings_dict
    environment = os.environ | {
        "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**place),
        "MAIL_URL": f"smtp://127.0.0.1:{server.port}",
    }
    command = [sys.executable, "-c", KILLED_AT_GOODBYE if after_answer else WORKS]
    process = subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2])  # noqa: S603 -- our own
    pids.append(process.pid)
    assert process.wait(60) == -signal.SIGKILL
    assert fate(mail)[::3] == ("sending", "running")
    assert len(server.taken) == 1

    server.before_answer = lambda: None
    pass_time(5)
    sweep()
    settle()
    assert fate(mail)[::3] == ("unknown", "dead")
    assert len(server.taken) == 1


@pytest.mark.django_db(transaction=True)
def test_sixteen_that_want_the_same_mail_make_one(make_mail: MakeMail, server: Mailbox) -> None:
    def ask(_: int) -> None:
        try:
            make_mail("same")
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, range(16)))
    settle()

    assert (Mail.objects.count(), len(server.taken), len(django_mail.outbox)) == (1, 1, 0)
