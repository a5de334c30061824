"""Real threads on PostgreSQL: no deadlock, nothing lost, whoever comes first."""

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection as database
from django.db import transaction

from catalog_sync import arrivals
from catalog_sync.merging import Source
from catalog_sync.models import Product, StockHistory, Variant
from catalog_sync.prices import apply_live_prices
from connectors.shopify.api import Product as TheirProduct
from connectors.shopify.api import ProductDelivery, StockLevel
from connectors.shopify.api import Variant as TheirVariant

pytestmark = pytest.mark.django_db(transaction=True)

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
MANY = 20


def delivery(second: int, *, backwards: bool = False) -> ProductDelivery:
    at = NOON + dt.timedelta(seconds=second)
    variants = [
        TheirVariant(
            id=7000 + n,
            product_id=9001,
            inventory_item_id=8000 + n,
            title=f"{n}",
            sku=f"SKU-{n}",
            barcode="",
            position=n,
            price=Decimal(second),
            compare_at=None,
            stock=None,
            policy="deny",
            tracked=None,
            cost=None,
            updated_at=at,
        )
        for n in range(MANY)
    ]
    if backwards:
        variants.reverse()
    product = TheirProduct(
        id=9001,
        title=f"At {second}",
        handle="mug",
        status="active",
        vendor="",
        product_type="",
        tags=(),
        picture_url="",
        picture_alt="",
        created_at=NOON,
        updated_at=at,
    )
    return ProductDelivery(product, tuple(variants), frozenset())


def together(*works: Callable[[], object]) -> None:
    """Run all at the same moment, each in a transaction of its own."""
    gate = threading.Barrier(len(works))
    errors: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            gate.wait()
            with transaction.atomic():
                work()
        except BaseException as error:  # noqa: BLE001 -- told to the test's own thread
            errors.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.parametrize("known", [False, True])
def test_two_webhooks_of_one_product_and_our_own_write(known: bool, source: Source) -> None:
    if known:
        together(lambda: arrivals.product_arrived(source, delivery(0)))
    written = [(7000 + n, Decimal(99), None, NOON) for n in reversed(range(MANY))]
    for turn in range(1, 6):
        together(
            partial(arrivals.product_arrived, source, delivery(3 * turn)),
            partial(arrivals.product_arrived, source, delivery(3 * turn + 1, backwards=True)),
            partial(arrivals.product_arrived, source, delivery(3 * turn + 2)),
            lambda: apply_live_prices(source.connection_id, written),
        )
        assert Product.objects.get().title == f"At {3 * turn + 2}"
        assert set(Variant.objects.values_list("price", flat=True)) == {Decimal(3 * turn + 2)}
    assert Variant.objects.count() == MANY


def test_outside_a_transaction_nothing_is_staged_and_lost_in_silence(source: Source) -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        arrivals.product_arrived(source, delivery(0))
    assert Product.objects.count() == 0


def test_locations_that_change_together_are_summed(source: Source) -> None:
    together(lambda: arrivals.product_arrived(source, delivery(0)))
    for turn in range(5):
        together(
            *(
                partial(
                    arrivals.levels_arrived,
                    source,
                    [
                        StockLevel(
                            item_id=8000,
                            location_id=place,
                            available=10 * turn + place,
                            on_hand=None,
                            committed=None,
                            incoming=None,
                            updated_at=NOON + dt.timedelta(seconds=turn),
                        )
                    ],
                )
                for place in range(1, 5)
            )
        )
        assert Variant.objects.get(vendor_id=7000).stock == 4 * 10 * turn + 1 + 2 + 3 + 4
    assert StockHistory.objects.count() == 20
