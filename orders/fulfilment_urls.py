"""The production queue, below ``/fulfilment/``."""

from django.urls import path

from .views import fulfilment

app_name = "fulfilment"
_BATCH = "zips/<uuid:batch_id>/"
urlpatterns = [
    path("", fulfilment.queue, name="queue"),
    path("zips/", fulfilment.pack, name="pack"),
    path(_BATCH, fulfilment.batch_page, name="batch"),
    path(f"{_BATCH}file/", fulfilment.batch_file, name="batch_file"),
    path(f"{_BATCH}stop/", fulfilment.batch_stop, name="batch_stop"),
    path(f"{_BATCH}ready/", fulfilment.batch_ready, name="batch_ready"),
    path("ship/", fulfilment.ship_list, name="ship_list"),
]
