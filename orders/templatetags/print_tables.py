"""Template tags of the pages of designs, renders, products and rates."""

from decimal import Decimal
from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from orders.presenting.tables import percent

register = template.Library()
register.filter("percent", percent)
_KILO: Final = 1000


@register.filter
def plain(value: Decimal) -> str:
    """Write a measure without zeros that say nothing: 300.0 is 300."""
    return f"{value.normalize():f}" if value else "0"


@register.filter
def megabytes(count: int | None) -> str:
    """Say how large a file is."""
    if count is None:
        return ""
    if count < _KILO * _KILO:
        return f"{count / _KILO:,.0f} KB"
    return f"{count / _KILO / _KILO:,.1f} MB"


@register.filter
def seconds(value: float | None) -> str:
    """Say how long drawing took."""
    return "" if value is None else f"{value:,.1f} s"


@register.simple_tag
def swatch(colour: str) -> SafeString:
    """Show a colour of a design, and its name for those who do not see it."""
    return format_html(
        '<span class="ot-swatch"><svg viewBox="0 0 1 1" aria-hidden="true">'
        '<rect width="1" height="1" fill="{}"/></svg>{}</span>',
        colour,
        colour,
    )


@register.filter
def hexadecimal(checksum: int) -> str:
    """Write a checksum as it stands in the names of files."""
    return f"{checksum:08x}"
