"""The card of campaigns on the index."""

import datetime as dt
from uuid import UUID

from django.urls import reverse

from foundation.cards import Card, Line, Tone

from .enums import CampaignState, PauseCause
from .models import Campaign
from .queries.campaigns import OVER_TAB, counted, open_campaigns

SHOWN = 4
# Open campaigns that are looked at; further ones are on the list.
LOOKED_AT = 60
SOON = dt.timedelta(hours=24)
S = CampaignState


def overview(shop_id: UUID, now: dt.datetime) -> Card:
    """Say which campaigns run, on how much, what begins or ends soon, what waits for a person.

    Two queries.
    """
    url = reverse("campaigns:list")
    counts = counted(shop_id)
    rows = open_campaigns(shop_id, limit=LOOKED_AT)
    lines: tuple[Line, ...] = ()
    if counts.keys() - {OVER_TAB}:
        active = [row for row in rows if row.state == S.ACTIVE]
        lines = (
            Line("Active", f"{counts.get(S.ACTIVE, 0):,}", f"{url}?state=active", Tone.GOOD),
            Line("Prices they show", f"{sum(row.variants_on for row in active):,}", url),
            *_soon(rows, now),
        )
    return Card(
        title="Campaigns",
        url=url,
        icon="campaign",
        lines=lines,
        waiting=tuple(line for row in rows if (line := _waits(row)) is not None)[:SHOWN],
        empty_hint="Let prices follow stock and time: a trigger, a rule, and a way back.",
    )


def _waits(row: Campaign) -> Line | None:
    """What a person must decide about a campaign; None when nothing."""
    if row.state == S.SCHEDULED and row.state_reason:
        return Line(f"Could not begin: {row.name}", "look", _page(row), Tone.BAD)
    if row.state != S.PAUSED:
        return None
    removed = row.paused_cause == PauseCause.APP_REMOVED
    word = "the app was removed" if removed else f"on {row.variants_on:,}"
    return Line(f"Paused: {row.name}", word, _page(row), Tone.WARN)


def _soon(rows: list[Campaign], now: dt.datetime) -> list[Line]:
    """Say what begins and ends by itself within a day, the first first."""
    coming = []
    for row in rows:
        begins = row.state == S.SCHEDULED
        at = row.starts_at if begins else row.ends_at
        if at is not None and row.state != S.DRAFT and now <= at < now + SOON:
            coming.append((at, f"{'Begins' if begins else 'Ends'}: {row.name}", row))
    hours = dt.timedelta(hours=1)
    return [
        Line(words, f"in {(at - now) // hours} h" if at - now >= hours else "soon", _page(row))
        for at, words, row in sorted(coming, key=lambda each: each[0])[:SHOWN]
    ]


def _page(row: Campaign) -> str:
    return reverse("campaigns:campaign", kwargs={"campaign_id": row.pk})
