"""Addresses of signed links, below ``/files/``."""

from django.urls import path

from .views import file

app_name = "storage"
urlpatterns = [path("<str:token>/", file, name="file")]
