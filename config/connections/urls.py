"""Addresses of the connection pages, below ``/operations/connections/``."""

from django.urls import path

from . import stripe_views, views

app_name = "connections"
urlpatterns = [
    path("", views.connection_list, name="list"),
    path("add/", views.connection_add, name="add"),
    path("add/stripe/", stripe_views.stripe_add, name="add-stripe"),
    path("<uuid:connection_id>/", views.connection_detail, name="detail"),
    path("<uuid:connection_id>/test/", views.connection_test, name="test"),
    path("<uuid:connection_id>/park/", views.connection_park, name="park"),
    path("<uuid:connection_id>/resume/", views.connection_resume, name="resume"),
    path("<uuid:connection_id>/secrets/", views.connection_secrets, name="secrets"),
    path("<uuid:connection_id>/endpoint/", stripe_views.stripe_endpoint, name="endpoint"),
]
