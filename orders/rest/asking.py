"""The base of the print shop's JSON views: who asks, and how a refusal is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.findings import DocumentErrors
from foundation.rest.api import (
    FieldError,
    HouseView,
    Problem,
    SessionAuthentication,
    TokenAuthentication,
    membership_of,
    plain,
)
from foundation.shops.api import Role, too_weak
from foundation.storage.api import StorageDown
from foundation.untrusted.api import Rejected
from orders.contracts import IllegalMove, Refused
from orders.models import Design, Order, PrintShop
from orders.people.allowances import TooMuch
from orders.people.callers import Caller
from orders.people.identity import COOKIE, address_of, caller_of, remember
from orders.people.services import as_visitor

_READING = ("get", "head")
_MISSING = {"no-such-design", "no-such-order"}
# What a body says and cannot be meant, whatever the state of things.
_UNMEANT = {
    "bad-items",
    "bad-quantity",
    "no-such-photo",
    "no-such-shipping",
    "other-photo",
    "bad-email",
}


class ShopfrontRequest(Request):
    """What a view's methods are handed."""

    caller: Caller


class ShopfrontAPIView(HouseView):
    """A view for the browser of a visitor or customer, or for a program of the merchant's staff.

    - A token is staff: it acts in the person's shop and sees all of it; changes need an editor.
    - Else the signed cookie says whose browser it is; no cookie is a new visitor, who gets one with
      the first thing made (:meth:`visitor_needed`). What is not the caller's is 404.
    - A change with a cookie needs the form token (``X-CSRFToken``), as all pages of the house.
    """

    authentication_classes = (TokenAuthentication,)
    permission_classes = ()

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Find out who asks."""
        super().initial(request, *args, **kwargs)
        reading = str(request.method).lower() in _READING
        if request.user.is_authenticated:
            request.caller = _staff(request, reading=reading)
        else:
            asked = plain(request)
            if not reading and COOKIE in asked.COOKIES:
                SessionAuthentication().enforce_csrf(asked)
            request.caller = caller_of(asked)

    def visitor_needed(self, request: Any) -> Caller:
        """Return the caller, as a visitor with a row and a cookie from now on."""
        caller = as_visitor(request.caller)
        if caller is not request.caller:
            request.caller = caller
            self.__dict__["new_visitor"] = caller.visitor
        return caller

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Give a new visitor the cookie."""
        made = super().finalize_response(request, response, *args, **kwargs)
        visitor = self.__dict__.pop("new_visitor", None)
        if visitor is not None:
            remember(made, visitor)
        return made


def _staff(request: Any, *, reading: bool) -> Caller:
    membership = membership_of(request)
    role, needed = Role(membership.role), Role.VIEWER if reading else Role.EDITOR
    if not role.may(needed):
        raise Problem(
            "role-too-weak", too_weak(role, needed, membership.shop), HTTPStatus.FORBIDDEN
        )
    print_shop = PrintShop.objects.for_shop(membership.shop_id).select_related("shop").first()
    if print_shop is None:
        raise Problem(
            "no-print-shop",
            f"{membership.shop.name} has no print shop yet. An owner opens one under Prints.",
        )
    return Caller(
        print_shop=print_shop, staff_id=request.user.pk, address=address_of(plain(request))
    )


@contextmanager
def refusals(root: str = "") -> Iterator[None]:
    """Turn what the services refuse into problems; findings stand below ``#/root``."""
    try:
        yield
    except Refused as refused:
        if refused.code in _MISSING:
            raise Http404 from refused
        unmeant = refused.code in _UNMEANT
        status = HTTPStatus.UNPROCESSABLE_ENTITY if unmeant else HTTPStatus.CONFLICT
        raise Problem(refused.code, str(refused), status) from refused
    except IllegalMove as illegal:
        raise Problem(
            "illegal-move",
            str(illegal),
            extra={"status_now": illegal.current, "allowed": list(illegal.allowed)},
        ) from illegal
    except TooMuch as much:
        raise Problem(
            "too-many-requests",
            str(much),
            HTTPStatus.TOO_MANY_REQUESTS,
            headers={"Retry-After": str(much.seconds)},
        ) from much
    except DocumentErrors as errors:
        raise Problem(
            "not-valid",
            "Some of it cannot be meant; see errors.",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            [FieldError(_pointer(root, place), said) for place, said in errors.errors.items()],
        ) from errors
    except Rejected as rejected:
        raise Problem("file-refused", str(rejected), HTTPStatus.UNPROCESSABLE_ENTITY) from rejected
    except StorageDown as down:
        raise Problem(
            "storage-down",
            "Pictures cannot be stored or read at the moment. Nothing is lost; try again soon.",
            HTTPStatus.SERVICE_UNAVAILABLE,
            headers={"Retry-After": "30"},
        ) from down


def _pointer(root: str, place: str) -> str:
    return "/".join(filter(None, ("#", root, place.replace(".", "/"))))


def design_or_404(request: Any, design_id: UUID) -> Design:
    """Return a design of the caller's with its size and photo."""
    caller: Caller = request.caller
    return get_object_or_404(caller.designs(), pk=design_id)


def order_or_404(request: Any, order_id: UUID) -> Order:
    """Return an order of the caller's."""
    caller: Caller = request.caller
    return get_object_or_404(caller.orders(), pk=order_id)


def created(data: Any, location: str) -> Response:
    """Answer that something was made, and where it is."""
    return Response(data, status=HTTPStatus.CREATED, headers={"Location": location})
