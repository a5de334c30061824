"""Every address of the house. A new one is added to the table in tests/test_every_url.py, too.

Webhooks are answered in front of Django (config/wsgi.py), health by a middleware.
"""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import audit, palette, panic, views
from config.connections.exchanges import exchange_list

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.index, name="index"),
    path("", include("foundation.shops.urls")),
    path("password/", include("config.passwords.urls")),
    path("frame/bars/", views.frame_bars, name="frame_bars"),
    path("palette/", palette.palette, name="palette"),
    path("panic/", panic.panic, name="panic"),
    path("panic/freeze/", panic.freeze_shop, name="panic_freeze"),
    path("panic/release/", panic.release_shop, name="panic_release"),
    path("audit/", audit.audit_list, name="audit_list"),
    path("operations/exchanges/", exchange_list, name="exchanges"),
    path("operations/mails/", include("foundation.mail.urls")),
    path("operations/", include("foundation.work.urls")),
    path("operations/connections/", include("config.connections.urls")),
    path("alerts/", include("foundation.alerts.urls")),
    path("exports/", include("foundation.exports.urls")),
    path("files/", include("foundation.storage.urls")),
    path("pricing/", include("pricing.urls")),
    path("campaigns/", include("campaigns.urls")),
    path("catalog/", include("catalog_sync.urls")),
    path("orders/", include("orders.tables_urls")),
    path("orders/", include("orders.urls")),
    path("fulfilment/", include("orders.fulfilment_urls")),
    path("print-shop/", include("orders.shopfront.urls")),
    # Each app's JSON views stand in its own rest_urls, below the same /api/.
    path("api/", include("foundation.rest.urls")),
    path("api/", include("foundation.exports.rest_urls")),
    path("api/", include("pricing.rest_urls")),
    path("api/", include("campaigns.rest_urls")),
    path("api/", include("orders.rest_urls")),
    path("admin/", admin.site.urls),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
