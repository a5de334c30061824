"""Who may open a page: logged in, in a shop, with a role. A stranger gets 404, never 403."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from .enums import Role

if TYPE_CHECKING:
    from .models import Shop, User


P = ParamSpec("P")

NO_SHOP = "You are not a member of any shop yet. Ask an owner to add you."


def too_weak(role: Role, needed: Role, shop: "Shop") -> str:
    """Say which role something needs, and which the person has."""
    return (
        f"This needs the role {needed.label.lower()} in {shop.name}; "
        f"yours is {role.label.lower()}. Ask an owner."
    )


class InShop:
    """What the request of a person working in a shop has, whatever its kind."""

    shop: "Shop"
    role: Role


class ShopRequest(InShop, HttpRequest):
    """A request of a logged-in person working in a shop; made so by the middleware."""

    user: "User"


def shop_page(
    role: Role = Role.VIEWER,
) -> Callable[
    [Callable[Concatenate[ShopRequest, P], HttpResponseBase]], Callable[..., HttpResponseBase]
]:
    """Let only people in who have at least ``role`` in the current shop."""

    def decorate(
        view: Callable[Concatenate[ShopRequest, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.shop is None:
                raise PermissionDenied(NO_SHOP)
            if not request.role.may(role):
                raise PermissionDenied(too_weak(request.role, role, request.shop))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def guessed_name(request: Any, credentials: dict[str, Any] | None) -> str | None:
    """Return the name that a log-in was tried with, as the database compares it.

    Told apart by case, each spelling of an address would be worth its own eight guesses. Upper
    case first, as the database does: it makes one of letters like the dotless i.
    """
    given = (credentials or request.POST).get("username")
    return given.upper().lower() if given else None
