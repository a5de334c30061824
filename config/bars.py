"""What nobody may miss, on every page: a frozen shop, groups of workers that are silent, alerts."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from foundation.alerts.api import alert_count
from foundation.work.api import Pulse, pulses

GROUP_WORK = {
    "fast": "webhooks, mail and schedules",
    "remote": "calls to Shopify: prices and imports",
    "heavy": "exports and big imports",
    "beat": "the clock that rings for periodic work",
}


@dataclass(frozen=True, slots=True)
class Silence:
    """A worker group, or the beat, that has not been heard of."""

    name: str
    process: str
    does: str
    seen_at: dt.datetime | None
    due: int
    remedy: str


@dataclass(frozen=True, slots=True)
class Freeze:
    """The panic switch of the current shop."""

    since: dt.datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Everything the bars and the bell show."""

    freeze: Freeze | None
    silent: tuple[Silence, ...]
    nobody: bool
    alerts: int

    @property
    def seen_at(self) -> dt.datetime | None:
        """When any of the silent ones was seen last."""
        return max((each.seen_at for each in self.silent if each.seen_at), default=None)

    @property
    def due(self) -> int:
        """How many jobs wait for the silent ones."""
        return sum(each.due for each in self.silent)


def silence_of(pulse: Pulse) -> Silence:
    """Say what a silent group means and which command ends it."""
    process = "beat" if pulse.name == "beat" else f"worker-{pulse.name}"
    command = "beat" if pulse.name == "beat" else f"worker -Q {pulse.name}"
    return Silence(
        name=pulse.name,
        process=process,
        does=GROUP_WORK.get(pulse.name, ""),
        seen_at=pulse.seen_at,
        due=pulse.due,
        remedy=f"docker compose up -d {process} — or: celery -A config.celery {command}",
    )


def bars_of(request: Any) -> Bars:
    """Read the bars of a request: two queries, a third while the shop is frozen."""
    shop = request.shop
    freeze = None
    if shop is not None and shop.frozen_at is not None:
        by = str(shop.frozen_by) if shop.frozen_by_id else "the system"
        freeze = Freeze(shop.frozen_at, by, shop.frozen_reason)
    all_pulses = pulses()
    silent = tuple(silence_of(pulse) for pulse in all_pulses if pulse.silent)
    return Bars(
        freeze=freeze,
        silent=silent,
        nobody=len(silent) == len(all_pulses),
        alerts=alert_count(shop.pk) if shop is not None else 0,
    )
