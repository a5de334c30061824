"""The runs ``order`` and ``clock``: versions out of order, and clocks that step."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import os
import threading
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.chaos.campaigns import LOW, await_settled, compare, finish, make_campaign, off, quiet
from tests.chaos.house import DOMAIN, House, Scale, open_house

if TYPE_CHECKING:
    from tests.chaos.model import Verdict

SENDERS = 4
VERSIONS = 6
ITEMS = 60
LATE_SHARE = 0.2
ZONE = "America/Toronto"
# The night that skips 02:30, and the one that has 01:30 twice.
NIGHTS = (dt.datetime(2027, 3, 14, 2, 30), dt.datetime(2027, 11, 7, 1, 30))  # noqa: DTZ001 -- a wall clock's
MOMENTS = (
    dt.datetime(2027, 3, 14, 7, 30, tzinfo=dt.UTC),
    dt.datetime(2027, 11, 7, 5, 30, tzinfo=dt.UTC),
)
LASTS = dt.timedelta(hours=1)


def order(scale: Scale) -> tuple["Verdict", dict[str, Any]]:
    """Send versions of stock permuted, twice, and some long after: the newest wins, never back."""
    with open_house(scale) as house:
        return order_in(house)


def order_in(house: House) -> tuple["Verdict", dict[str, Any]]:
    """Play it in a house that is open."""
    from campaigns.api import activate  # noqa: PLC0415 -- needs Django
    from catalog_sync.api import Selection  # noqa: PLC0415 -- likewise
    from tests.chaos.model import Verdict  # noqa: PLC0415 -- likewise

    own = house.merchant.prices()
    triggers = [{"kind": "stock_below", "threshold": LOW}]
    low = make_campaign(house, "Low", 10, Selection(all=True), triggers=triggers)
    places = _single_places(house)
    activate(campaign=low, actor_id=house.desk.person.pk)
    await_settled(low)
    quiet(house)
    shown = house.merchant.prices()
    sent, newest = _versions(house, places)
    late = sent[: int(len(sent) * LATE_SHARE)]
    refused = _post_all(sent[len(late) :])
    quiet(house)
    refused += _post_all(late)
    quiet(house)
    verdict = Verdict()
    _judge_stock(verdict, house, newest)
    low_now = {variant for variant, (stock, _) in newest.items() if stock <= LOW}
    expected = {
        variant: (off(own[variant], 10) if variant in low_now else own[variant])
        if variant in newest
        else tag
        for variant, tag in shown.items()
    }
    compare(verdict, house, expected)
    if refused:
        verdict.blame("lost", f"{refused} webhooks were refused")
    finish(house, low)
    return verdict, {"webhooks": len(sent), "late": len(late), "variants": len(newest)}


def _single_places(house: House) -> dict[int, tuple[int, int]]:
    """Let some tracked items have their stock at one place; {variant: (item, place)}."""
    from catalog_sync.models import StockLevel, Variant  # noqa: PLC0415 -- needs Django

    variants = Variant.objects.filter(connection=house.desk.connection, tracked=True)
    found = {}
    for vendor_id, item in variants.order_by("vendor_id").values_list(
        "vendor_id", "inventory_item_id"
    )[:ITEMS]:
        levels = StockLevel.objects.filter(
            connection=house.desk.connection, inventory_item_id=item
        ).order_by("pk")
        first = levels.first()
        if first is not None:
            levels.exclude(pk=first.pk).delete()
            found[vendor_id] = (item, first.location_vendor_id)
    return found


def _versions(
    house: House, places: dict[int, tuple[int, int]]
) -> tuple[list[tuple[bytes, str]], dict[int, tuple[int, dt.datetime]]]:
    """Return shuffled messages with their ids, some twice, and the newest stock by variant."""
    base = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(minutes=1)
    messages: list[tuple[bytes, str]] = []
    newest = {}
    for variant, (item, place) in places.items():
        for version in range(VERSIONS):
            stock, at = house.rng.randint(0, 12), base + dt.timedelta(seconds=version)
            newest[variant] = (stock, at)
            body = {
                "inventory_item_id": item,
                "location_id": place,
                "available": stock,
                "updated_at": at.isoformat(),
                "admin_graphql_api_id": f"gid://shopify/InventoryLevel/{place}",
            }
            messages.append((json.dumps(body).encode(), str(uuid.uuid4())))
    sent = messages + house.rng.sample(messages, len(messages) // 3)
    house.rng.shuffle(sent)
    return sent, newest


def _post_all(messages: list[tuple[bytes, str]]) -> int:
    """Post from several senders at once; returns how many were not taken."""
    refused: list[int] = []
    secret = os.environ.get("SHOPIFY_DEMO_SECRET", "shpss_demo_000000000000000000000000000000")

    def send(mine: list[tuple[bytes, str]]) -> None:
        for body, delivery in mine:
            signed = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
            request = urllib.request.Request(  # noqa: S310 -- the door's address, on loopback
                f"{os.environ['WEB_URL']}/webhooks/inventory",
                data=body,
                headers={
                    "Content-Type": "application/json",
                    "X-Shopify-Topic": "inventory_levels/update",
                    "X-Shopify-Hmac-Sha256": signed.decode(),
                    "X-Shopify-Shop-Domain": DOMAIN,
                    "X-Shopify-API-Version": "2026-10",
                    "X-Shopify-Webhook-Id": delivery,
                },
            )
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 -- likewise
                    taken = answer.status == 200
            except OSError:
                taken = False
            if not taken:
                refused.append(1)

    _together([lambda n=n: send(messages[n::SENDERS]) for n in range(SENDERS)])  # type: ignore[misc]
    return len(refused)


def _together(works: list[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _judge_stock(
    verdict: "Verdict", house: House, newest: dict[int, tuple[int, dt.datetime]]
) -> None:
    """The mirror has the newest version of each, and its history never steps back."""
    from catalog_sync.models import StockHistory, Variant  # noqa: PLC0415 -- needs Django

    rows = Variant.objects.filter(connection=house.desk.connection, vendor_id__in=newest)
    for variant, item, stock in rows.values_list("vendor_id", "inventory_item_id", "stock"):
        if stock != newest[variant][0]:
            verdict.blame("wrong", f"{variant} has {stock} pieces, not {newest[variant][0]}")
        moments = list(
            StockHistory.objects.filter(connection=house.desk.connection, inventory_item_id=item)
            .order_by("pk")
            .values_list("vendor_updated_at", flat=True)
        )
        if moments != sorted(moments):
            verdict.blame("wrong", f"the stock of {variant} stepped back in time")


def clock(scale: Scale) -> tuple["Verdict", dict[str, Any]]:
    """Two beats, clocks that step, both odd nights: each slot once, each begin and end in time."""
    with open_house(scale) as house:
        return clock_in(house)


def clock_in(house: House) -> tuple["Verdict", dict[str, Any]]:
    """Play it in a house that is open."""
    from tests.chaos.model import Verdict  # noqa: PLC0415 -- needs Django

    verdict = Verdict()
    with _second_beat(house):
        time.sleep(12)
    facts: dict[str, Any] = {"slots_of_two_beats": _judge_beats(verdict)}
    facts["slots_of_stepping_clocks"] = _step_clocks(verdict, house)
    facts["nights"] = _nights(verdict, house)
    quiet(house)
    return verdict, facts


@contextmanager
def _second_beat(house: House) -> Iterator[None]:
    from config.door import services  # noqa: PLC0415 -- here only

    program = replace(
        services.beat(environment=house.stack.environment).program, name="second-beat"
    )
    house.stack.supervisor.start(program)
    try:
        yield
    finally:
        house.stack.supervisor.stop("second-beat")


def _judge_beats(verdict: "Verdict") -> int:
    """Every slot made one job: never two runs of one entry for one slot."""
    from django.db import connection  # noqa: PLC0415 -- needs Django

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, count(*), count(DISTINCT slot_at) FROM work_scheduleslot GROUP BY name"
        )
        slots = cursor.fetchall()
        cursor.execute("SELECT name, count(*) FROM work_job WHERE unique_key = name GROUP BY name")
        jobs = dict(cursor.fetchall())
    for name, rows, distinct in slots:
        if rows != distinct:
            verdict.blame("doubled", f"{name} has {rows} claims of {distinct} slots")
        if jobs.get(name, 0) > distinct:
            verdict.blame("doubled", f"{name} ran {jobs[name]} times in {distinct} slots")
    return sum(row[2] for row in slots)


def _step_clocks(verdict: "Verdict", house: House) -> int:
    """Tick by four clocks that step back and forth over both nights."""
    from config.schedule import SCHEDULE  # noqa: PLC0415 -- needs Django
    from foundation.work.schedule import claim_due_slots  # noqa: PLC0415 -- likewise

    minute = dt.timedelta(minutes=1)
    seen: list[dt.datetime] = []
    claimed: Counter[tuple[str, dt.datetime]] = Counter()
    lock = threading.Lock()

    def tick(moments: list[dt.datetime]) -> None:
        from django.db import connections  # noqa: PLC0415 -- each thread its own

        for now in moments:
            names = claim_due_slots(SCHEDULE, now=now)
            with lock:
                by_name = {entry.name: entry for entry in SCHEDULE}
                claimed.update((name, by_name[name].latest_slot(now)) for name in names)
        connections.close_all()

    for moment in MOMENTS:
        steady = [moment + n * minute for n in range(-20, 20)]
        # Stepped: an hour back and forth again, as a wrong clock that is set would go.
        steps = [each - dt.timedelta(hours=1) for each in steady[::7]]
        seen += steady + steps
        courses = []
        for _ in range(4):
            course = steady + steps
            house.rng.shuffle(course)
            courses.append(course)
        _together([lambda course=course: tick(course) for course in courses])  # type: ignore[misc]
    expected = {(entry.name, entry.latest_slot(now)) for entry in SCHEDULE for now in seen}
    for slot, times in claimed.items():
        if times > 1:
            verdict.blame("doubled", f"{slot} was claimed {times} times")
    for slot in expected - claimed.keys():
        verdict.blame("lost", f"{slot} was never claimed")
    return len(claimed)


def _nights(verdict: "Verdict", house: House) -> dict[str, str]:
    """Campaigns that begin in the odd hours begin and end at the right instant, once."""
    from campaigns.api import schedule  # noqa: PLC0415 -- needs Django
    from campaigns.services import start_due  # noqa: PLC0415 -- likewise
    from catalog_sync.api import Selection  # noqa: PLC0415 -- likewise
    from foundation.zones import moment_in  # noqa: PLC0415 -- likewise

    told = {}
    second = dt.timedelta(seconds=1)
    for local, moment in zip(NIGHTS, MOMENTS, strict=True):
        begins = moment_in(ZONE, local)
        if begins != moment:
            verdict.blame("wrong", f"{local} in {ZONE} is {begins}, not {moment}")
        row = make_campaign(
            house,
            f"Night of {local:%B}",
            -10,
            Selection(all=True),
            starts_at=begins,
            ends_at=begins + LASTS,
        )
        schedule(campaign=row, actor_id=house.desk.person.pk)
        steps = (
            (moment - second, "scheduled"),
            (moment, "active"),
            (moment - LASTS, "active"),
            (moment + LASTS - second, "active"),
            (moment + LASTS, "ended"),
            (moment, "ended"),
        )
        for now, state in steps:
            _together([lambda now=now: _close_after(start_due, now) for _ in range(2)])  # type: ignore[misc]
            row.refresh_from_db()
            if row.state != state:
                verdict.blame("wrong", f"{row.name} is {row.state} at {now}, not {state}")
        changes = [str(each) for each in row.history.all()]
        wanted = [" → draft", "draft → scheduled", "scheduled → active", "active → ended"]
        if changes != wanted:
            verdict.blame("doubled", f"{row.name} went {changes}")
        told[row.name] = f"{begins:%Y-%m-%d %H:%M} UTC"
    return told


def _close_after(start_due: Callable[..., int], now: dt.datetime) -> None:
    from django.db import connections  # noqa: PLC0415 -- each thread its own

    start_due(now=now)
    connections.close_all()
