"""Addresses of the mail pages, below ``/operations/mails/``."""

from django.urls import path

from .views import mail_detail, mail_list, mark_sent, send_again

app_name = "mails"
urlpatterns = [
    path("", mail_list, name="list"),
    path("<uuid:mail_id>/", mail_detail, name="detail"),
    path("<uuid:mail_id>/again/", send_again, name="again"),
    path("<uuid:mail_id>/sent/", mark_sent, name="mark_sent"),
]
