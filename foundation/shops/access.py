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


class ShopRequest(HttpRequest):
    """A request of a logged-in person working in a shop; made so by the middleware."""

    user: "User"
    shop: "Shop"
    role: Role


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
                message = "You are not a member of any shop yet. Ask an owner to add you."
                raise PermissionDenied(message)
            if not request.role.may(role):
                message = (
                    f"This needs the role {role.label.lower()} in {request.shop.name}; "
                    f"yours is {request.role.label.lower()}. Ask an owner."
                )
                raise PermissionDenied(message)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
