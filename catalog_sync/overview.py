"""The catalogue's card on the index."""

import datetime as dt
from uuid import UUID

from django.urls import reverse

from foundation.cards import Card, Line, Running, Tone

from .contracts import Selection
from .models import Variant
from .queries import totals
from .standing import MirrorStanding, mirrors_of

LATE = dt.timedelta(minutes=2)


def overview(shop_id: UUID, now: dt.datetime) -> Card:
    """Say what the mirror holds, what is sold out, and whether it is current. Seven queries."""
    url = reverse("catalog:product_list")
    mirrors = mirrors_of(shop_id)
    found = totals(shop_id, Selection(all=True))
    lines: list[Line] = []
    if found.variants:
        empty = Variant.objects.for_shop(shop_id).filter(
            deleted_at=None, product__deleted_at=None, product__status="active", stock__lte=0
        )
        sold_out = empty.count()
        lines = [
            Line("Products", f"{found.products:,}", url),
            Line("Variants", f"{found.variants:,}", url),
            Line(
                "Sold out",
                f"{sold_out:,}",
                f"{url}?status=active&stock_max=0",
                Tone.WARN if sold_out else Tone.GOOD,
            ),
        ]
        lines += [_freshness(each, url, now) for each in mirrors]
    return Card(
        title="Catalogue",
        url=url,
        icon="inventory_2",
        lines=tuple(lines),
        waiting=tuple(line for each in mirrors for line in _waiting(each, url)),
        running=tuple(_running(each, url) for each in mirrors if each.syncing),
        empty_hint="Connect a Shopify shop and read its catalogue: prices and stock begin there.",
    )


def _freshness(mirror: MirrorStanding, url: str, now: dt.datetime) -> Line:
    if mirror.synced_at is None:
        return Line(mirror.account, "never read completely", url, Tone.WARN)
    if mirror.lag is not None and mirror.lag > LATE:
        minutes = mirror.lag.total_seconds() / 60
        return Line(mirror.account, f"webhooks {minutes:.0f} min late", url, Tone.WARN)
    days = (now - mirror.synced_at).days
    told = f"read {days} days ago" if days > 1 else "up to date"
    return Line(mirror.account, told, url, Tone.GOOD)


def _waiting(mirror: MirrorStanding, url: str) -> list[Line]:
    found = []
    if mirror.failed:
        found.append(Line(f"{mirror.account}: the full sync failed", "look", url, Tone.BAD))
    if mirror.missing_topics:
        count = len(mirror.missing_topics)
        found.append(Line(f"{mirror.account}: webhooks missing", f"{count}", url, Tone.WARN))
    return found


def _running(mirror: MirrorStanding, url: str) -> Running:
    progress = mirror.progress
    return Running(
        label=f"Full sync of {mirror.account}",
        url=url,
        done=(progress.done or 0) if progress else 0,
        total=(progress.total or 0) if progress else 0,
        started_at=progress.started_at if progress else None,
        moved_at=progress.moved_at if progress else None,
    )
