"""`preview_known`: the answer to a preview that was drawn before, inside the application.

Whole requests through Django's own client in this process: cookie, form token, limits, the design
as it is sent again, the cached picture's signed address. The floor is what as many bare round trips
to the database take as the request has queries.
"""

from __future__ import annotations

import resource
import statistics
import time
from typing import TYPE_CHECKING, Any

from bench._house import django_on
from bench.rows import Row, claim, p95
from config.door.stack import Options

if TYPE_CHECKING:
    from orders.models import Design

ROUNDS = 200
LIMIT_MS = 10.0
DESIGNS = 8


@claim("preview_known")
def preview_known() -> list[Row]:
    """Ask for the same few pictures again and again."""
    options = Options(services=frozenset(), environment={"LOG_LEVEL": "ERROR"})
    with django_on(options):
        from django.conf import settings  # noqa: PLC0415 -- Django is set up only now
        from django.db import connection  # noqa: PLC0415 -- likewise

        settings.ALLOWED_HOSTS = ["testserver"]
        settings.SECURE_SSL_REDIRECT = False
        client, designs = _browser()
        _lift_limits()
        queries: list[str] = []

        def count(execute: Any, sql: str, *rest: Any) -> Any:
            queries.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(count):
            _ask(client, designs[0])
        ours = [_timed(lambda n=n: _ask(client, designs[n % DESIGNS])) for n in range(ROUNDS)]
        bare = [_timed(lambda: _round_trips(len(queries))) for _ in range(ROUNDS)]
    figure, floor = p95(ours), p95(bare)
    return [
        Row(
            name="preview_known",
            figure=round(figure, 2),
            unit="ms p95",
            floor=round(floor, 2),
            ratio=round(floor / figure, 3),
            wanted=None,
            peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            baseline=f"{len(queries)} bare round trips to the database",
            facts={
                "limit_ms": LIMIT_MS,
                "median_ms": round(statistics.median(ours), 2),
                "queries": len(queries),
            },
        )
    ]


def _browser() -> tuple[Any, list[Design]]:
    from django.test import Client  # noqa: PLC0415 -- Django is set up only now

    from foundation.shops.api import open_shop  # noqa: PLC0415 -- likewise
    from foundation.shops.models import User  # noqa: PLC0415 -- likewise
    from orders.renders.previews import preview  # noqa: PLC0415 -- likewise
    from tests.orders import shop as makers  # noqa: PLC0415 -- likewise

    owner = User.objects.create_user("owner@example.com")
    print_shop = makers.open_print_shop(open_shop(name="Pet Star", owner=owner))
    size = makers.sell(print_shop.shop)
    caller = makers.visit(print_shop)
    designs = []
    for number in range(DESIGNS):
        colours = [f"#0000{number:02x}"]
        design = makers.design_for(caller, size, background={"kind": "plain", "colours": colours})
        preview(caller=caller, design=design)
        designs.append(design)
    assert caller.visitor
    return makers.as_browser(Client(), caller.visitor), designs


def _lift_limits() -> None:
    """Let nobody be asked to wait: what a client may ask for is not the claim."""
    from orders.people import allowances  # noqa: PLC0415 -- Django is set up only now

    endless = allowances.Bucket("drawing", capacity=1e9, per_second=1e6)
    allowances.Cost.KNOWN_PREVIEW._value_ = (endless, 0.1)


def _ask(client: Any, design: Design) -> None:
    answer = client.post(
        f"/api/designs/{design.pk}/preview/",
        {"document": design.document},
        content_type="application/json",
    )
    told = answer.json()
    assert (answer.status_code, told.get("cached")) == (200, True), told


def _round_trips(number: int) -> None:
    from django.db import connection  # noqa: PLC0415 -- Django is set up only now

    with connection.cursor() as cursor:
        for _ in range(number):
            cursor.execute("SELECT 1")


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
