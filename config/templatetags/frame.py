"""Template tags of the staff frame: money, times in the shop's zone, progress, badges.

{% load frame %}
{{ amount|money:shop.currency }}                     1,234.50 CAD
{% change before after shop.currency %}              24.00 → 19.99 CAD, in percent too
{% when job.created_at %}                            3 min ago (the exact time in its title)
{% when job.created_at "both" %}                     3 min ago · 21 Nov 14:02 EST
{% progress done total started_at moved_at %}        bar, count, rate, time left, stalled since
{% badge "Parked" "warn" %}                          neutral good busy warn bad
"""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.progress import Progress, duration
from foundation.currencies import digits_of
from foundation.tabs import link

register = template.Library()

MINUS, MISSING = "\N{MINUS SIGN}", "\N{EN DASH}"


def _digits(amount: Decimal, currency: str) -> str:
    return f"{amount:,.{digits_of(currency)}f}"


@register.filter
def money(amount: Any, currency: str = "") -> str:
    """Write an amount with its currency; a dash where there is none."""
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        return MISSING
    return f"{_digits(value, currency)} {currency}".rstrip().replace("-", MINUS)


@register.filter
def number(value: Any) -> str:
    """Write a count with thousands separated; a dash where there is none."""
    return MISSING if value is None or value == "" else f"{value:,}"


@register.inclusion_tag("frame/parts/change.html")
def change(before: Any, after: Any, currency: str = "") -> dict[str, Any]:
    """Show what an amount was and what it is to be, with the difference in percent."""
    old = None if before in (None, "") else Decimal(str(before))
    new = None if after in (None, "") else Decimal(str(after))
    percent = (new - old) / old * 100 if old and new is not None else None
    return {
        "before": money(old),
        "after": money(new, currency),
        "up": percent is not None and percent > 0,
        "percent": f"{percent:+.1f} %".replace("-", MINUS) if percent else "",
    }


def zone_of(context: Context) -> dt.tzinfo:
    """Return the current shop's zone, UTC where there is no shop."""
    shop = context.get("shop")
    try:
        return ZoneInfo(shop.timezone) if shop else dt.UTC
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC


@register.simple_tag(takes_context=True)
def shop_time(context: Context, moment: dt.datetime | None) -> str:
    """Write a moment in the shop's zone: 21 Nov 2026, 14:02:07 EST."""
    if moment is None:
        return MISSING
    return moment.astimezone(zone_of(context)).strftime("%-d %b %Y, %H:%M:%S %Z")


@register.simple_tag(takes_context=True)
def when(context: Context, moment: dt.datetime | None, form: str = "") -> SafeString:
    """Write a moment as people say it; the exact time is its title, or beside it ("both")."""
    if moment is None:
        return format_html('<span class="fr-muted">{}</span>', MISSING)
    now = context.get("now") or timezone.now()
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 5:  # noqa: PLR2004 -- seconds that nobody cares to count
        said = "just now"
    else:
        said = f"{duration(seconds)} ago" if seconds > 0 else f"in {duration(-seconds)}"
    local = moment.astimezone(zone_of(context))
    exact = shop_time(context, moment)
    beside = SafeString()
    if form == "both":
        beside = format_html(' <span class="fr-exact">{}</span>', local.strftime("%-d %b %H:%M %Z"))
    return format_html(
        '<time datetime="{}" title="{}">{}{}</time>',
        moment.astimezone(dt.UTC).isoformat(timespec="seconds"),
        exact,
        said,
        beside,
    )


@register.inclusion_tag("frame/parts/progress.html")
def progress(
    done: int | None,
    total: int | None,
    started_at: dt.datetime | None = None,
    moved_at: dt.datetime | None = None,
) -> dict[str, Any]:
    """Show how far work is, how quick, how long it will take, and since when it stands still."""
    return {"p": Progress.of(done, total, started_at, moved_at, timezone.now())}


@register.simple_tag
def took(started_at: dt.datetime | None, ended_at: dt.datetime | None) -> str:
    """Say how long something took; a dash when it never began or has not ended."""
    if started_at is None or ended_at is None:
        return MISSING
    seconds = (ended_at - started_at).total_seconds()
    return f"{seconds * 1000:,.0f} ms" if seconds < 1 else duration(seconds)


@register.inclusion_tag("frame/parts/badge.html")
def badge(text: str, tone: str = "neutral", icon: str = "") -> dict[str, Any]:
    """Show a state: colour, and always a word."""
    return {"text": text, "tone": tone, "icon": icon}


@register.simple_tag(takes_context=True)
def query(context: Context, **changed: Any) -> str:
    """Return this page's query string with some parameters changed; an empty value removes one.

    Cursors are dropped: another filter starts at the first page.
    """
    return link(context["request"], **changed)
