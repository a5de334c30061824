"""Store a verified webhook with its jobs; hand one to its listeners again; prune."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
import structlog
from django.db import connection, connections, transaction

from foundation.audit.api import record
from foundation.work.api import JOBS_FROM_SOURCE, listener_params, listeners_of, ring

from .contracts import Source, Verified
from .enums import MessageState
from .models import InboxMessage

logger = structlog.get_logger(__name__)

HEADER_LENGTH = 300
PRUNE_PIECE = 5_000

_MESSAGE = """
INSERT INTO inbox_inboxmessage
  (source, topic, shop_id, connection_id, external_id, headers, body, state, reason)
VALUES (%(source)s, %(topic)s, %(shop)s, %(connection)s, %(external_id)s, %(headers)s::jsonb,
        %(body)b, %(state)s, %(reason)s)
ON CONFLICT (source, shop_id, external_id) DO NOTHING
RETURNING id
"""

# Message and jobs in one statement: one round trip, one commit, nothing in between to crash in.
# A message that is there already yields no row, hence no job.
_MESSAGE_WITH_JOBS = (
    f"WITH message AS ({_MESSAGE}), source AS ("  # noqa: S608 -- constants only
    " SELECT %(shop)s::uuid AS shop_id, jsonb_build_object('message_id', id) AS payload"
    f" FROM message) {JOBS_FROM_SOURCE}"
)


def store(
    source: Source,
    verified: Verified,
    headers: Mapping[str, str],
    body: bytes,
    *,
    malformed: str = "",
) -> bool:
    """Store a webhook and a job for each of its listeners. Returns False for a repetition.

    A topic without listeners, and a body that is ``malformed`` (the text says how), are kept as
    ignored. Rings after the rows are committed: outside of a transaction the statement is one.
    """
    listeners = () if malformed else listeners_of(f"{source.name}:{verified.topic}")
    params = {
        "source": source.name,
        "topic": verified.topic,
        "shop": verified.account.shop_id,
        "connection": verified.account.connection_id,
        "external_id": verified.external_id,
        "headers": json.dumps(_kept(source, headers)),
        "body": body,
        "state": str(MessageState.STORED if listeners else MessageState.IGNORED),
        "reason": "" if listeners else malformed or f"Nobody listens to {verified.topic}.",
    }
    if listeners:
        params |= listener_params(listeners)
    stored = _execute(_MESSAGE_WITH_JOBS if listeners else _MESSAGE, params)
    if stored:
        for group in {spec.group for spec in listeners}:
            ring(group)
    return stored > 0


def _execute(sql: str, params: dict[str, object]) -> int:
    # The web process has psycopg's pool: taking a connection straight from it costs a third of
    # having Django set one up for the request. Elsewhere, and inside a transaction, it is
    # Django's own.
    wrapper: Any = connections["default"]  # PostgreSQL's: Django's base class has no pool
    pool = wrapper.pool
    with wrapper.wrap_database_errors:
        if pool is not None and not wrapper.in_atomic_block:
            with pool.connection() as raw:
                return _run(raw, sql, params)
        wrapper.ensure_connection()
        return _run(wrapper.connection, sql, params)


def _run(raw: psycopg.Connection[Any], sql: str, params: dict[str, object]) -> int:
    # psycopg's own cursor: parameters travel beside the statement, which the server parses and
    # plans once per connection. Django's cursor writes them into its text.
    if raw.prepare_threshold is None:
        raw.prepare_threshold = 5
    with psycopg.Cursor(raw) as cursor:
        return cursor.execute(sql, params, prepare=True).rowcount


def _kept(source: Source, headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value[:HEADER_LENGTH]
        for name, value in headers.items()
        if name in source.kept and value.isprintable()
    }


@transaction.atomic
def handle_again(message_ids: Sequence[int], *, actor_id: UUID | None) -> int:
    """Give the listeners of stored messages a new job each. Returns how many jobs there are."""
    messages = InboxMessage.objects.filter(pk__in=message_ids).order_by("pk").defer("body")
    jobs = 0
    for message in messages.select_for_update():
        listeners = listeners_of(f"{message.source}:{message.topic}")
        if listeners:
            jobs += _execute(
                "WITH source AS (SELECT %(shop)s::uuid AS shop_id, %(payload)s::jsonb AS payload)"
                + JOBS_FROM_SOURCE,
                {
                    **listener_params(listeners),
                    "shop": message.shop_id,
                    "payload": json.dumps({"message_id": message.pk}),
                },
            )
            InboxMessage.objects.filter(pk=message.pk).update(state=MessageState.STORED, reason="")
        for group in {spec.group for spec in listeners}:
            transaction.on_commit(partial(ring, group))
        record(
            "inbox.message.handled_again",
            shop_id=message.shop_id,
            actor_id=actor_id,
            object_type="inbox_message",
            object_id=message.pk,
            details={"listeners": [spec.name for spec in listeners]},
        )
    return jobs


def erase_messages(message_ids: Sequence[int], *, reason: str) -> int:
    """Forget what messages said; that they came stays. Returns how many still said something."""
    return _erased("id = ANY(%(ids)s)", {"ids": list(message_ids)}, reason)


def erase_bodies_of(connection_id: UUID, *, after: int, reason: str) -> int | None:
    """Forget what messages of a connection said, among the next few thousand above ``after``.

    Returns the last id that was looked at, None at the end. By ids, as pruning is: the inbox has
    no index for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(id) FROM (SELECT id FROM inbox_inboxmessage WHERE id > %s"
            " ORDER BY id LIMIT %s) piece",
            (after, PRUNE_PIECE),
        )
        reached: int | None = cursor.fetchone()[0]
    if reached is not None:
        bounds = {"after": after, "reached": reached, "connection": connection_id}
        _erased(
            "id > %(after)s AND id <= %(reached)s AND connection_id = %(connection)s",
            bounds,
            reason,
        )
    return reached


def _erased(which: str, params: dict[str, Any], reason: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inbox_inboxmessage SET body = '', headers = '{}', reason = %(reason)s"  # noqa: S608 -- constants
            f" WHERE {which} AND body <> ''",
            {**params, "reason": reason},
        )
        return int(cursor.rowcount)


def prune(*, keep_days: int) -> bool:
    """Delete messages older than ``keep_days`` days among the oldest few thousand.

    Returns whether there may be more. Ids grow with time, so looking at the oldest ids needs no
    index on the time of arrival; a piece is bounded in what it reads and in what it deletes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM inbox_inboxmessage WHERE id IN"
            " (SELECT id FROM inbox_inboxmessage ORDER BY id LIMIT %s)"
            " AND received_at < now() - make_interval(days => %s)",
            (PRUNE_PIECE, keep_days),
        )
        return int(cursor.rowcount) == PRUNE_PIECE
