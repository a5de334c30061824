"""Log-in, log-out, own password, and the shop one works in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy
from django.views.decorators.http import require_POST

from .access import ShopRequest, shop_page
from .forms import ShopSwitchForm
from .middleware import SESSION_KEY
from .onward import is_ours
from .queries import shop_or_404

# First parts of addresses that are a list of the current shop by themselves.
LISTS = frozenset({"pricing", "campaigns", "catalog", "alerts", "audit", "exports"})


class LogInView(auth.LoginView):
    """The one log-in page, for merchants' staff and ops. django-axes slows guessing down."""

    template_name = "frame/login.html"
    redirect_authenticated_user = True
    extra_context = {"title": "Log in"}  # noqa: RUF012 -- Django's own attribute, never changed


class LogOutView(auth.LogoutView):
    """Ends the session; by POST only, so that no link or picture can do it."""

    http_method_names = ("post", "options")


class OwnPasswordView(auth.PasswordChangeView):
    """A person changes the own password; the other sessions of the account end."""

    template_name = "frame/password.html"
    success_url = reverse_lazy("index")
    extra_context = {"title": "Change password"}  # noqa: RUF012 -- as above

    def form_valid(self, form: Any) -> HttpResponse:
        """Say that it worked, on the page that follows."""
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)


@require_POST
@shop_page()
def switch_shop(request: ShopRequest) -> HttpResponse:
    """Work in another shop from now on; a shop of strangers does not exist."""
    form = ShopSwitchForm(request.POST)
    if not form.is_valid():
        raise Http404
    shop = shop_or_404(request.user, form.cleaned_data["shop"])
    request.session[SESSION_KEY] = str(shop.pk)
    wanted = form.cleaned_data["next"]
    # A page about one row of the old shop would be a 404 in the new one: keep its first part only.
    first = wanted.partition("?")[0].split("/")[1] if is_ours(request, wanted) else ""
    return HttpResponseRedirect(f"/{first}/" if first in LISTS else "/")
