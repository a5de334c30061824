"""Which of a shop's Shopify accounts a program means."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from foundation.shops.api import ConnectionKind

_NO_ACCOUNT = "There is no such Shopify account in this shop."


def account_of(shop: Any, wanted: UUID | None) -> UUID:
    """Return the account that is meant; it need be named only where there are several.

    Raises ``ValueError``, whose text is for people, when none or more than one can be meant.
    """
    rows = shop.connections.filter(kind=ConnectionKind.SHOPIFY).order_by("account")
    accounts: Mapping[Any, str] = dict(rows.values_list("pk", "account"))
    if wanted is not None:
        if wanted not in accounts:
            raise ValueError(_NO_ACCOUNT)
        return wanted
    if not accounts:
        raise ValueError("The shop has no Shopify account yet. Connect one first.")
    if len(accounts) > 1:
        listed = ", ".join(f"{pk} ({name})" for pk, name in accounts.items())
        message = f"The shop has several accounts. Say which is meant: {listed}."
        raise ValueError(message)
    account: UUID = next(iter(accounts))
    return account
