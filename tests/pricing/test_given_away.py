"""What a campaign's prices come to on the pieces at hand, and how that is asked."""

import uuid
from decimal import Decimal

import pytest

from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop
from pricing.models import CoveredVariant, PriceLayer
from pricing.queries.campaigns import GivenAway, given_away
from tests import factories
from tests.pricing.page_fixtures import catalogue

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


def layer(connection: Connection, priority: int = 100) -> uuid.UUID:
    made = PriceLayer.objects.create(
        shop_id=connection.shop_id, connection=connection, ref=uuid.uuid4(), priority=priority
    )
    return made.pk


def lies(variant: Variant, own: int, shown: str, stock: int | None, *layers: uuid.UUID) -> None:
    CoveredVariant.objects.create(
        variant=variant,
        shop_id=variant.shop_id,
        connection_id=variant.connection_id,
        stack=list(layers),
        base_price=own,
        base_at=variant.vendor_updated_at,
    )
    Variant.objects.filter(pk=variant.pk).update(price=shown, stock=stock)


def test_only_where_it_lies_on_top_and_never_of_pieces_that_are_not_there(
    connection: Connection,
) -> None:
    a, b, c, d, e, f, g, h = catalogue(connection, 4)
    mine, higher, lower = layer(connection), layer(connection, 200), layer(connection, 50)
    lies(a, 10, "8.50", 3, mine)
    lies(b, 10, "9.00", 2, lower, mine)
    lies(c, 20, "10.00", 100, mine, higher)
    lies(d, 20, "23.00", 4, mine)
    lies(e, 30, "27.00", None, mine)
    lies(f, 30, "27.00", -5, mine)
    lies(g, 40, "40.00", 7, mine)
    lies(h, 40, "1.00", 1000, lower)
    assert given_away(mine) == GivenAway(variants=6, untracked=1, given=D("6.50"), added=D("12.00"))
    assert given_away(higher) == GivenAway(1, 0, D("1000.00"), D(0))
    assert given_away(layer(connection)) == GivenAway(0, 0, D(0), D(0))


def test_of_equal_priority_the_older_lies_on_top(connection: Connection) -> None:
    variant, *_ = catalogue(connection, 1)
    younger, older = layer(connection), layer(connection)
    PriceLayer.objects.filter(pk=older).update(created_at="2020-01-01T00:00:00Z")
    lies(variant, 10, "9.00", 2, younger, older)
    assert given_away(older).given == D("2.00")
    assert given_away(younger) == GivenAway(0, 0, D(0), D(0))
