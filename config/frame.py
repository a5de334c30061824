"""The staff frame: Unfold's settings, the sidebar, and what every page's template may use."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the sidebar and in the command palette.

    ``name`` is a URL name; an entry whose page does not exist is left out. ``words`` help the
    palette find it. ``within``: a room of the place above it, which leads there; the sidebar does
    not show it.
    """

    title: str
    name: str
    icon: str
    words: str = ""
    ops: bool = False
    within: bool = False


SIDEBAR: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    ("", (Entry("Overview", "index", "space_dashboard", "home dashboard start"),)),
    (
        "Shop",
        (
            Entry("Prices", "pricing:job_list", "sell", "price jobs rules reprice rollback"),
            Entry("Price ledger", "pricing:ledger", "history", "price history", within=True),
            Entry("Price lists", "pricing:files", "upload_file", "csv upload", within=True),
            Entry("Price locks", "pricing:locks", "lock", "never touch", within=True),
            Entry("Rule sets", "pricing:rule_sets", "rule", "saved rules", within=True),
            Entry("Saved filters", "pricing:filters", "filter_alt", "selections", within=True),
            Entry("Campaigns", "campaigns:list", "campaign", "stock triggers sale automatic"),
            Entry("Orders", "orders:list", "receipt_long", "prints customers refunds payments"),
            Entry("Fulfilment", "fulfilment:queue", "print", "production zip tickets ship"),
            Entry(
                "Ship by list", "fulfilment:ship_list", "local_shipping", "tracking", within=True
            ),
            Entry("Designs", "print_tables:designs", "palette", "prints customers photos previews"),
            Entry("Renders", "print_tables:renders", "image", "print files queue previews"),
            Entry(
                "Print shop", "print_tables:print_shop", "storefront", "set up open close stripe"
            ),
            Entry("Print products", "print_tables:products", "crop_portrait", "sizes", within=True),
            Entry("Shipping rates", "print_tables:shipping", "local_shipping", within=True),
            Entry("Taxes", "print_tables:taxes", "percent", "hst gst qst rates", within=True),
            Entry("Catalogue", "catalog:product_list", "inventory_2", "products variants stock"),
        ),
    ),
    (
        "Operations",
        (
            Entry("Jobs", "work:jobs", "bolt", "queue running dead retry parked workers"),
            Entry("Exchanges", "exchanges", "swap_horiz", "calls api log shopify"),
            Entry("Mails", "mails:list", "mail", "e-mail sent messages outbox smtp"),
            Entry("Connections", "connections:list", "cable", "shopify token webhook secret"),
            Entry("Alerts", "alerts:list", "notifications", "problems warnings"),
            Entry("Audit", "audit_list", "history", "who did what record"),
            Entry("Exports", "exports:list", "download", "csv download"),
            Entry("API", "api:docs", "api", "rest json openapi swagger token developers"),
            Entry("Panic switch", "panic", "front_hand", "freeze stop everything"),
        ),
    ),
    ("Installation", (Entry("Database", "admin:index", "database", "django admin", ops=True),)),
)


def address(entry: Entry) -> str:
    """Return the page's URL; empty when it does not exist."""
    try:
        return reverse(entry.name)
    except NoReverseMatch:
        return ""


def entries_for(user: Any) -> list[tuple[str, list[tuple[Entry, str]]]]:
    """Return the groups of entries this person may open, each with its URL."""
    groups = []
    for title, entries in SIDEBAR:
        seen = [(entry, address(entry)) for entry in entries if user.is_staff or not entry.ops]
        groups.append((title, [(entry, url) for entry, url in seen if url]))
    return groups


def navigation(request: Any) -> list[dict[str, Any]]:
    """Build Unfold's sidebar for a request; called by Unfold."""
    groups = entries_for(request.user)
    here = _place_of(request.path, groups)
    return [
        {
            "title": title,
            "separator": bool(title),
            "items": [
                {
                    "title": entry.title,
                    "icon": entry.icon,
                    "link": url,
                    "active": _is_here(url, here),
                }
                for entry, url in entries
                if not entry.within
            ],
        }
        for title, entries in groups
        if entries
    ]


def _place_of(path: str, groups: list[tuple[str, list[tuple[Entry, str]]]]) -> str:
    """Return the place that a page lies in: the nearest, where one lies in another."""
    places = [url for _, entries in groups for entry, url in entries if not entry.within]
    above = [url for url in places if (path == url if url == "/" else path.startswith(url))]
    return max(above, key=len, default="")


def _is_here(url: str, here: str) -> Any:
    # Unfold calls what it finds under "active" with the request.
    return lambda _request: url == here


# Teal of Tailwind's palette, one step darker: white on 600 and 600 on white pass WCAG AA.
PRIMARY = {
    "50": "oklch(98.4% .014 180.72)",
    "100": "oklch(95.3% .051 180.801)",
    "200": "oklch(91% .096 180.426)",
    "300": "oklch(85.5% .138 181.071)",
    "400": "oklch(77.7% .152 181.912)",
    "500": "oklch(70.4% .14 182.503)",
    "600": "oklch(51.1% .096 186.391)",
    "700": "oklch(43.7% .078 188.216)",
    "800": "oklch(38.6% .063 188.416)",
    "900": "oklch(33% .055 190)",
    "950": "oklch(27.7% .046 192.524)",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Backroom",
    "SITE_HEADER": "Backroom",
    "SITE_SYMBOL": "storefront",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _request: static("favicon.svg"),
        }
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {"primary": PRIMARY},
    "STYLES": [lambda _request: static("frame.css")],
    "SCRIPTS": [],
    "COMMAND": {"search_models": False, "show_history": True},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": "config.frame.navigation",
    },
}


def frame_context(request: Any) -> dict[str, Any]:
    """Give templates the shop, the person's role, the time, and the frame around the page.

    The frame is left out where none is drawn: in fragments that htmx asked for, and in the Django
    admin, which brings it itself.
    """
    # Unfold's tags render templates of their own with the request: several times a page.
    known: dict[str, Any] | None = getattr(request, "frame", None)
    if known is None:
        known = request.frame = _frame_of(request)
    return known


def _frame_of(request: Any) -> dict[str, Any]:
    context: dict[str, Any] = {
        "shop": getattr(request, "shop", None),
        "role": getattr(request, "role", None),
        "memberships": getattr(request, "memberships", []),
        "now": timezone.now(),
        "live_url": settings.LIVE_URL,
    }
    user = getattr(request, "user", None)
    if user is None:
        # An error page of a request that never reached the session.
        return context
    if user.is_authenticated:
        context["bars"] = SimpleLazyObject(lambda: import_string("config.bars.bars_of")(request))
    if request.headers.get("HX-Request") or request.path.startswith("/admin/"):
        return context
    return {**admin.site.each_context(request), **context}
