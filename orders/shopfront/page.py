"""What all pages of the print shop have in common: who asks, the policy, how a page is drawn."""

import math
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, Final, ParamSpec
from uuid import UUID
from zoneinfo import ZoneInfo

from csp.constants import NONCE
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from foundation.storage.api import StorageDown
from orders.contracts import IllegalMove, Refused
from orders.models import Design, Order, PrintShop, Visitor
from orders.people.allowances import TooMuch
from orders.people.callers import Caller
from orders.people.identity import caller_of, remember
from orders.people.services import as_visitor

Arguments = ParamSpec("Arguments")
# Nothing but our own origin, no inline script or style. Stripe's page is reached by a link or by
# script: form-action would bind the redirect after a form, too.
POLICY: dict[str, list[Any]] = {
    "default-src": ["'none'"],
    "script-src": [NONCE],
    "style-src": [NONCE],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'", *([settings.LIVE_URL] if settings.LIVE_URL else [])],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
_MINUTES_FROM: Final = 91
_MISSING = {"no-such-design", "no-such-order", "no-such-photo", "no-such-line"}


class ShopRequest(HttpRequest):
    """What the views of this room are handed."""

    caller: Caller
    new_visitor: Visitor | None


View = Callable[Concatenate[ShopRequest, Arguments], HttpResponseBase]


def shop_page(view: View[Arguments]) -> Callable[..., HttpResponseBase]:
    """Make a view a page of the print shop at the request's host.

    What is not there or not the caller's is 404, what is asked too often 429; nothing is cached.
    """

    @wraps(view)
    def answered(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.new_visitor = None
        try:
            request.caller = caller_of(request)
        except Http404:
            return _closed(_plain(request, "print_shop/no_shop.html", HTTPStatus.NOT_FOUND))
        try:
            answer = view(request, *args, **kwargs)
        except (Http404, TooMuch, Refused, IllegalMove, StorageDown) as error:
            answer = _told(request, error)
        if request.new_visitor is not None:
            remember(answer, request.new_visitor)
        return _closed(answer)

    closed: Callable[..., HttpResponseBase] = csp_replace(POLICY)(answered)
    return closed


def _closed(answer: HttpResponseBase) -> HttpResponseBase:
    """Let nobody keep a page: it is one visitor's, and carries a form token."""
    answer.headers.setdefault("Cache-Control", "private, no-store")
    if isinstance(answer, HttpResponse):
        patch_vary_headers(answer, ("Cookie",))
    return answer


def _told(request: ShopRequest, error: Exception) -> HttpResponse:
    """Say why something was not done; to a script in one sentence."""
    status, template, said, seconds = HTTPStatus.CONFLICT, "refused", str(error), 0
    if isinstance(error, Http404) or (isinstance(error, Refused) and error.code in _MISSING):
        status, template, said = HTTPStatus.NOT_FOUND, "404", "This is gone."
    elif isinstance(error, TooMuch):
        status, template, seconds = HTTPStatus.TOO_MANY_REQUESTS, "too_much", error.seconds
    elif isinstance(error, StorageDown):
        status, seconds = HTTPStatus.SERVICE_UNAVAILABLE, 30
        said = "Pictures cannot be shown at the moment. Nothing is lost; try again soon."
    answer: HttpResponse
    if wants_json(request):
        answer = JsonResponse({"said": said}, status=status)
    else:
        context = {"said": said, "wait": _wait(seconds)}
        answer = draw(request, f"print_shop/{template}.html", context, status=status)
    if seconds:
        answer["Retry-After"] = str(seconds)
    return answer


def _wait(seconds: int) -> str:
    """Write how long to wait, as people count."""
    if seconds >= _MINUTES_FROM:
        return f"{math.ceil(seconds / 60)} minutes"
    return f"{seconds} second" if seconds == 1 else f"{seconds} seconds"


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a script asks, which shows what it is told by itself."""
    return request.headers.get("Accept", "").startswith("application/json")


def _plain(request: HttpRequest, template: str, status: HTTPStatus) -> HttpResponse:
    nonce = str(getattr(request, "csp_nonce", ""))
    return HttpResponse(render_to_string(template, {"nonce": nonce}), status=status)


def draw(
    request: ShopRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """Draw a page, with times by the shop's clocks.

    Not as Django's shortcut: the processors of the staff's frame have no part.
    """
    caller = request.caller
    shop = caller.print_shop.shop
    shown = {
        "print_shop": caller.print_shop,
        "currency": shop.currency,
        "customer": caller.customer,
        "visitor": caller.visitor,
        "csrf_token": get_token(request),
        "nonce": str(getattr(request, "csp_nonce", "")),
        "live_url": settings.LIVE_URL,
        "path": request.path,
        **(context or {}),
    }
    with timezone.override(ZoneInfo(shop.timezone)):
        return HttpResponse(render_to_string(template, shown), status=status)


def visitor_needed(request: ShopRequest) -> Caller:
    """Return the caller, as a visitor with a row and a cookie from now on."""
    caller = as_visitor(request.caller)
    if caller is not request.caller:
        request.new_visitor, request.caller = caller.visitor, caller
    return caller


def my_design(request: ShopRequest, design_id: UUID) -> Design:
    """Return a design of the caller's, with its size and photo; one query."""
    return get_object_or_404(request.caller.designs(), pk=design_id)


def my_order(request: ShopRequest, order_id: UUID) -> Order:
    """Return an order of the caller's; one query."""
    return get_object_or_404(request.caller.orders(), pk=order_id)


def is_open(print_shop: PrintShop) -> bool:
    """Tell whether something can be ordered."""
    return bool(print_shop.open)
