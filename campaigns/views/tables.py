"""The table of a campaign's page: its variants, what happened to them, prices it wrote."""

import datetime as dt
from typing import Any

from django.utils import timezone

from campaigns.enums import LAID, CampaignState
from campaigns.forms.filters import EDITS, LEDGER, MOVES, RowsForm
from campaigns.models import Campaign
from campaigns.pacing import Pace
from campaigns.presenting import MoveRow, VariantRow
from campaigns.queries import variants
from campaigns.queries.variants import SHOWN
from foundation.paging import page_of
from foundation.shops.api import ShopRequest
from foundation.tabs import ROWS, TabLink, link
from pricing.api import LedgerRow, known_zone, ledger_of_campaign

LABELS = {
    "on": "On",
    "waiting": "Waiting",
    "left": "Left alone",
    "off": "Off",
    "all": "All variants",
    MOVES: "What happened",
    EDITS: "Edited outside",
    LEDGER: "Prices written",
}


def tables(
    request: ShopRequest, campaign: Campaign, counts: variants.Counts | None = None
) -> dict[str, Any]:
    """Return what the table shows; nothing for a campaign that has never begun.

    ``counts``: where they are known already.
    """
    if campaign.activated_at is None:
        return {}
    form = RowsForm(request.GET)
    laid = CampaignState(campaign.state) in LAID
    if laid and counts is None:
        counts = variants.counts_of(campaign)
    shown = form.text("show") or ("on" if laid else MOVES)
    text = form.text("q")
    return {
        "shown": shown,
        "text": text,
        "tabs": _tabs(request, campaign, shown, counts),
        "clear_url": link(request, ROWS, q=""),
        **_rows(request, campaign, shown, text),
    }


def _tabs(
    request: ShopRequest, campaign: Campaign, shown: str, found: variants.Counts | None
) -> list[TabLink]:
    counts: dict[str, int] = {}
    names = [MOVES, EDITS, LEDGER]
    if found is not None:
        counts = {
            "on": campaign.variants_on,
            "waiting": found.waiting,
            "left": found.left,
            "all": campaign.variants_total,
        }
        names = ["on", "waiting", "left", "all", *names]
    if shown not in names:
        names.insert(0, shown)
    tones = {"waiting": "busy", "left": "warn"}
    return [
        TabLink(
            LABELS[name],
            link(request, ROWS, show=name),
            counts.get(name),
            name == shown,
            tones.get(name, ""),
        )
        for name in names
    ]


def _rows(request: ShopRequest, campaign: Campaign, shown: str, text: str) -> dict[str, Any]:
    if shown in SHOWN:
        return _variants(request, campaign, shown, text)
    if shown == LEDGER:
        entries = page_of(ledger_of_campaign(request.shop.pk, campaign.pk, text), request.GET)
        return {"page": entries, "rows": [LedgerRow.of(each) for each in entries.items]}
    found = variants.moves_of(campaign, edits=shown == EDITS, text=text)
    moves = page_of(found, request.GET)
    alone = set()
    if shown == EDITS:
        alone = variants.left_alone(campaign, [move.variant_id for move in moves.items])
    rows = [MoveRow.of(move, alone=move.variant_id in alone) for move in moves.items]
    return {"page": moves, "rows": rows}


def _variants(request: ShopRequest, campaign: Campaign, shown: str, text: str) -> dict[str, Any]:
    page = page_of(variants.variants_of(campaign, shown, text), request.GET, order=("id",))
    pace, now = pace_of(request, campaign), timezone.now()
    return {"page": page, "rows": [VariantRow.of(row, pace, now) for row in page.items]}


def pace_of(request: ShopRequest, campaign: Campaign) -> Pace:
    """Return how often the campaign may move a price, by the shop's clock."""
    return Pace(
        cool_down=dt.timedelta(minutes=campaign.cool_down_minutes),
        moves_per_day=campaign.moves_per_day,
        zone=known_zone(request.shop.timezone),
    )
