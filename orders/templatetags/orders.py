"""Template tags of the pages of orders; every page has those of ``config/templatetags``, too."""

from decimal import Decimal

from django import template

from orders import presenting
from orders.sales.addresses import country_name

register = template.Library()

register.filter("file_size", presenting.file_size)
register.filter("sentence", presenting.sentence)
register.filter("country", country_name)


@register.filter
def share(rate: Decimal) -> str:
    """Write a share in percent, with as many digits as it has."""
    return f"{(rate * 100).normalize():f} %"


@register.filter
def words(said: str) -> str:
    """Write one of Stripe's words as people do."""
    return said.replace("_", " ")


@register.filter
def status_tone(status: str) -> str:
    """Return the colour of an order's status."""
    return str(presenting.STATUS_TONES.get(status, "neutral"))
