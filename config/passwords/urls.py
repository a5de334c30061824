"""Addresses of the pages about a forgotten password, below ``/password/``."""

from django.urls import path

from .views import DoneView, ForgottenView, LinkSentView, NewPasswordView

urlpatterns = [
    path("forgotten/", ForgottenView.as_view(), name="password_reset"),
    path("forgotten/sent/", LinkSentView.as_view(), name="password_reset_done"),
    path("new/<uidb64>/<token>/", NewPasswordView.as_view(), name="password_reset_confirm"),
    path("new/done/", DoneView.as_view(), name="password_reset_complete"),
]
