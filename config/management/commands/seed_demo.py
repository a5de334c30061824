"""A believable shop with people in every role, connected to the sandbox. Safe to run again."""

import json
import os
from argparse import ArgumentParser
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from config.demo.payable_orders import connect_stripe
from foundation.failures import Failure
from foundation.shops.api import (
    ConnectionKind,
    Role,
    change_secrets,
    connect,
    connection_access,
    open_shop,
    set_role,
)
from foundation.shops.models import Connection, Shop, User
from orders.api import StarterWish, has_print_shop, open_print_shop
from orders.payments.api import make_endpoint

PASSWORD = "backroom-demo"  # noqa: S105 -- of the demo, printed on purpose
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class DemoShop:
    """A shop of the sandbox; ``prefix`` names its environment variables."""

    name: str
    account: str
    currency: str
    timezone: str
    prefix: str
    token: str
    secret: str


# The sandbox's two shops (sandbox/shopify/README.md).
DEMO = DemoShop(
    "Maple & Mutt",
    "demo-shop.myshopify.com",
    "CAD",
    "America/Toronto",
    "DEMO_SHOP",
    "shpat_demo_0000000000000000000000000000",
    "shpss_demo_000000000000000000000000000000",
)
OTHER = DemoShop(
    "Dockside Gifts",
    "other-shop.myshopify.com",
    "CAD",
    "America/Vancouver",
    "OTHER_SHOP",
    "shpat_other_000000000000000000000000000",
    "shpss_other_00000000000000000000000000000",
)
PEOPLE = (
    ("owner@demo.test", "Olivia Owner", Role.OWNER),
    ("approver@demo.test", "Anton Approver", Role.APPROVER),
    ("editor@demo.test", "Edith Editor", Role.EDITOR),
    ("viewer@demo.test", "Viktor Viewer", Role.VIEWER),
)
STRANGER = ("stranger@demo.test", "Sara Stranger")
OPS = ("ops@demo.test", "Oskar Ops")


class Command(BaseCommand):
    help = "Create the demo's shops, people and connections; a second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not _allowed():
            raise CommandError(
                "seed_demo makes people with a password everybody knows, so it does not touch this "
                "database: neither DEBUG nor DEMO is set, and the demo's shop is not a stand-in "
                "on this machine. If this is a demo, run it with DEMO=1."
            )
        with transaction.atomic():
            logins = _seed()
        if os.environ.get("STRIPE_SANDBOX_URL"):
            try:
                _cash_desk(Shop.objects.get(name=DEMO.name))
            except Failure as failure:
                # A stack of a few processes may do without Stripe; nobody can pay there.
                self.stderr.write(f"The print shop has no cash desk: {failure}")
        url = os.environ.get("WEB_URL") or settings.PUBLIC_URL
        if options["json"]:
            self.stdout.write(json.dumps({"url": url, "logins": logins}))
            return
        self.stdout.write(f"{url}")
        for login in logins:
            self.stdout.write(f"  {login['email']:22} {login['password']}  {login['role']}")


def _allowed() -> bool:
    # A shop of the demo that operators have mapped to this machine is the sandbox, not a customer.
    mapped = settings.OUTBOUND_ADDRESS_MAP.get(DEMO.account, "")
    return (
        settings.DEBUG
        or os.environ.get("DEMO") == "1"
        or (bool(mapped) and urlsplit(mapped).hostname in LOOPBACK)
    )


def _seed() -> list[dict[str, str]]:
    logins = []
    owner = _person(*PEOPLE[0][:2])
    shop = _shop(DEMO, owner)
    for email, name, role in PEOPLE:
        person = _person(email, name)
        if not person.memberships.filter(shop=shop, role=role).exists():
            set_role(shop_id=shop.pk, user=person, role=role, actor_id=None)
        logins.append(_login(email, f"{role.label} of {DEMO.name}"))
    _connection(shop, DEMO)
    _print_shop(shop)
    other = _shop(OTHER, _person(*STRANGER))
    _connection(other, OTHER)
    logins.append(_login(STRANGER[0], f"Owner of {OTHER.name}"))
    ops = _person(*OPS)
    if not ops.is_superuser:
        User.objects.filter(pk=ops.pk).update(is_staff=True, is_superuser=True)
    if not ops.memberships.filter(shop=shop).exists():
        set_role(shop_id=shop.pk, user=ops, role=Role.VIEWER, actor_id=None)
    logins.append(_login(OPS[0], f"Ops: Django admin, and viewer of {DEMO.name}"))
    return logins


def _login(email: str, role: str) -> dict[str, str]:
    return {"email": email, "password": PASSWORD, "role": role}


def _person(email: str, name: str) -> User:
    known = User.objects.filter(email=email).first()
    return known or User.objects.create_user(email, PASSWORD, name=name)


def _shop(demo: DemoShop, owner: User) -> Shop:
    known = Shop.objects.filter(name=demo.name, memberships__user=owner).first()
    return known or open_shop(
        name=demo.name, owner=owner, currency=demo.currency, timezone=demo.timezone
    )


def _print_shop(shop: Shop) -> None:
    """Open the demo's print shop."""
    if not has_print_shop(shop.pk):
        wish = StarterWish(
            name="Pet Star",
            seller_name="Maple & Mutt Inc.",
            seller_address="12 Spadina Avenue\nToronto ON  M5V 2H8\nCanada",
            contact_email="hello@petstar.test",
            tax_number="GST/HST 81234 5678 RT0001",
        )
        open_print_shop(shop_id=shop.pk, wish=wish, actor_id=None)


def _cash_desk(shop: Shop) -> None:
    """Connect the print shop to Stripe's stand-in, which calls us back; outside a transaction."""
    known = Connection.objects.filter(kind=ConnectionKind.STRIPE, shop=shop).first()
    if known is None:
        connect_stripe(shop)
    elif not connection_access(known.pk).secrets.get("webhook_secret"):
        make_endpoint(connection_id=known.pk, actor_id=None)


def _connection(shop: Shop, demo: DemoShop) -> None:
    secrets = {
        "access_token": os.environ.get(f"{demo.prefix}_TOKEN", demo.token),
        "webhook_secret": os.environ.get(f"{demo.prefix}_SECRET", demo.secret),
    }
    known = Connection.objects.filter(kind=ConnectionKind.SHOPIFY, account=demo.account).first()
    if known is None:
        connect(
            shop_id=shop.pk,
            kind=ConnectionKind.SHOPIFY,
            account=demo.account,
            secrets=secrets,
            actor_id=None,
        )
    elif os.environ.get(f"{demo.prefix}_TOKEN") or os.environ.get(f"{demo.prefix}_SECRET"):
        change_secrets(connection_id=known.pk, changed=secrets, actor_id=None)
