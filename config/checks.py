"""System checks: what would fail later in silence is said at the start, with an id and a hint.

Settings that cannot be read at all stop the start earlier (config/environment.py). These here are
read well and are wrong together. ``./run manage check --deploy`` adds Django's own.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Advice

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
# Names that can never be somebody's real host (RFC 2606).
RESERVED = (".test", ".localhost", ".example", ".invalid")
WEAK_LENGTH = 32
WEAK_VARIETY = 10


def _is_private(host: str) -> bool:
    name = host.strip("[]").lower()
    return name in LOOPBACK or f".{name}".endswith(RESERVED)


def _serves_strangers() -> bool:
    return not all(_is_private(host) for host in settings.ALLOWED_HOSTS)


@register("backroom")
def check_secret_key(**_: Any) -> Sequence[CheckMessage]:
    """Sessions and log-ins are only as good as the key that signs them."""
    key = settings.SECRET_KEY
    if len(key) >= WEAK_LENGTH and len(set(key)) >= WEAK_VARIETY:
        return []
    return [
        Error(
            f"SECRET_KEY is weak: {len(key)} characters, {len(set(key))} different ones.",
            hint="Give it 50 random characters: python -c "
            "'import secrets; print(secrets.token_urlsafe(50))'. Everybody is logged out once.",
            id="backroom.E001",
        )
    ]


@register("backroom")
def check_backroom_keys(**_: Any) -> Sequence[CheckMessage]:
    """Without readable keys no credential can be stored or read."""
    broken = []
    for number, key in enumerate(settings.BACKROOM_KEYS, start=1):
        try:
            Fernet(key)
        except (ValueError, TypeError):
            broken.append(str(number))
    if settings.BACKROOM_KEYS and not broken:
        return []
    what = f"key {', '.join(broken)} is not a Fernet key" if broken else "it is empty"
    return [
        Error(
            f"BACKROOM_KEYS cannot be used: {what}.",
            hint="Comma separated, the first encrypts, all decrypt. Make one: python -c 'from "
            "cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'. Never "
            "drop a key that has encrypted something: run rotate_secrets first.",
            id="backroom.E002",
        )
    ]


@register("backroom")
def check_public_url(**_: Any) -> Sequence[CheckMessage]:
    """Vendors deliver webhooks to https addresses only."""
    found: list[CheckMessage] = []
    parts = urlsplit(settings.PUBLIC_URL)
    host = parts.hostname or ""
    if parts.scheme != "https":
        found.append(
            Error(
                f"PUBLIC_URL is {settings.PUBLIC_URL}: vendors call https addresses only.",
                hint="Set it to the https origin of the proxy in front, e.g. https://shop.acme.com",
                id="backroom.E003",
            )
        )
    if _serves_strangers() and _is_private(host):
        found.append(
            Advice(
                f"PUBLIC_URL is {settings.PUBLIC_URL}, which nobody outside can reach, while "
                "ALLOWED_HOSTS names a public host.",
                hint="Webhooks are registered under PUBLIC_URL; set it to the public origin.",
                id="backroom.W001",
            )
        )
    if host not in settings.ALLOWED_HOSTS and "*" not in settings.ALLOWED_HOSTS:
        found.append(
            Advice(
                f"ALLOWED_HOSTS does not name {host}, the host of PUBLIC_URL.",
                hint="Every webhook would be refused with 400. Add the host to ALLOWED_HOSTS.",
                id="backroom.W002",
            )
        )
    return found


@register("backroom")
def check_debug(**_: Any) -> Sequence[CheckMessage]:
    """DEBUG shows source and settings to whoever provokes an error."""
    if not (settings.DEBUG and _serves_strangers()):
        return []
    return [
        Error(
            "DEBUG is on and ALLOWED_HOSTS names a host that strangers may reach.",
            hint="Unset DEBUG, or serve localhost only.",
            id="backroom.E004",
        )
    ]


@register("backroom")
def check_address_map(**_: Any) -> Sequence[CheckMessage]:
    """A mapped host gets the shop's token over plain http and skips the address guard."""
    if not (settings.OUTBOUND_ADDRESS_MAP and _serves_strangers()):
        return []
    hosts = ", ".join(sorted(settings.OUTBOUND_ADDRESS_MAP))
    return [
        Error(
            f"OUTBOUND_ADDRESS_MAP sends {hosts} to a stand-in, on a public installation.",
            hint="It is for the sandbox on one's own machine. Unset it.",
            id="backroom.E005",
        )
    ]


@register("backroom")
def check_cookies(**_: Any) -> Sequence[CheckMessage]:
    """Session cookies of a public installation travel over https only."""
    if settings.SESSION_COOKIE_SECURE or not _serves_strangers():
        return []
    return [
        Error(
            "SECURE is off and ALLOWED_HOSTS names a host that strangers may reach.",
            hint="Unset SECURE: cookies are then marked secure and http is sent to https.",
            id="backroom.E006",
        )
    ]


@register("backroom")
def check_live_url(**_: Any) -> Sequence[CheckMessage]:
    """Without an address for the WebSocket pages live on polling alone."""
    if settings.LIVE_URL:
        return []
    return [
        Advice(
            "LIVE_URL is not set: the browser looks for the WebSocket at the page's own origin.",
            hint="Right behind the proxy of docker-compose.yml, which sends /ws/ to the live "
            "process. Elsewhere set it, e.g. wss://live.acme.com; pages poll meanwhile.",
            id="backroom.W003",
        )
    ]
