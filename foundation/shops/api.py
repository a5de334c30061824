"""The door to shops, people and connections."""

from .access import ShopRequest, shop_page
from .enums import ConnectionKind, ConnectionState, Role
from .queries import (
    ConnectionAccess,
    Recipient,
    WebhookAccount,
    connection_access,
    operators,
    owners_of,
    role_in,
    shop_or_404,
    webhook_account,
)
from .secretbox import seal, unseal
from .services import (
    change_secrets,
    connect,
    freeze,
    open_shop,
    park,
    resume,
    set_role,
    store_facts,
    unfreeze,
)

__all__ = [
    "ConnectionAccess",
    "ConnectionKind",
    "ConnectionState",
    "Recipient",
    "Role",
    "ShopRequest",
    "WebhookAccount",
    "change_secrets",
    "connect",
    "connection_access",
    "freeze",
    "open_shop",
    "operators",
    "owners_of",
    "park",
    "resume",
    "role_in",
    "seal",
    "set_role",
    "shop_or_404",
    "shop_page",
    "store_facts",
    "unfreeze",
    "unseal",
    "webhook_account",
]
