"""Addresses of the catalogue."""

from django.urls import path

from . import views

app_name = "catalog"

urlpatterns = [
    path("", views.product_list, name="product_list"),
    path("mirror/", views.mirror, name="mirror"),
    path("sync/<uuid:connection_id>/", views.sync, name="sync"),
    path("reconcile/<uuid:connection_id>/", views.reconcile, name="reconcile"),
    path("reconciliations/", views.reconciliations, name="reconciliations"),
    path("products/<uuid:product_id>/", views.product, name="product"),
]
