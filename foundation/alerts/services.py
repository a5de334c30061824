"""Open and close alerts, each in the caller's transaction."""

from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from foundation.live.api import touch

from .enums import Severity
from .models import Alert

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
) -> None:
    """Tell people what is wrong, why, and what now; once per ``key`` until it is closed."""
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
    touch("alerts", shop_id=shop_id)


def close_alert(*, key: str, reason: str) -> None:
    """Close the open alert with this key, if there is one."""
    for shop_id in Alert.objects.filter(key=key, closed_at=None).values_list("shop_id", flat=True):
        Alert.objects.filter(key=key, closed_at=None).update(
            closed_at=Now(), closed_reason=reason[:300]
        )
        touch("alerts", shop_id=shop_id)
