"""What a shop's connection needs, checked before any of it gets near a URL."""

import re
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from .documents import API_VERSION

# Contract §1: must match before any use of the domain in a URL. `\Z`, because `$` lets a line
# break through.
_DOMAIN: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9\-_]*\.myshopify\.com\Z")


def is_shop_domain(text: str) -> bool:
    """Whether ``text`` is a shop's permanent domain, e.g. ``demo-shop.myshopify.com``."""
    return _DOMAIN.match(text) is not None


@dataclass(frozen=True, slots=True)
class ShopifyCredentials:
    """A shop's domain and a custom app's access token; ``connection_id`` names what to mend."""

    connection_id: UUID
    domain: str
    access_token: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what is not a shop's domain: a token must never travel elsewhere."""
        if not is_shop_domain(self.domain):
            message = f"{self.domain!r} is not a shop's domain like demo-shop.myshopify.com"
            raise ValueError(message)

    @property
    def endpoint(self) -> str:
        """Where every GraphQL document goes (contract §1)."""
        return f"https://{self.domain.lower()}/admin/api/{API_VERSION}/graphql.json"
