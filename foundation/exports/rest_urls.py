"""The addresses of exports for programs, below /api/."""

from django.urls import path

from .rest import views

app_name = "exports_api"
urlpatterns = [
    path("admin/exports/", views.ExportsView.as_view(), name="exports"),
    path("admin/exports/exporters/", views.ExportersView.as_view(), name="exporters"),
    path("admin/exports/<uuid:export_id>/", views.ExportView.as_view(), name="export"),
    path("admin/exports/<uuid:export_id>/cancel/", views.CancelView.as_view(), name="cancel"),
]
