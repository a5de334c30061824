"""The door to shops, people and connections."""

from .access import NO_SHOP, InShop, ShopRequest, shop_page, too_weak
from .enums import ConnectionKind, ConnectionState, Role
from .onward import onward
from .queries import (
    ConnectionAccess,
    Recipient,
    WebhookAccount,
    approvers_of,
    connection_access,
    memberships_of,
    operators,
    owners_of,
    people_in,
    role_in,
    shop_or_404,
    webhook_account,
)
from .secretbox import seal, unseal
from .services import (
    change_secrets,
    connect,
    erase_secrets,
    freeze,
    open_shop,
    park,
    resume,
    set_role,
    store_facts,
    unfreeze,
)

__all__ = [
    "NO_SHOP",
    "ConnectionAccess",
    "ConnectionKind",
    "ConnectionState",
    "InShop",
    "Recipient",
    "Role",
    "ShopRequest",
    "WebhookAccount",
    "approvers_of",
    "change_secrets",
    "connect",
    "connection_access",
    "erase_secrets",
    "freeze",
    "memberships_of",
    "onward",
    "open_shop",
    "operators",
    "owners_of",
    "park",
    "people_in",
    "resume",
    "role_in",
    "seal",
    "set_role",
    "shop_or_404",
    "shop_page",
    "store_facts",
    "too_weak",
    "unfreeze",
    "unseal",
    "webhook_account",
]
