"""Addresses of the alert pages, below ``/alerts/``."""

from django.urls import path

from .views import alert_list, close_alert, take_alert

app_name = "alerts"
urlpatterns = [
    path("", alert_list, name="list"),
    path("<int:alert_id>/take/", take_alert, name="take"),
    path("<int:alert_id>/close/", close_alert, name="close"),
]
