"""Whether we hear what happens in a shop: asked by whoever is about to rely on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from connectors.shopify.api import Priority
from foundation.failures import Misconfigured, NotNow
from foundation.shops.api import connection_access

from .connecting import probe_connection
from .shopify.subscriptions import check_subscriptions


class NotListening(Exception):
    """We would not hear what happens in the shop; ``message`` says what, why and what now."""

    def __init__(self, message: str) -> None:
        """Keep the sentence for people."""
        super().__init__(message)
        self.message = message


def verify_listening(connection_id: UUID) -> None:
    """Make sure that every change in the shop reaches us, before something relies on it.

    Asks the shop whether our token lives and what it may do, and checks the webhook
    subscriptions; one that was missing is made, and if it had been there once, the gap is read
    again. A person waits: calls abroad, so never inside a transaction.

    Raises :class:`NotListening` when a person must mend something first, and ``Transient`` or
    ``Permanent`` of :mod:`foundation.failures` when the shop did not answer sensibly.
    """
    access = connection_access(connection_id)
    if access.parked:
        message = (
            f"The connection {access.account} is parked: {access.parked_reason} "
            "Mend that and resume it under Connections, then try again."
        )
        raise NotListening(message)
    with _in_words():
        facts = probe_connection(connection_id)
        if facts["missing"]:
            message = (
                f"The app may not do everything it must at {access.account}: the access scopes "
                f"{', '.join(facts['missing'])} are missing. Grant them in the shop's admin, then "
                "test the connection and try again."
            )
            raise NotListening(message)
        checked = check_subscriptions(connection_id, priority=Priority.URGENT)
    if checked.failed:
        message = (
            f"{access.account} would not tell us everything: webhooks for "
            f"{', '.join(checked.failed)} could not be subscribed. {checked.why} Then try again."
        )
        raise NotListening(message)


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn what a person must mend, or wait for, into a refusal."""
    try:
        yield
    except Misconfigured as error:
        raise NotListening(error.message) from error
    except NotNow as error:
        message = f"The shop cannot be asked now. {error} Try again after that."
        raise NotListening(message) from error
