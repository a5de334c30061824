"""Where a person goes on to after a deed: back to the page that asked for it."""

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def onward(request: HttpRequest, default: str, /, **params: Any) -> HttpResponseRedirect:
    """Lead to the posted ``next``, if it is one of our own pages, else to ``default``.

    ``default`` is a page's name, ``params`` are what its address is made with.
    """
    wanted = request.POST.get("next", "")
    return redirect(wanted if is_ours(request, wanted) else resolve_url(default, **params))


def is_ours(request: HttpRequest, address: str) -> bool:
    """Tell whether an address that was sent to us leads to one of our own pages."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
