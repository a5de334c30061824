from collections.abc import Iterator

import pytest
from pytest_django import Settings

from foundation.outbound.gate import forget_all
from tests.outbound.peer import Peer, listening

HOST = "demo-shop.myshopify.com"


@pytest.fixture
def peer() -> Iterator[Peer]:
    """A peer on loopback that nobody calls yet."""
    with listening() as one:
        yield one


@pytest.fixture
def mapped(peer: Peer, settings: Settings) -> Iterator[Peer]:
    """A peer that stands in for the shop's host, by the operator's map."""
    settings.OUTBOUND_ADDRESS_MAP = {HOST: peer.origin}
    forget_all()
    yield peer
    forget_all()
