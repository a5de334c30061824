"""The door to shops, people and connections."""

from .access import ShopRequest, shop_page
from .enums import ConnectionKind, ConnectionState, Role
from .queries import (
    ConnectionAccess,
    WebhookAccount,
    connection_access,
    role_in,
    shop_or_404,
    webhook_account,
)
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
    "Role",
    "ShopRequest",
    "WebhookAccount",
    "change_secrets",
    "connect",
    "connection_access",
    "freeze",
    "open_shop",
    "park",
    "resume",
    "role_in",
    "set_role",
    "shop_or_404",
    "shop_page",
    "store_facts",
    "unfreeze",
    "webhook_account",
]
