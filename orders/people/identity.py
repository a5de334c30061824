"""Which print shop a request is for, and whose browser sends it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from orders.models import PrintShop, Visitor

from .callers import Caller
from .services import note_seen

COOKIE = "print_shop_visitor"
COOKIE_SECONDS = 365 * 24 * 3600
_SALT = "orders.visitor"


def print_shop_at(host: str) -> PrintShop:
    """Return the print shop of a host: the one that names it, else the only one there is.

    Raises :class:`django.http.Http404` when that says no shop.
    """
    name = host.partition(":")[0].lower()
    here = PrintShop.objects.select_related("shop").filter(Q(hosts__contains=[name]) | Q(hosts=[]))
    found = list(here)
    named = [each for each in found if each.hosts]
    fitting = named or found
    if len(fitting) != 1:
        raise Http404
    return fitting[0]


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from: behind proxies of ours, what the first of them saw.

    ``CLIENT_PROXIES`` says how many there are; what a client itself writes into the header is
    left of what they add, and never believed.
    """
    hops = settings.CLIENT_PROXIES
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if hops and len(told) >= hops:
        return str(told[-hops]).strip()[:45]
    return str(request.META.get("REMOTE_ADDR") or "")


def caller_of(request: HttpRequest) -> Caller:
    """Return who asks, by the cookie; two queries, one for somebody new."""
    print_shop = print_shop_at(request.get_host())
    visitor = _visitor(request, print_shop)
    if visitor is not None:
        note_seen(visitor)
    return Caller(
        print_shop=print_shop,
        visitor=visitor,
        customer=visitor.customer if visitor else None,
        address=address_of(request),
    )


def _visitor(request: HttpRequest, print_shop: PrintShop) -> Visitor | None:
    given = request.COOKIES.get(COOKIE, "")
    try:
        value: Any = signing.loads(given, salt=_SALT, max_age=COOKIE_SECONDS)
        visitor_id = UUID(value)
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    visitors = Visitor.objects.for_shop(print_shop.shop_id).select_related("customer")
    try:
        return visitors.get(pk=visitor_id)
    except Visitor.DoesNotExist:
        return None


def remember(response: HttpResponseBase, visitor: Visitor) -> None:
    """Give a browser its cookie, for another year."""
    response.set_cookie(
        COOKIE,
        signing.dumps(str(visitor.pk), salt=_SALT),
        max_age=COOKIE_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def forget(response: HttpResponseBase) -> None:
    """Take a browser's cookie away."""
    response.delete_cookie(COOKIE, samesite="Lax")
