"""Addresses of the export pages, below ``/exports/``."""

from django.urls import path

from .views import cancel, download, export_list, file, options, start

app_name = "exports"
urlpatterns = [
    path("", export_list, name="list"),
    path("start/<str:kind>/", start, name="start"),
    path("options/<str:kind>/", options, name="options"),
    path("file/<str:token>/", file, name="file"),
    path("<uuid:export_id>/download/", download, name="download"),
    path("<uuid:export_id>/cancel/", cancel, name="cancel"),
]
