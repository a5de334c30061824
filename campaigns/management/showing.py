"""Campaigns as a terminal shows them."""

import datetime as dt

from campaigns.enums import OVER, CampaignState
from campaigns.models import Campaign
from campaigns.presenting.words import pace_words
from campaigns.queries.campaigns import history_of
from campaigns.queries.overlaps import overlaps_of
from campaigns.queries.settling import settling_of
from campaigns.queries.variants import counts_of, moves_of
from campaigns.specs import spec_of
from campaigns.triggers import triggers_words
from catalog_sync.api import location_names
from foundation.shops.api import ConnectionState
from pricing.api import Moment, known_zone, rules_words, selection_words

LATEST = 5


def line_of(campaign: Campaign) -> str:
    """Say in a line which campaign it is and how it stands."""
    state = str(CampaignState(campaign.state).label)
    return (
        f"{campaign.pk}  {state:12} {campaign.shop.name}: {campaign.name} "
        f"(on for {campaign.variants_on:,} of {campaign.variants_total:,})"
    )


def details_of(campaign: Campaign, now: dt.datetime) -> list[str]:
    """Say all that helps to find out why a campaign does what it does, line by line."""
    places = location_names(campaign.shop_id)
    spec = spec_of(campaign)
    targets = ", ".join(f"{name} {value}" for name, value in selection_words(campaign.selection))
    follows = "follows the catalogue" if spec.follows_catalogue else "fixed at the start"
    said = [
        f"for {targets}; {follows}",
        *(f"trigger {each}" for each in triggers_words(spec.triggers, places)),
        *(f"rule {each}" for each in rules_words(spec.rules, campaign.shop.currency, places)),
        (
            f"priority {spec.priority}{', builds on what is below' if spec.builds_on else ''}; "
            f"edits outside: {spec.outside_edits}; {pace_words(campaign)}"
        ),
        *_times(campaign, now),
    ]
    if campaign.state_reason:
        said.append(f"because: {campaign.state_reason}")
    if campaign.connection.state == ConnectionState.PARKED:
        said.append(f"its connection is parked: {campaign.connection.parked_reason}")
    if campaign.state not in OVER:
        said += [
            f"{'below' if each.above else 'above'} {each.name} ({each.state}) on {each.variants:,} "
            f"variant{'' if each.variants == 1 else 's'}"
            for each in overlaps_of(campaign)
        ]
    return [*said, *_standing(campaign), *_history(campaign)]


def _times(campaign: Campaign, now: dt.datetime) -> list[str]:
    zone = known_zone(campaign.shop.timezone)
    said = []
    if campaign.starts_at is not None and campaign.activated_at is None:
        begins = Moment.of(campaign.starts_at, zone, now)
        said.append(f"begins {begins.words}, {begins.countdown}")
    if campaign.ends_at is not None and campaign.state not in OVER:
        ends = Moment.of(campaign.ends_at, zone, now)
        said.append(f"ends {ends.words}, {ends.countdown}")
    return said


def _standing(campaign: Campaign) -> list[str]:
    counts = counts_of(campaign)
    waits = f"{counts.waiting:,} variants wait, {counts.left:,} are left alone"
    said = [f"its price was put {campaign.trigger_count:,} times; {waits}"]
    if settling := settling_of(campaign):
        cause = f": {settling.cause}" if settling.cause else ""
        said.append(
            f"being brought in line: {settling.done:,} of {settling.total:,} by job "
            f"#{settling.job_id}, {settling.state}{cause}"
        )
    if campaign.rollback_job_id:
        said.append(f"its prices are taken away by the price job {campaign.rollback_job_id}")
    return said


def _history(campaign: Campaign) -> list[str]:
    said = []
    for change in history_of(campaign):
        by = f" by {change.actor}" if change.actor else ""
        said.append(f"{change.at:%Y-%m-%d %H:%M:%SZ} {change.after}{by} {change.reason}".rstrip())
    said += [
        f"{move.at:%Y-%m-%d %H:%M:%SZ} {move.kind} {move.variant.sku or move.variant_id} "
        f"({move.cause}): {move.why}"
        for move in moves_of(campaign).order_by("-pk")[:LATEST]
    ]
    return said
