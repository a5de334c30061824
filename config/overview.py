"""The overview: what waits for a person, what runs, what failed and why, who is working.

It asks every tower for its card and adds what the foundation knows. All of it is reads.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import campaigns.api
import catalog_sync.api
import orders.api
import pricing.api
from config.bars import GROUP_WORK
from config.connections.presenting import ConnectionFacts
from foundation.alerts.api import open_alerts
from foundation.cards import Card, Line, Provider, Running, Tone
from foundation.shops.models import Connection
from foundation.work.api import JobRow, Pulse, dead_count, latest_dead, pulses, running_now

# Towers in the order of the sidebar.
PROVIDERS: tuple[Provider, ...] = (
    pricing.api.overview,
    campaigns.api.overview,
    orders.api.overview,
    catalog_sync.api.overview,
)
SHOWN = 5
# Tasks whose progress the towers' own cards tell, with more words.
TOLD_BY_CARDS = ("pricing.", "campaigns.", "catalog.", "orders.pack_batch")


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the overview shows."""

    cards: Sequence[Card]
    waiting: Sequence[Line]
    running: Sequence[Running]
    dead: Sequence[JobRow]
    dead_count: int
    alerts: Sequence[Any]
    workers: Sequence[tuple[Pulse, str]]
    """Each group of workers, and what it does."""
    connections: Sequence[ConnectionFacts]


def overview_of(*, shop_id: UUID, now: dt.datetime) -> Overview:
    """Read the overview of a shop; the number of queries depends on towers and connections only."""
    cards = [provider(shop_id=shop_id, now=now) for provider in PROVIDERS]
    connections = [ConnectionFacts.of(row) for row in Connection.objects.for_shop(shop_id)]
    dead, undecided = dead_count(shop_id=shop_id)
    return Overview(
        cards=cards,
        waiting=[
            *_broken_connections(connections),
            *(line for card in cards for line in card.waiting),
            *_undecided(undecided),
        ],
        running=[
            *(running for card in cards for running in card.running),
            *_running_jobs(shop_id, now),
        ],
        dead=[JobRow.of(job, now) for job in latest_dead(shop_id=shop_id, limit=SHOWN)],
        dead_count=dead,
        alerts=list(open_alerts(shop_id)[:SHOWN]),
        workers=[(pulse, GROUP_WORK.get(pulse.name, "")) for pulse in pulses()],
        connections=connections,
    )


def _broken_connections(rows: Sequence[ConnectionFacts]) -> list[Line]:
    lines = []
    for row in rows:
        word, tone = row.state
        if tone != "good":
            url = f"/operations/connections/{row.connection.pk}/"
            lines.append(Line(f"Connection {row.connection.account}", word, url, Tone(tone)))
    return lines


def _undecided(count: int) -> list[Line]:
    if not count:
        return []
    return [Line("Dead jobs to decide on", f"{count:,}", "/operations/jobs/?tab=dead", Tone.BAD)]


def _running_jobs(shop_id: UUID, now: dt.datetime) -> list[Running]:
    jobs = running_now(shop_id=shop_id, limit=4 * SHOWN)
    rows = [JobRow.of(job, now) for job in jobs if not job.name.startswith(TOLD_BY_CARDS)]
    return [
        Running(
            label=row.title,
            url=f"/operations/jobs/{row.job.pk}/",
            done=row.done or 0,
            total=row.total or 0,
            started_at=row.job.started_at,
            moved_at=row.job.progress_at,
        )
        for row in rows[:SHOWN]
    ]
