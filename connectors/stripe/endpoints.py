"""An account's webhook endpoints: which there are, made, changed, deleted."""

from collections.abc import Sequence
from typing import Any

import msgspec

from . import mapping, wire
from .contracts import Endpoint, NewEndpoint
from .settings import API_VERSION
from .transport import Doc, Transport, shaped

_MOST = 100


class Endpoints:
    """Calls about webhook endpoints; failures as :class:`connectors.stripe.api.StripeClient`'s."""

    def __init__(self, transport: Transport) -> None:
        """``transport`` carries the credentials, the lane and the budget."""
        self._transport = transport

    def all(self) -> tuple[Endpoint, ...]:
        """Return every endpoint; Stripe allows 16."""
        name = "webhook_endpoints.list"
        doc = self._transport.run(
            name, lambda api: api.v1.webhook_endpoints.list(params={"limit": _MOST}), changes=False
        )

        def rows(told: Doc) -> tuple[Endpoint, ...]:
            return tuple(mapping.endpoint(each) for each in mapping.listed(told).data)

        found: tuple[Endpoint, ...] = shaped(doc, rows, name, changes=False)
        return found

    def create(
        self, url: str, events: Sequence[str], *, idempotency_key: str, description: str = ""
    ) -> NewEndpoint:
        """Make an endpoint in the pinned version; its secret is told this once.

        The key answers the same secret for a day, so a lost answer loses nothing.
        """
        name = "webhook_endpoints.create"
        params: Any = {"url": url, "enabled_events": list(events), "api_version": API_VERSION}
        if description:
            params["description"] = description
        options: Any = {"idempotency_key": idempotency_key}
        doc = self._transport.run(
            name,
            lambda api: api.v1.webhook_endpoints.create(params=params, options=options),
            changes=True,
        )
        made: NewEndpoint = shaped(doc, _new, name, changes=True)
        return made

    def update(
        self,
        endpoint_id: str,
        *,
        url: str,
        events: Sequence[str],
        enabled: bool = True,
        idempotency_key: str,
    ) -> Endpoint:
        """Set address, events and whether it is enabled; the version of an endpoint stays."""
        name = "webhook_endpoints.update"
        params: Any = {"url": url, "enabled_events": list(events), "disabled": not enabled}
        options: Any = {"idempotency_key": idempotency_key}
        doc = self._transport.run(
            name,
            lambda api: api.v1.webhook_endpoints.update(
                endpoint_id, params=params, options=options
            ),
            changes=True,
        )
        changed: Endpoint = shaped(doc, mapping.endpoint, name, changes=True)
        return changed

    def delete(self, endpoint_id: str) -> None:
        """Delete an endpoint; ``Missing`` when it is gone already."""
        self._transport.run(
            "webhook_endpoints.delete",
            lambda api: api.v1.webhook_endpoints.delete(endpoint_id),
            changes=True,
        )


def _new(doc: Doc) -> NewEndpoint:
    secret = msgspec.convert(doc, wire.Endpoint).secret
    if not secret:
        message = "a new endpoint without a secret"
        raise msgspec.ValidationError(message)
    return NewEndpoint(mapping.endpoint(doc), secret)
