"""A private house for one fault run: a stack, a shop with its catalogue, and a desk in it."""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import django

from config.door.stack import Options, Stack

if TYPE_CHECKING:
    from config.demo.merchant import Merchant
    from config.demo.pricing_jobs import Desk

DOMAIN = "demo-shop.myshopify.com"
HEAL_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is done in a run. Thousands in full, hundreds in the short version."""

    products: int
    variants_per_product: int
    sales: int
    kills: int
    edits: int
    pause: float
    """Seconds between two sales: they go on while the house is hurt."""
    seed: int = 20261121

    @property
    def variants(self) -> int:
        """How many prices there are."""
        return self.products * self.variants_per_product


FULL = Scale(products=500, variants_per_product=6, sales=1_500, kills=40, edits=60, pause=0.01)
SHORT = Scale(products=60, variants_per_product=5, sales=60, kills=7, edits=6, pause=0.12)


# What a dead worker held is taken over within a run's time.
LEASES = {"WORK_LEASE_FAST": "8", "WORK_LEASE_REMOTE": "8", "WORK_LEASE_HEAVY": "6"}


@dataclass(slots=True)
class House:
    """What a fault run works with."""

    stack: Stack
    merchant: "Merchant"
    desk: "Desk"
    rng: random.Random


@contextmanager
def open_house(scale: Scale, *, leases: int = 8) -> Iterator[House]:
    """Bring a private stack up, with Django in this process and the catalogue imported.

    ``leases`` shortens the leases of fast and remote jobs (seconds), so that what a dead worker
    held is taken over within the run's time.
    """
    options = Options(
        services=frozenset(
            {"sandbox", "web", "worker-fast", "worker-remote", "worker-heavy", "beat"}
        ),
        sandbox_arguments=(
            *("--products", str(scale.products)),
            *("--variants-per-product", str(scale.variants_per_product)),
            *("--points-factor", "50", "--retry-clock", "2000"),
        ),
        environment={
            "WORK_LEASE_FAST": str(leases),
            "WORK_LEASE_REMOTE": str(leases),
            "WORK_LEASE_HEAVY": str(leases),
            # A call must end before its lease does, also when the lease is this short.
            "DEMO": "1",
        },
    )
    with Stack(options) as stack:
        os.environ.update(stack.environment)
        django.setup()
        from config.demo.merchant import Merchant  # noqa: PLC0415 -- needs the stack's environment
        from config.demo.pricing_jobs import Desk  # noqa: PLC0415 -- likewise

        stack.run_manage("seed_demo", "--json")
        house = House(stack, Merchant(DOMAIN), Desk.at(DOMAIN), random.Random(scale.seed))  # noqa: S311
        _import_catalogue(house, scale)
        yield house


def _import_catalogue(house: House, scale: Scale) -> None:
    from catalog_sync.api import start_full_sync  # noqa: PLC0415 -- needs Django
    from config.demo.pricing_jobs import variants_of  # noqa: PLC0415 -- likewise
    from config.demo.waiting import wait_until  # noqa: PLC0415 -- likewise
    from foundation.work.models import Job  # noqa: PLC0415 -- likewise

    job_id = start_full_sync(house.desk.connection.pk, house.desk.person.pk)
    wait_until(
        lambda: Job.objects.filter(pk=job_id, state="done").exists(), "the import", seconds=120
    )
    found = variants_of(house.desk.connection)
    if found != scale.variants:
        message = f"{found} of {scale.variants} variants were imported"
        raise AssertionError(message)
    wait_until(
        lambda: len(house.merchant.act_get("subscriptions")["subscriptions"]) > 1,
        "the webhook subscriptions",
        seconds=60,
    )


class Trouble:
    """Does something again and again in a thread until it is told to stop."""

    def __init__(self, act: Callable[[], object], *, every: float) -> None:
        """``every``: seconds between two acts."""
        self._act, self._every = act, every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._loop, daemon=True)
        self.done = 0
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and raise what went wrong in the thread."""
        self._over.set()
        self._thread.join(timeout=60)
        if self.error is not None:
            raise self.error

    def _loop(self) -> None:
        try:
            while not self._over.wait(self._every):
                self._act()
                self.done += 1
        except BaseException as error:  # noqa: BLE001 -- raised by whoever waits for the thread
            self.error = error


def patiently(act: Callable[[], object], *, seconds: float = 30.0) -> None:
    """Do something that the database may refuse while it restarts; raise when it goes on."""
    from django.db import OperationalError, close_old_connections  # noqa: PLC0415 -- needs Django

    ends = time.monotonic() + seconds
    while True:
        try:
            act()
        except OperationalError:
            close_old_connections()
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)
        else:
            return


def standing() -> str:
    """Say which jobs are not done and why, and who is alive: the cause of a run that hangs."""
    from django.db.models import Count, Max  # noqa: PLC0415 -- needs Django

    from foundation.work.api import pulses  # noqa: PLC0415 -- likewise
    from foundation.work.models import Job  # noqa: PLC0415 -- likewise

    rows = Job.objects.exclude(state__in=("done", "cancelled")).values(
        "name", "state", "waiting_for", "parked_key", "error"
    )
    jobs = list(rows.annotate(count=Count("pk"), run_after=Max("run_after")))
    return f"{jobs} {pulses()}"


def come_to_rest(deliveries: Callable[[], Mapping[str, int]]) -> None:
    """Wait until every delivery has ended and no job is due any more.

    ``deliveries``: the vendor's count by status. AssertionError says what does not end.
    """
    from config.demo.waiting import NeverCame, wait_until  # noqa: PLC0415 -- needs Django
    from foundation.work.models import Job  # noqa: PLC0415 -- likewise

    def quiet() -> bool:
        busy = Job.objects.filter(state__in=("queued", "running", "waiting")).exists()
        return not busy and not deliveries().get("pending")

    try:
        wait_until(quiet, "the house to be quiet", seconds=HEAL_SECONDS, every=0.2)
    except NeverCame as error:
        message = f"{error} {standing()} {deliveries()}"
        raise AssertionError(message) from error
