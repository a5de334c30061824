"""The baseline of ``intake``: a bare WSGI function that does what the vendors' door does.

The same HMAC over the same bytes, the same shop look-up remembered for as long, the same two
INSERTs in the same single prepared statement on an autocommitting pool of the same size. No
framework, no listeners to look up, no bell, no headers kept.
"""

import base64
import hashlib
import hmac
import json
import os
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from cryptography.fernet import Fernet
from psycopg_pool import ConnectionPool

REMEMBER_SECONDS = 10.0
_pool = ConnectionPool(
    os.environ["DATABASE_URL"],
    min_size=2,
    max_size=int(os.environ["DATABASE_POOL"]),
    kwargs={"autocommit": True, "prepare_threshold": 0},
    open=True,
)
_box = Fernet(os.environ["BACKROOM_KEYS"].split(",")[0])
_known: dict[str, tuple[Any, Any, bytes, float]] = {}

_ACCOUNT = (
    "SELECT id, shop_id, sealed FROM shops_connection WHERE kind = %s AND lower(account) = %s"
)
_INSERTS = """
WITH message AS (
  INSERT INTO inbox_inboxmessage
    (source, topic, shop_id, connection_id, external_id, headers, body, state)
  VALUES ('shopify', %(topic)s, %(shop)s, %(connection)s, %(external_id)s, '{}', %(body)b, 'stored')
  ON CONFLICT (source, shop_id, external_id) DO NOTHING RETURNING id)
INSERT INTO work_job (name, "group", shop_id, payload, event_id)
SELECT %(job)s, 'fast', %(shop)s, jsonb_build_object('message_id', id), %(event)s FROM message
"""


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Serve one webhook."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    connection_id, shop_id, secret = _account(environ["HTTP_X_SHOPIFY_SHOP_DOMAIN"])
    given = base64.b64decode(environ["HTTP_X_SHOPIFY_HMAC_SHA256"])
    if not hmac.compare_digest(hmac.digest(secret, body, hashlib.sha256), given):
        start_response("401 Unauthorized", [])
        return [b""]
    json.loads(body)
    with _pool.connection() as connection:
        connection.execute(
            _INSERTS,
            {
                "topic": environ["HTTP_X_SHOPIFY_TOPIC"],
                "shop": shop_id,
                "connection": connection_id,
                "external_id": environ["HTTP_X_SHOPIFY_WEBHOOK_ID"],
                "body": body,
                "job": "bench.bare",
                "event": uuid.uuid4(),
            },
        )
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]


def _account(domain: str) -> tuple[Any, Any, bytes]:
    known = _known.get(domain)
    if known is None or known[3] < time.monotonic():
        with _pool.connection() as connection:
            row = connection.execute(_ACCOUNT, ("shopify", domain)).fetchone()
        if row is None:
            raise LookupError(domain)
        secret = json.loads(_box.decrypt(bytes(row[2])))["webhook_secret"].encode()
        known = _known[domain] = (row[0], row[1], secret, time.monotonic() + REMEMBER_SECONDS)
    return known[:3]
