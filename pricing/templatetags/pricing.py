"""Template tags of the price pages; those of every page are in ``config/templatetags/frame.py``."""

from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.exports.api import exporter_named
from pricing import presenting
from pricing.enums import Outcome, PricingJobState

register = template.Library()

MINUS, MISSING = "\N{MINUS SIGN}", "\N{EN DASH}"

register.filter("variant_name", presenting.variant_name)
register.filter("reason_words", presenting.reason_words)


@register.filter
def percent(value: Decimal | None) -> str:
    """Write a change in percent with its sign; a dash where there is none."""
    return MISSING if value is None else f"{value:+,.1f} %".replace("-", MINUS)


@register.filter
def signed(value: Decimal | None, currency: str) -> str:
    """Write a difference of money with its sign."""
    return MISSING if value is None else f"{value:+,.2f} {currency}".replace("-", MINUS)


@register.filter
def change_percent(row: Any) -> SafeString | str:
    """Write what a planned row changes, in percent and coloured by direction."""
    if row.target_price is None or not row.before_price:
        return MISSING
    change = (row.target_price - row.before_price) / row.before_price * 100
    tone = "fr-up" if change > 0 else "fr-down"
    return format_html('<span class="{}">{}</span>', tone, percent(change))


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


@register.inclusion_tag("pricing/parts/export.html", takes_context=True)
def export_link(context: Any, kind: str, *, label: str, **params: Any) -> dict[str, Any]:
    """Draw a button that starts a CSV export; nothing when there is no such export."""
    url = reverse("exports:start", kwargs={"kind": kind}) if exporter_named(kind) else ""
    said = {name: str(value) for name, value in params.items() if value}
    return {"url": url, "label": label, "params": said, "request": context["request"]}
