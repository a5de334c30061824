"""The buttons that ask for an export."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.http import urlencode

from foundation.exports.registry import exporter_named

register = template.Library()


@register.inclusion_tag("exports/export_link.html", takes_context=True)
def export_link(
    context: Any, kind: str, *, label: str, chosen: Mapping[str, str] | None = None, **params: Any
) -> dict[str, Any]:
    """Draw a button that starts a CSV export, and one beside it to choose its columns first.

    Nothing when there is no such export, or the person's role is too weak for it. ``chosen`` and
    ``params`` are its filters; what is empty is left out.
    """
    request = context["request"]
    exporter = exporter_named(kind)
    said = {name: str(value) for name, value in {**(chosen or {}), **params}.items() if value}
    return {
        "kind": kind if exporter is not None and request.role.may(exporter.role) else "",
        "label": label,
        "params": said,
        "query": urlencode(said),
        "request": request,
    }
