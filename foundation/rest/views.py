"""The base of every JSON view of ours."""

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django.views.decorators.common import no_append_slash
from rest_framework.exceptions import MethodNotAllowed, NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from foundation.shops.api import NO_SHOP, InShop, Role, memberships_of, too_weak

from .authentication import SessionAuthentication, plain
from .idempotency import run_once
from .problems import Problem

SHOP_HEADER = "X-Shop"


class ApiRequest(InShop, Request):
    """What a view's methods are handed: the person, the shop, the person's role in it."""

    user: Any


class HouseView(APIView):
    """What all our views are: uncached, at one address, with a body whose length is known."""

    # Without OPTIONS: the schema tells what there is.
    http_method_names = [  # noqa: RUF012 -- Django's own attribute, never changed
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "head",
    ]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Never redirect to the address with a slash: a POST would arrive there as a GET."""
        return no_append_slash(super().as_view(**initkwargs))

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Tokens and a shop's data stay out of caches."""
        return {**super().default_response_headers, "Cache-Control": "no-store"}

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Find out who asks; refuse a body in chunks, which Django takes for an empty one."""
        super().initial(request, *args, **kwargs)
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            raise Problem(
                "length-required",
                "The body came in chunks. Send it in one piece, with the header Content-Length.",
                HTTPStatus.LENGTH_REQUIRED,
            )


class ShopAPIView(HouseView):
    """A view of one shop's things, for people and for programs.

    - Who: a session (with CSRF) or a token. Nobody gets 401.
    - Which shop: the header ``X-Shop``, else the shop the browser works in, else the person's only
      one; a program whose person has several is asked to say which (400). A shop of strangers is
      404.
    - ``role``: what the person must be in that shop, for all methods or for each
      (``{"GET": Role.VIEWER, "POST": Role.EDITOR}``; a method that is missing there is the
      owner's). Too weak gets 403.
    - POST runs in one transaction and honours ``Idempotency-Key``
      (``foundation.rest.idempotency`` says how).

    A view does one service call and answers; it raises :class:`~foundation.rest.problems.Problem`
    for what the service refuses. Rows are found by ``.for_shop(request.shop.pk)``.
    """

    role: ClassVar[Role | Mapping[str, Role]] = Role.VIEWER
    # False for a service that calls abroad and has to be without a transaction around it.
    one_transaction: ClassVar[bool] = True
    # True for a POST that only asks (a preview): no transaction, and no key is needed.
    only_asks: ClassVar[bool] = False

    permission_classes = (IsAuthenticated,)

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Find out who asks, in which shop, and whether the role is enough."""
        super().initial(request, *args, **kwargs)
        method = str(request.method).lower()
        handler = getattr(self, method, None) if method in self.http_method_names else None
        if handler is None:
            raise MethodNotAllowed(str(request.method))
        membership = membership_of(request)
        role = Role(membership.role)
        for each in (request, plain(request)):
            each.shop, each.role = membership.shop, role
        needed = self.needed_role(method)
        if not role.may(needed):
            raise Problem(
                "role-too-weak", too_weak(role, needed, membership.shop), HTTPStatus.FORBIDDEN
            )
        if method == "post" and not self.only_asks:
            # As View.setup does with head: REST framework looks the handler up on the instance.
            self.__dict__["post"] = partial(run_once, self, handler)

    @classmethod
    def needed_role(cls, method: str) -> Role:
        """Return what a person must be for a method ("get")."""
        if isinstance(cls.role, Role):
            return cls.role
        name = "GET" if method == "head" else method.upper()
        return cls.role.get(name, Role.OWNER)


def membership_of(request: Any) -> Any:
    """Return the asking person's membership in the shop the request is for.

    Raises :class:`~foundation.rest.problems.Problem` when it is not said or there is none.
    """
    by_session = isinstance(request.successful_authenticator, SessionAuthentication)
    # CurrentShopMiddleware has read those of a session, and chosen one.
    memberships = plain(request).memberships if by_session else memberships_of(request.user)
    if not memberships:
        raise Problem("no-shop", NO_SHOP, HTTPStatus.FORBIDDEN)
    wanted = request.headers.get(SHOP_HEADER)
    if wanted is not None:
        return _named(wanted, memberships)
    if by_session:
        current = plain(request).shop
        return next(each for each in memberships if each.shop_id == current.pk)
    if len(memberships) > 1:
        raise Problem(
            "shop-not-chosen",
            f"You belong to {len(memberships)} shops: say which by the header {SHOP_HEADER} with "
            "one of these ids.",
            HTTPStatus.BAD_REQUEST,
            extra={"shops": [{"id": m.shop_id, "name": m.shop.name} for m in memberships]},
        )
    return memberships[0]


def _named(wanted: str, memberships: Sequence[Any]) -> Any:
    try:
        shop_id = UUID(wanted)
    except ValueError as error:
        raise Problem(
            "bad-shop-header",
            f"The header {SHOP_HEADER} must be a shop's id, a UUID.",
            HTTPStatus.BAD_REQUEST,
        ) from error
    found = next((each for each in memberships if each.shop_id == shop_id), None)
    if found is None:
        message = f"The header {SHOP_HEADER} names no shop that you belong to."
        raise NotFound(message)
    return found
