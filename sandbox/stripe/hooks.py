"""Webhook endpoints: made and changed by calls; their secrets roll in the dashboard only."""

import copy
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from sandbox.stripe import ids, versions
from sandbox.stripe.errors import ApiError
from sandbox.stripe.events import check_types
from sandbox.stripe.state import Record, Work, merged
from sandbox.webhook_addresses import is_local

Doc: TypeAlias = dict[str, Any]
MOST = 16


def check(work: Work, given: Doc) -> None:
    """Refuse addresses that are not https or not public, unknown events and versions.

    Raises:
        ApiError: the vendor would refuse.
    """
    if "url" in given:
        _check_url(given["url"])
    if "enabled_events" in given:
        check_types(given["enabled_events"], "enabled_events")
    if "api_version" in given:
        versions.checked(given["api_version"])
    if "disabled" not in given and len(work.account.table("webhook_endpoint")) >= MOST:
        message = f"You have reached the maximum of {MOST} test webhook endpoints."
        raise ApiError(400, message)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme != "https" or "." not in host:
        message = "Invalid URL: An explicit scheme (such as https) must be provided."
        raise ApiError(400, message, code="url_invalid", param="url")
    if is_local(host):
        message = "Invalid URL: URL must be publicly accessible."
        raise ApiError(400, message, code="url_invalid", param="url")


def create(work: Work, given: Doc) -> Doc:
    """A new endpoint; only this answer tells its secret."""
    secret = ids.webhook_secret()
    doc = {
        "id": ids.new("webhook_endpoint"),
        "object": "webhook_endpoint",
        "api_version": given.get("api_version"),
        "application": None,
        "created": work.at,
        "description": given.get("description"),
        "enabled_events": given["enabled_events"],
        "livemode": False,
        "metadata": merged({}, given.get("metadata", {})),
        "status": "enabled",
        "url": given["url"],
    }
    record = work.add("webhook_endpoint", doc, secret=secret, older="", older_until=0)
    return copy.deepcopy(record.doc) | {"secret": secret}


def update(work: Work, endpoint: Record, given: Doc) -> None:
    """Change an endpoint; its API version stays."""
    names = ("url", "enabled_events", "description")
    changes: Doc = {name: given[name] for name in names if name in given}
    if "disabled" in given:
        changes["status"] = "disabled" if given["disabled"] else "enabled"
    if "metadata" in given:
        changes["metadata"] = merged(endpoint.doc["metadata"], given["metadata"])
    work.edit(endpoint, **changes)


def roll(work: Work, endpoint: Record, *, seconds: float) -> str:
    """A new secret; the old one signs beside it for a while."""
    secret = ids.webhook_secret()
    until = work.world.clock.time() + seconds
    older = endpoint.inside["secret"]
    work.edit(endpoint, inside={"older": older, "older_until": until, "secret": secret})
    return secret
