"""Where a person goes after a deed: back to the page that asked for it."""

from django.http import HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from foundation.shops.api import ShopRequest


def onward(request: ShopRequest, default: str) -> HttpResponseRedirect:
    """Lead to the posted ``next``, if it is one of our own pages, else to ``default``."""
    wanted = request.POST.get("next", "")
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(wanted if ours else resolve_url(default))
