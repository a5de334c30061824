"""Verbs on kept answers: claim a key, keep an answer, let a claim go, prune."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from .models import IdempotentRequest

KEEP_HOURS = 24
CLAIM_SECONDS = 60
PRUNE_PIECE = 1_000
# A release between the two statements of a claim makes a second round; more is somebody's loop.
ROUNDS = 5

# The unique constraint decides who is first. A row whose time is over counts as none: a day after
# its making whatever it holds, and a claim without an answer after CLAIM_SECONDS, then only for
# the same request.
CLAIM = """
INSERT INTO rest_idempotentrequest AS known
    (user_id, key, shop_id, method, path, fingerprint, claim, claimed_until, headers, created_at)
VALUES
    (%(user)s, %(key)s, %(shop)s, %(method)s, %(path)s, %(fingerprint)s, %(claim)s,
     now() + make_interval(secs => %(seconds)s), '{}', now())
ON CONFLICT (user_id, key) DO UPDATE SET
    shop_id = EXCLUDED.shop_id, method = EXCLUDED.method, path = EXCLUDED.path,
    fingerprint = EXCLUDED.fingerprint, claim = EXCLUDED.claim,
    claimed_until = EXCLUDED.claimed_until, created_at = EXCLUDED.created_at,
    status = NULL, headers = '{}', body = NULL, answered_at = NULL
WHERE known.created_at < now() - make_interval(hours => %(hours)s)
   OR (known.answered_at IS NULL AND known.claimed_until < now()
       AND known.fingerprint = EXCLUDED.fingerprint)
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a request; lost when somebody takes it over."""

    id: int
    token: UUID


@dataclass(frozen=True, slots=True)
class Known:
    """What is there under a key already. ``status`` None: it is still running.

    ``body`` None with a status: the answer was too long to be kept.
    """

    fingerprint: str
    status: int | None
    headers: Mapping[str, str]
    body: bytes | None


def claim_key(  # noqa: PLR0913 -- what the row says, all by keyword
    *, user_id: UUID, shop_id: UUID, key: str, method: str, path: str, fingerprint: str
) -> Claim | Known:
    """Take the key for this request, or return what it stands for already. Commits at once."""
    token = uuid.uuid4()
    params: dict[str, Any] = {
        "user": user_id,
        "key": key,
        "shop": shop_id,
        "method": method,
        "path": path,
        "fingerprint": fingerprint,
        "claim": token,
        "seconds": CLAIM_SECONDS,
        "hours": KEEP_HOURS,
    }
    for _ in range(ROUNDS):
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, params)
            made = cursor.fetchone()
        if made is not None:
            return Claim(made[0], token)
        row = IdempotentRequest.objects.filter(user_id=user_id, key=key).first()
        if row is not None:
            body = None if row.body is None else bytes(row.body)
            return Known(row.fingerprint, row.status, row.headers, body)
    return Known(fingerprint, None, {}, None)


def keep_answer(
    claim: Claim, *, status: int, headers: Mapping[str, str], body: bytes | None
) -> bool:
    """Write the answer down, in the caller's transaction. False when the claim is lost."""
    rows = IdempotentRequest.objects.filter(
        pk=claim.id, claim=claim.token, answered_at__isnull=True
    )
    return bool(rows.update(status=status, headers=dict(headers), body=body, answered_at=Now()))


def release(claim: Claim) -> None:
    """Let the key go, so that the request may be sent again; nothing when it was answered."""
    IdempotentRequest.objects.filter(
        pk=claim.id, claim=claim.token, answered_at__isnull=True
    ).delete()


def prune() -> bool:
    """Delete a bounded piece of what is older than a day; True when there may be more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM rest_idempotentrequest WHERE id IN"
            " (SELECT id FROM rest_idempotentrequest"
            "   WHERE created_at < now() - make_interval(hours => %s)"
            "   ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED)",
            (KEEP_HOURS, PRUNE_PIECE),
        )
        return int(cursor.rowcount) == PRUNE_PIECE
