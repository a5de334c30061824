"""Every address of the house. A new one is added to the table in tests/test_every_url.py, too."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import audit, palette, panic, views
from config.connections.exchanges import exchange_list

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.index, name="index"),
    path("", include("foundation.shops.urls")),
    path("frame/bars/", views.frame_bars, name="frame_bars"),
    path("palette/", palette.palette, name="palette"),
    path("panic/", panic.panic, name="panic"),
    path("panic/freeze/", panic.freeze_shop, name="panic_freeze"),
    path("panic/release/", panic.release_shop, name="panic_release"),
    path("audit/", audit.audit_list, name="audit_list"),
    path("operations/exchanges/", exchange_list, name="exchanges"),
    path("admin/", admin.site.urls),
]

for _prefix, _module in (
    ("operations/", "foundation.work.urls"),
    ("operations/connections/", "config.connections.urls"),
    ("alerts/", "foundation.alerts.urls"),
    ("exports/", "foundation.exports.urls"),
    ("pricing/", "pricing.urls"),
    ("catalog/", "catalog_sync.urls"),
    ("webhooks/", "foundation.inbox.urls"),
):
    if find_spec(_module):
        urlpatterns.append(path(_prefix, include(_module)))
