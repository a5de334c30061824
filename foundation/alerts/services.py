"""Open and close alerts, each in the caller's transaction."""

from contextlib import suppress
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection, transaction

from foundation.audit.api import record
from foundation.live.api import touch
from foundation.mail.api import InvalidMail, send_mail
from foundation.shops.api import operators, owners_of
from foundation.work.api import dead_jobs

from .enums import Severity
from .models import Alert

# What is wrong with mails is not told by mail.
NOT_BY_MAIL = ("mail:", "dead:mail.")
SETTINGS_KEY = "mail:settings"

# Seen again: count it, let the severity rise but never fall, show the newest words.
_OPEN = """
INSERT INTO alerts_alert AS a (shop_id, key, severity, title, body, url)
VALUES (%(shop)s, %(key)s, %(severity)s, %(title)s, %(body)s, %(url)s)
ON CONFLICT (key) WHERE closed_at IS NULL DO UPDATE SET
  count = a.count + 1, last_at = now(), title = EXCLUDED.title, body = EXCLUDED.body,
  url = EXCLUDED.url,
  severity = CASE WHEN array_position(%(order)s::text[], EXCLUDED.severity::text)
    > array_position(%(order)s::text[], a.severity::text) THEN EXCLUDED.severity ELSE a.severity END
"""


def open_alert(  # noqa: PLR0913 -- each is one column, all by keyword
    *,
    shop_id: UUID | None,
    key: str,
    severity: str,
    title: str,
    body: str,
    url: str = "",
    by_mail: bool = False,
) -> None:
    """Tell people what is wrong, why, and what now; once per ``key`` until it is closed.

    A critical one is told by mail, too, and any other if ``by_mail``.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            {
                "shop": shop_id,
                "key": key,
                "severity": Severity(severity),
                "title": title[:200],
                "body": body,
                "url": url,
                "order": list(Severity.values),
            },
        )
    if (by_mail or severity == Severity.CRITICAL) and not key.startswith(NOT_BY_MAIL):
        _mail_once(key)
    touch("alerts", shop_id=shop_id)


def _mail_once(key: str) -> None:
    """Write to whom it concerns, if this opening has not been written about yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerts_alert SET mailed_at = now() WHERE key = %s AND closed_at IS NULL"
            " AND mailed_at IS NULL RETURNING id",
            (key,),
        )
        row = cursor.fetchone()
    if row is None:
        return
    alert = Alert.objects.select_related("shop").get(pk=row[0])
    for person in owners_of(alert.shop_id) if alert.shop_id else operators():
        with suppress(InvalidMail):
            # Somebody's broken address must not undo the alert itself.
            send_mail(
                key=f"alert:{alert.pk}:{person.user_id}",
                shop_id=alert.shop_id,
                to=person.email,
                template="alert",
                context={"alert": alert, "headline": " ".join(alert.title.split())},
            )


def close_alert(*, key: str, reason: str) -> bool:
    """Close the open alert with this key. Returns False when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerts_alert SET closed_at = now(), closed_reason = %s"
            " WHERE key = %s AND closed_at IS NULL RETURNING shop_id",
            (reason[:300], key),
        )
        row = cursor.fetchone()
    if row is None:
        return False
    touch("alerts", shop_id=row[0])
    return True


@transaction.atomic
def take(*, alert: Alert, user_id: UUID) -> None:
    """Note that a person looks after it, so that others need not."""
    Alert.objects.filter(pk=alert.pk, closed_at=None).update(assigned_to_id=user_id)
    _by_person("alerts.alert.taken", alert, user_id, "")


@transaction.atomic
def close_by_person(*, alert: Alert, user_id: UUID, reason: str) -> bool:
    """Close an alert by hand. Returns False when it was closed already.

    When its cause is still there, the next notice opens a new one.
    """
    if not close_alert(key=alert.key, reason=reason):
        return False
    _by_person("alerts.alert.closed", alert, user_id, reason)
    return True


def _by_person(verb: str, alert: Alert, user_id: UUID, reason: str) -> None:
    record(
        verb,
        shop_id=alert.shop_id,
        actor_id=user_id,
        object_type="alert",
        object_id=alert.pk,
        reason=reason,
        details={"key": alert.key},
    )
    touch("alerts", shop_id=alert.shop_id)


@transaction.atomic
def follow_dead_letters(*, task: str, shop_id: UUID | None, escalated: bool = False) -> int:
    """Open, renew or close the alert of a task's dead jobs in a shop. Returns how many there are.

    Notices come as jobs, in any order and late; so the rows decide, not the notice. The lock
    makes the last one to look also the last one to write.
    """
    key = f"dead:{task}:{shop_id or 'ops'}"[:200]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (key,))
    dead = dead_jobs(shop_id=shop_id, task=task)
    if not dead.count:
        close_alert(key=key, reason="No dead job of this kind is left.")
        return 0
    trying = (
        f"It is tried again at {dead.next_try:%Y-%m-%d %H:%M} UTC;"
        " fix the cause before, if you can."
        if dead.next_try and not escalated
        else "It is not tried again by itself: replay it when the cause is fixed, or discard it."
    )
    open_alert(
        shop_id=shop_id,
        key=key,
        severity=Severity.CRITICAL if escalated else Severity.WARNING,
        title=f"{task}: {dead.count} given up",
        body=f"The last one said: {dead.last_error} {trying}",
        url=f"/operations/jobs/?{urlencode({'tab': 'dead', 'task': task})}",
        by_mail=True,
    )
    if escalated:
        _assign(key, shop_id)
    return dead.count


def _assign(key: str, shop_id: UUID | None) -> None:
    """Give an alert that nothing heals by itself to a person, unless somebody has taken it."""
    people = owners_of(shop_id) if shop_id else operators()
    if people:
        Alert.objects.filter(key=key, closed_at=None, assigned_to=None).update(
            assigned_to_id=people[0].user_id
        )


@transaction.atomic
def note_recovery(*, task: str, shop_id: UUID | None, job_id: int) -> None:
    """Record that a dead job was recovered, and close its alert if it was the last."""
    record(
        "work.dead.recovered",
        shop_id=shop_id,
        object_type="job",
        object_id=job_id,
        details={"task": task},
    )
    follow_dead_letters(task=task, shop_id=shop_id)


@transaction.atomic
def mail_settings_refused(*, error: str) -> None:
    """Tell the operators that no mail can leave until a setting is mended."""
    open_alert(
        shop_id=None,
        key=SETTINGS_KEY,
        severity=Severity.CRITICAL,
        title="No mail can be sent",
        body=f"{error} Mails wait and go on by themselves, a quarter of an hour after that at"
        " the latest; at once after: manage.py mails test --to you@example.com",
        url="/operations/mails/",
    )


@transaction.atomic
def mail_settings_work() -> None:
    """Close that alert: a mail has left."""
    close_alert(key=SETTINGS_KEY, reason="A mail was taken by the mail server.")
