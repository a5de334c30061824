"""The staff frame: Unfold's settings and what every page's template may use."""

from typing import Any

UNFOLD: dict[str, Any] = {"SITE_TITLE": "Backroom", "SITE_HEADER": "Backroom"}


def frame_context(request: Any) -> dict[str, Any]:
    """Give templates the current shop."""
    return {"shop": getattr(request, "shop", None)}
