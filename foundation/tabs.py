"""Tabs above a table, and addresses of the same page that show another part of it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

ROWS = "#rows"
"""Where the table of a page is that has more than a table."""
_OF_ANOTHER_PART = ("before", "after", "seen")
"""Cursors belong to the rows they were cut from, ``seen`` to a fragment that asks by itself."""


@dataclass(frozen=True, slots=True)
class TabLink:
    """One tab, as templates/frame/parts/tabs.html draws it; ``count`` None: not counted."""

    label: str
    url: str
    count: int | None
    current: bool
    tone: str = ""


def link(request: HttpRequest, anchor: str = "", /, **changed: Any) -> str:
    """Return the address of this page with some parameters changed, from its first page.

    An empty value removes one.
    """
    params = request.GET.copy()
    for name in (*_OF_ANOTHER_PART, *changed):
        params.pop(name, None)
    for name, value in changed.items():
        if value not in (None, ""):
            params[name] = str(value)
    return f"?{params.urlencode()}{anchor}"
