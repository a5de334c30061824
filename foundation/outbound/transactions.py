"""House law 2, enforced: nothing goes abroad while a transaction is open."""

from django.db import connection


def forbid_open_transaction(what: str) -> None:
    """Raise ``RuntimeError`` when the current connection is inside a transaction.

    Rows stay locked and a pooled connection stays taken for as long as the vendor likes.
    """
    if connection.in_atomic_block:
        message = f"network inside a transaction: {what} must be called outside of one"
        raise RuntimeError(message)
