"""A Stripe account's connection: is it ours to use, and does Stripe tell us what happens there."""

import uuid
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from connectors.stripe.api import (
    AccountFacts,
    Endpoint,
    Missing,
    Priority,
    StripeClient,
    open_client,
)
from foundation.failures import Permanent
from foundation.shops.api import (
    ConnectionAccess,
    change_secrets,
    connection_access,
    store_facts,
)

from .events import TYPES
from .receiver import PATHS

EVENTS: Final = tuple(sorted(TYPES))
"""What an account tells us of."""


def endpoint_url() -> str:
    """Return where Stripe delivers to."""
    return f"{settings.PUBLIC_URL}{PATHS[0]}"


def probe_account(connection_id: UUID) -> dict[str, Any]:
    """Ask Stripe whose key it is; keep the answer with the connection.

    Works on a parked connection too. Calls abroad while a person waits, so never inside a
    transaction. Returns ``name``, ``account``, ``currency``, ``country``, ``plan`` (test mode or
    real money), ``api_version``, ``endpoint`` (its address, empty when there is none) and
    ``missing``: what the account lacks, in words. Raises the failure kinds of
    :mod:`foundation.failures`.
    """
    access = connection_access(connection_id)
    client = open_client(access, priority=Priority.URGENT, probe=True)
    account = _own_account(client, access)
    heard = [each for each in _ours(client) if each.enabled and _hears_all(each)]
    lacks = {
        "charges (activate the account at Stripe)": account.charges_enabled,
        "our webhook endpoint": bool(heard) and bool(access.secrets.get("webhook_secret")),
    }
    facts: dict[str, Any] = {
        "name": account.name,
        "account": account.id,
        "currency": account.currency,
        "country": account.country,
        "plan": "real money" if account.livemode else "test mode",
        "api_version": account.api_version,
        "endpoint": heard[0].url if heard else "",
        "missing": [what for what, is_there in lacks.items() if not is_there],
    }
    store_facts(connection_id=connection_id, facts=facts)
    return facts


def make_endpoint(*, connection_id: UUID, actor_id: UUID | None) -> None:
    """Have Stripe deliver to us, signed with a new secret, which is stored.

    Also how a secret is rotated: the new endpoint is there before the former ones go, so nothing
    is missed; what both deliver has one event id and is kept once. An endpoint whose secret was
    lost with an answer goes the same way. Calls abroad, so never inside a transaction.
    """
    access = connection_access(connection_id)
    client = open_client(access, priority=Priority.URGENT)
    _own_account(client, access)
    former = _ours(client)
    made = client.endpoints.create(
        endpoint_url(), EVENTS, idempotency_key=f"endpoint {uuid.uuid4()}", description="Backroom"
    )
    change_secrets(
        connection_id=connection_id, changed={"webhook_secret": made.secret}, actor_id=actor_id
    )
    for endpoint in former:
        try:
            client.endpoints.delete(endpoint.id)
        except Missing:
            # Somebody deleted it at Stripe meanwhile: it is gone, which is what was wanted.
            continue


def _own_account(client: StripeClient, access: ConnectionAccess) -> AccountFacts:
    """Return the key's account; another one's payments must never be taken for ours."""
    account = client.account()
    if account.id.lower() != access.account.lower():
        message = (
            f"The key belongs to the account {account.id}, not to {access.account}. Enter a key "
            "of that account, or connect the other account."
        )
        raise Permanent(message)
    return account


def _ours(client: StripeClient) -> list[Endpoint]:
    return [each for each in client.endpoints.all() if each.url == endpoint_url()]


def _hears_all(endpoint: Endpoint) -> bool:
    return "*" in endpoint.events or set(EVENTS) <= set(endpoint.events)
