"""A sandbox Stripe, a connected shop, an order, and ways to bring events."""

import datetime as dt
import hashlib
import hmac
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.utils import timezone

from config.demo.payable_orders import CANCEL, SUCCESS, priced_order
from config.demo.stripe_account import StripeAccount
from config.wsgi import application
from connectors.stripe.api import read_event
from foundation.inbox import accounts
from foundation.outbound import gate
from foundation.shops.models import Connection, Shop, User
from foundation.work import registry
from foundation.work.drain import drain_for
from foundation.work.enums import Group
from foundation.work.models import Job
from orders.contracts import Why
from orders.enums import EventOutcome
from orders.models import Order, PaymentAttempt
from orders.payments.checkout import checkout
from orders.payments.events import TYPES, apply_event
from tests.factories import STRIPE_WEBHOOK_SECRET, stripe_connection
from tests.stripe_sandbox import HOST, running_stripe
from tests.wsgi import call

Event = dict[str, Any]


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a payment causes further on, production and letters, is tested elsewhere."""
    others = {
        event: specs
        for event, specs in registry._listeners.items()
        if not event.startswith("orders.")
    }
    monkeypatch.setattr(registry, "_listeners", defaultdict(list, others))


@pytest.fixture(scope="session")
def stripe_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeAccount]:
    """One sandbox for all tests of a process."""
    state: Path = tmp_path_factory.mktemp("stripe") / "state"
    with running_stripe(state) as account:
        yield account


@pytest.fixture
def stripe(stripe_sandbox: StripeAccount, settings: LazySettings) -> Iterator[StripeAccount]:
    """The well-behaved account at the sandbox, reached by Stripe's own address."""
    settings.OUTBOUND_ADDRESS_MAP = {HOST: stripe_sandbox._url}
    stripe_sandbox.behave()
    gate.forget_all()
    accounts.forget()
    yield stripe_sandbox
    stripe_sandbox.behave()


@pytest.fixture
def account(shop: Shop, stripe: StripeAccount) -> Connection:
    """The shop's connection."""
    assert stripe.account
    return stripe_connection(shop)


@pytest.fixture
def order(shop: Shop, account: Connection) -> Order:
    """An order that can be paid: 113.00 CAD."""
    assert account.shop_id == shop.pk
    return priced_order(shop)


@pytest.fixture
def attempt(order: Order) -> PaymentAttempt:
    """Its open payment page."""
    return checkout(order=order, success_url=SUCCESS, cancel_url=CANCEL)


def work(*groups: Group, patience: float = 1.0) -> None:
    """Do what is due in these groups, or will be in a moment; fast and remote if none is named."""
    named = groups or (Group.FAST, Group.REMOTE)
    soon = Job.objects.filter(state="queued", group__in=named)
    while soon.filter(run_after__lt=timezone.now() + dt.timedelta(seconds=patience)).exists():
        for group in named:
            drain_for(group, 60.0)
        time.sleep(0.02)


def session_of(attempt: PaymentAttempt) -> str:
    """Return the id of an attempt's session, which is known."""
    assert attempt.stripe_checkout_session_id
    return attempt.stripe_checkout_session_id


class Story:
    """The events that Stripe told of one account since a moment, and ways to bring them."""

    def __init__(self, stripe: StripeAccount, connection: Connection) -> None:
        """From now on."""
        self.stripe, self.connection = stripe, connection
        self.before = {each["id"] for each in stripe.events()}

    def events(self, *types: str) -> list[Event]:
        """Return those that this house listens to, in their order; of these types, if named."""
        return [
            each
            for each in self.stripe.events()
            if each["id"] not in self.before and each["type"] in (types or TYPES)
        ]

    def bring(self, events: Iterable[Event] | None = None) -> list[EventOutcome | None]:
        """Take events in, one after the other; all of them if none are given."""
        return [self.apply(each) for each in (self.events() if events is None else events)]

    def apply(self, event: Event, **options: Any) -> EventOutcome | None:
        """Take one event in."""
        return apply_event(
            connection_id=self.connection.pk,
            shop_id=self.connection.shop_id,
            event=read_event(json.dumps(event).encode()),
            **options,
        )


@pytest.fixture
def story(stripe: StripeAccount, account: Connection) -> Story:
    """What happens from now on."""
    return Story(stripe, account)


@pytest.fixture
def paid(stripe: StripeAccount, story: Story, attempt: PaymentAttempt) -> PaymentAttempt:
    """An order's attempt that was paid, and everybody was told."""
    stripe.pay(session_of(attempt))
    story.bring()
    attempt.refresh_from_db()
    assert attempt.settles
    return attempt


Post = Callable[..., HttpResponse]


@pytest.fixture
def post() -> Post:
    """Post an event to the real endpoint, signed as Stripe signs."""

    def deliver(
        event: Event, *, secret: str = STRIPE_WEBHOOK_SECRET, age: float = 0
    ) -> HttpResponse:
        body = json.dumps(event).encode()
        moment = int(time.time() - age)
        signed = hmac.digest(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
        headers = {"Stripe-Signature": f"t={moment},v1={signed.hex()}"}
        return call(application, "/webhooks/stripe/", body, headers=headers)

    return deliver


@pytest.fixture
def why(owner: User) -> Why:
    """A person of staff with a reason."""
    return Why("staff", owner.pk, "a test")
