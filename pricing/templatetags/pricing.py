"""Template tags of the price pages; those of every page are in ``config/templatetags/frame.py``."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pricing import presenting
from pricing.enums import Outcome, PlanWarning, PricingJobState

register = template.Library()

MINUS, MISSING = "\N{MINUS SIGN}", "\N{EN DASH}"

register.filter("variant_name", presenting.variant_name)
register.filter("reason_words", presenting.reason_words)


@register.filter
def moment(at: str, zone: str) -> str:
    """Write a moment, given in ISO 8601, by the clocks of a zone: for letters, which keep texts."""
    known = presenting.known_zone(zone)
    found = dt.datetime.fromisoformat(at)
    return presenting.Moment.of(found, known, found).words


@register.filter
def percent(value: Decimal | None) -> str:
    """Write a change in percent with its sign; a dash where there is none."""
    return MISSING if value is None else f"{value:+,.1f} %".replace("-", MINUS)


@register.filter
def signed(value: Decimal | None, currency: str) -> str:
    """Write a difference of money with its sign."""
    return MISSING if value is None else f"{value:+,.2f} {currency}".replace("-", MINUS)


@register.filter
def change_percent(change: Decimal | None) -> SafeString | str:
    """Write a change in percent, coloured by direction."""
    if change is None:
        return MISSING
    tone = "fr-up" if change > 0 else "fr-down" if change < 0 else "fr-muted"
    return format_html('<span class="{}">{}</span>', tone, percent(change))


@register.filter
def whole_percent(value: Decimal | None) -> str:
    """Write a share in percent, such as a margin; a dash where there is none."""
    return MISSING if value is None else f"{value:,.1f} %".replace("-", MINUS)


@register.filter
def outcome_tone(outcome: str) -> str:
    """Return the colour of an outcome."""
    return str(presenting.OUTCOME_TONES.get(Outcome(outcome), "neutral"))


@register.filter
def state_label(state: str) -> str:
    """Name a state of a price job."""
    return str(PricingJobState(state).label)


@register.filter
def error_note(errors: Any) -> SafeString | str:
    """Write errors that belong to no field above the form."""
    if not errors:
        return ""
    return format_html('<div class="fr-note fr-bad" role="alert">{}</div>', " ".join(errors))


@register.filter
def fields(form: Any, names: str) -> list[Any]:
    """Return some fields of a form, by comma-separated names."""
    return [form[name] for name in names.split(",")]


@register.filter
def warning_badge(name: str) -> str:
    """Say a warning of a plan in a word or two, as beside its rows."""
    return presenting.WARNING_BADGES[PlanWarning(name)]
