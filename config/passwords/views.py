"""Ask for a link, follow it, set a new password: Django's own views in the frame's look."""

import time
from typing import Any

from django.contrib.auth import views as auth
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.generic import FormView, TemplateView

from .forms import ForgottenForm
from .services import ask_for_link, password_was_set

# An answer takes at least so long, so that its time does not tell whether a mail was written.
AT_LEAST_SECONDS = 0.3


class ForgottenView(FormView):  # type: ignore[type-arg]  # not generic at run time
    """Take an address and say the same whatever it is."""

    template_name = "frame/password_forgotten.html"
    form_class = ForgottenForm
    success_url = reverse_lazy("password_reset_done")
    extra_context = {"title": "Forgotten password"}  # noqa: RUF012 -- Django's own attribute

    def form_valid(self, form: ForgottenForm) -> HttpResponse:
        """Write the mail, if there is anybody to write to."""
        began = time.monotonic()
        ask_for_link(email=form.cleaned_data["email"], now=timezone.now())
        time.sleep(max(0.0, AT_LEAST_SECONDS - (time.monotonic() - began)))
        return super().form_valid(form)


class LinkSentView(TemplateView):
    """Say what happens now."""

    template_name = "frame/password_link_sent.html"
    extra_context = {"title": "Look into your mail"}  # noqa: RUF012 -- as above


class NewPasswordView(auth.PasswordResetConfirmView):
    """Take the new password from whoever has the link; the token leaves the address at once."""

    template_name = "frame/password_new.html"
    success_url = reverse_lazy("password_reset_complete")

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it; every session of the account ends with the old password."""
        answer = super().form_valid(form)
        password_was_set(user=form.user)
        return answer


class DoneView(TemplateView):
    """Lead to the log-in page."""

    template_name = "frame/password_done.html"
    extra_context = {"title": "Password set"}  # noqa: RUF012 -- as above
