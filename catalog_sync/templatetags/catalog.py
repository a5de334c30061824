"""Links that change one filter of the address, and a product's state as a badge."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.template.context import Context

from catalog_sync.enums import ProductStatus
from catalog_sync.listing import ProductDetail
from foundation.tabs import link

register = template.Library()

_TONES = {ProductStatus.ACTIVE: "good", ProductStatus.DRAFT: "warn"}


@register.simple_tag(takes_context=True)
def query_with(context: Context, name: str, value: str) -> str:
    """Return this page's query string with one parameter set; another filter starts at page 1."""
    return link(context["request"], **{name: value})


@register.simple_tag(takes_context=True)
def query_without(context: Context, name: str) -> str:
    """Return this page's query string without one parameter."""
    return link(context["request"], **{name: ""})


@register.inclusion_tag("frame/parts/badge.html")
def status_badge(status: str) -> dict[str, Any]:
    """Show a product's state: colour, and always a word."""
    known = ProductStatus(status)
    return {"text": known.label, "tone": _TONES.get(known, "neutral"), "icon": ""}


@register.filter
def picture(url: str) -> str:
    """Return where the browser finds a picture: the operator may have mapped its host."""
    parts = urlsplit(url)
    mapped = settings.OUTBOUND_ADDRESS_MAP.get(parts.hostname or "")
    return f"{mapped}{parts.path}" if mapped else url


@register.filter
def seconds(length: dt.timedelta) -> str:
    """Write a length of time: 0.4 s, 12 s, 3 min, 5 h, 3 days."""
    whole = length.total_seconds()
    if whole < 10:  # noqa: PLR2004 -- tenths are worth showing below ten
        return f"{whole:.1f} s"
    # Two of a unit are still told in the smaller one.
    for most, unit, name in ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3_600, "h")):
        if whole < most:
            return f"{whole / unit:.0f} {name}"
    return f"{whole / 86_400:.0f} days"


@register.simple_tag
def column(names: Sequence[str], index: int) -> str:
    """Return the name of a column."""
    return names[index]


@register.simple_tag
def variant_of(detail: ProductDetail, item_id: int) -> str:
    """Name the variant an inventory item belongs to."""
    for row in detail.variants:
        if row.variant.inventory_item_id == item_id:
            return row.variant.title or row.variant.sku or "Default"
    return "a deleted variant"
