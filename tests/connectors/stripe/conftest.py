"""The connector over real HTTP to a Stripe sandbox, without a database."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from connectors.stripe.client import StripeClient
from connectors.stripe.settings import StripeCredentials
from connectors.stripe.transport import Transport
from foundation.outbound.client import Http
from tests.connectors.lanes import PlainLane, Purse
from tests.sandbox.stripe.conftest import DEMO, KEYS, StripeSandbox

CONNECTION = UUID(int=7)
HOST = "api.stripe.com"


class Desk:
    """A client with what it went through."""

    def __init__(self, sandbox: StripeSandbox, *, account: str = DEMO, key: str = "") -> None:
        self.sandbox = sandbox
        self.lane = PlainLane(Http({HOST: sandbox.origin}))
        self.purse = Purse()
        credentials = StripeCredentials(CONNECTION, account, key or KEYS[account])
        self.client = StripeClient(Transport(credentials, lane=self.lane, points=self.purse))


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeSandbox]:
    one = StripeSandbox(tmp_path_factory.mktemp("stripe-connector"))
    yield one
    one.stop()


@pytest.fixture
def desk(sandbox: StripeSandbox) -> Iterator[Desk]:
    yield Desk(sandbox)
    sandbox.mend()
