"""Variants mirrored per second, with their products and stock, from a shop that is not known yet.

The full sync as a job against the sandbox over HTTP with the points budget lifted, against the
least that could be done: the same pages fetched through the same client, and the same rows put
into the same tables by ``COPY``, with no comparison, no locks and no checkpoint.
"""

import resource
import statistics
import time
import uuid
from collections.abc import Callable

from django.conf import settings

from bench._house import django_on
from bench.rows import Row, claim
from config.door.stack import Options, Stack

PRODUCTS = 1_000
VARIANTS_EACH = 5
ROUNDS = 3
DOMAIN = "demo-shop.myshopify.com"
TOKEN = "shpat_demo_0000000000000000000000000000"  # noqa: S105 -- the sandbox's
WANTED_RATIO = 0.6
FACTOR = 1_000.0
_TABLES = (
    "catalog_sync_stockhistory",
    "catalog_sync_stocklevel",
    "catalog_sync_variant",
    "catalog_sync_product",
    "catalog_sync_location",
    "catalog_sync_mirrorstate",
)


@claim("import")
def measure() -> list[Row]:
    """Measure the sync and its baseline in turns."""
    options = Options(
        services=frozenset({"sandbox"}),
        sandbox_arguments=(
            *("--products", str(PRODUCTS), "--variants-per-product", str(VARIANTS_EACH)),
            *("--points-factor", str(FACTOR)),
        ),
        environment={"LOG_LEVEL": "WARNING"},
    )
    with django_on(options) as stack:
        settings.OUTBOUND_LOW_RESERVE = 0.0
        connection_id = _connect_shop()
        _sync(connection_id)  # learns how large the bucket is
        synced, copied = [], []
        for _ in range(ROUNDS):
            copied.append(_rate(stack, lambda: _copy(connection_id)))
            synced.append(_rate(stack, lambda: _sync(connection_id)))
        again = _seconds(lambda: _sync(connection_id))
        figure, floor = statistics.median(synced), statistics.median(copied)
        return [
            Row(
                name="import",
                figure=round(figure, 1),
                unit="variants/s",
                floor=round(floor, 1),
                ratio=round(figure / floor, 3),
                wanted=WANTED_RATIO,
                peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
                baseline="same pages fetched, same rows by COPY into the same tables",
                facts={
                    "variants": PRODUCTS * VARIANTS_EACH,
                    "second_sync_variants_per_second": round(PRODUCTS * VARIANTS_EACH / again, 1),
                },
            )
        ]


def _connect_shop() -> uuid.UUID:
    from foundation.shops.api import (  # noqa: PLC0415 -- Django is set up only now
        ConnectionKind,
        connect,
        open_shop,
    )
    from foundation.shops.models import User  # noqa: PLC0415 -- likewise

    owner = User.objects.create_user("owner@bench.test")
    made = connect(
        shop_id=open_shop(name="Bench", owner=owner).pk,
        kind=ConnectionKind.SHOPIFY,
        account=DOMAIN,
        secrets={"access_token": TOKEN, "webhook_secret": "none"},
        actor_id=None,
    )
    found: uuid.UUID = made.pk
    return found


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _rate(stack: Stack, work: Callable[[], None]) -> float:
    """Empty the mirror, work, and return variants per second."""
    _empty(stack)
    seconds = _seconds(work)
    from catalog_sync.models import StockLevel, Variant  # noqa: PLC0415 -- Django is set up only now

    variants = Variant.objects.count()
    assert variants == PRODUCTS * VARIANTS_EACH, f"{variants} variants were mirrored"
    assert StockLevel.objects.count() >= variants
    return variants / seconds


def _empty(stack: Stack) -> None:
    import psycopg  # noqa: PLC0415 -- beside its use

    with psycopg.connect(stack.environment["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(f"TRUNCATE {', '.join(_TABLES)} CASCADE")
        owner.execute("VACUUM ANALYZE")


def _sync(connection_id: uuid.UUID) -> None:
    """Run the real job, as a worker runs it."""
    from catalog_sync.api import start_full_sync  # noqa: PLC0415 -- Django is set up only now
    from foundation.work.drain import drain_for  # noqa: PLC0415 -- likewise
    from foundation.work.enums import Group  # noqa: PLC0415 -- likewise
    from foundation.work.models import Job  # noqa: PLC0415 -- likewise

    job_id = start_full_sync(connection_id, None)
    while Job.objects.get(pk=job_id).state in ("queued", "running"):
        drain_for(Group.REMOTE, 600.0)
    job = Job.objects.get(pk=job_id)
    assert job.state == "done", f"the sync is {job.state}: {job.error}"


def _copy(connection_id: uuid.UUID) -> None:
    """Fetch the same pages and COPY them, the way a script would."""
    from bench._bare_mirror import copy_shop  # noqa: PLC0415 -- Django is set up only now

    copy_shop(connection_id)
