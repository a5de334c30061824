"""Tokens, schema and documents. Each app mounts its own views below /api/ in config/urls.py."""

from django.urls import path

from .documents import SchemaView, documents
from .tokens import RefreshView, TokenView

app_name = "api"
urlpatterns = [
    path("token/", TokenView.as_view(), name="token"),
    path("token/refresh/", RefreshView.as_view(), name="token_refresh"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", documents, name="docs"),
]
