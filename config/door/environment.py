"""The environment that the processes of Backroom get, in one place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.door.places import CHECKOUT
from config.door.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from config.door.keys import Keys
    from config.door.places import Place

PUBLIC_URL = "https://backroom.test"
# Hosts that the sandboxes stand in for: shops and where results of bulk exports are fetched,
# Stripe's API and its payment pages.
STAND_INS = (
    "demo-shop.myshopify.com",
    "other-shop.myshopify.com",
    "bulk-results.shopify.test",
)
STRIPE_STAND_INS = ("api.stripe.com", "checkout.stripe.com")
# What names real servers; a private stack must not see them.
SERVER_VARIABLES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
# Everything that config/settings.py reads: a private stack starts from none of it.
OUR_VARIABLES = (
    *SERVER_VARIABLES,
    "SECRET_KEY",
    "BACKROOM_KEYS",
    "ALLOWED_HOSTS",
    "PUBLIC_URL",
    "LIVE_URL",
    "WEB_URL",
    "TRUSTED_ORIGINS",
    "PICTURE_ORIGINS",
    "DEBUG",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "MAIL_URL",
    "MAIL_FROM",
    "OUTBOUND_ADDRESS_MAP",
    "SHOPIFY_API_VERSION",
    "VAR_DIR",
    "STATIC_ROOT",
    "SECURE",
    "HSTS_SUBDOMAINS",
    "HSTS_PRELOAD",
    "DATABASE_POOL",
    "CAMPAIGNS_MOMENT_MS",
    "CATALOG_LEVELS_PER_RECONCILIATION",
    "CATALOG_EXPORT_LEVELS_FROM",
    "STRIPE_IN_FLIGHT_SECONDS",
    "CLIENT_PROXIES",
    "S3_ENDPOINT_URL",
    "S3_BUCKET",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "S3_REGION",
    "S3_ADDRESSING_STYLE",
    "S3_DIRECT",
    "PRICING_VARIANTS_PER_CALL",
    "PRICING_PLAN_MINUTES",
    "PRICING_PLAN_AT_ONCE",
    "PRICING_APPROVAL_HOURS",
    "PRICING_LIST_MAX_BYTES",
    "WORK_LEASE_FAST",
    "WORK_LEASE_REMOTE",
    "WORK_LEASE_HEAVY",
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything listens. `database` is the application's role, `database_owner` migrates.

    up: which services run, by name.
    """

    database: str
    database_owner: str
    redis: str
    web_port: int
    live_port: int
    sandbox_port: int
    stripe_sandbox_port: int
    up: Collection[str] = ()

    @property
    def web(self) -> str:
        """Give the origin of the pages."""
        return f"http://{LOOPBACK}:{self.web_port}"

    @property
    def live(self) -> str:
        """Give the origin of the WebSocket."""
        return f"ws://{LOOPBACK}:{self.live_port}"

    @property
    def sandbox(self) -> str:
        """Give the origin of the sandbox shop."""
        return f"http://{LOOPBACK}:{self.sandbox_port}"

    @property
    def stripe_sandbox(self) -> str:
        """Give the origin of the sandbox that stands in for Stripe."""
        return f"http://{LOOPBACK}:{self.stripe_sandbox_port}"

    @property
    def stand_ins(self) -> str:
        """Give which hosts of vendors are on this machine, as the settings read it."""
        reached = dict.fromkeys(STAND_INS, self.sandbox)
        reached |= dict.fromkeys(STRIPE_STAND_INS, self.stripe_sandbox)
        return ",".join(f"{host}={origin}" for host, origin in reached.items())

    @property
    def stand_ins_up(self) -> dict[str, str]:
        """Name the stand-ins that run, for whoever connects a shop to one.

        The jobs of a connection to nobody would fail for days.
        """
        named = {
            "sandbox": ("SANDBOX_URL", self.sandbox),
            "stripe-sandbox": ("STRIPE_SANDBOX_URL", self.stripe_sandbox),
        }
        return dict(named[service] for service in named if service in self.up)


def inherited(*, private: bool) -> dict[str, str]:
    """Give what the processes get from the caller's environment.

    A private stack gets none of our variables.
    """
    left_out = set(OUR_VARIABLES) if private else set()
    return {name: value for name, value in os.environ.items() if name not in left_out}


def compose(
    *,
    addresses: Addresses,
    keys: Keys,
    place: Place,
    private: bool,
    extra: Mapping[str, str],
) -> dict[str, str]:
    """Put the environment together.

    What the caller has set wins over what we invent; `extra` wins over both.
    """
    invented = {
        "SECRET_KEY": keys.secret_key,
        "BACKROOM_KEYS": keys.backroom_keys,
        "ALLOWED_HOSTS": f"{LOOPBACK},localhost,backroom.test",
        "PUBLIC_URL": PUBLIC_URL,
        "LIVE_URL": addresses.live,
        "DEBUG": "0",
        # Plain http on our own machine: cookies marked secure would not come back, redirects lead
        # nowhere.
        "SECURE": "0",
        "LOG_FORMAT": "json",
        "MAIL_URL": f"file://{place.var / 'mail'}",
        "OUTBOUND_ADDRESS_MAP": addresses.stand_ins,
        # The sandbox is the vendor: pictures of its products come from there.
        "PICTURE_ORIGINS": addresses.sandbox,
        "STATIC_ROOT": str(place.var / "static"),
    }
    ours = {
        "DATABASE_URL": addresses.database,
        "DATABASE_OWNER_URL": addresses.database_owner,
        "REDIS_URL": addresses.redis,
        "VAR_DIR": str(place.var),
        "WEB_URL": addresses.web,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(CHECKOUT),
        # Logs appear line by line, not when a buffer is full.
        "PYTHONUNBUFFERED": "1",
    }
    return {**invented, **inherited(private=private), **ours, **addresses.stand_ins_up, **extra}
