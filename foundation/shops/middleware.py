"""Which of a person's shops a request works in."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from .enums import Role
from .models import Membership

SESSION_KEY = "shop"


class CurrentShopMiddleware:
    """Set ``request.shop`` and ``request.role``: the shop chosen last, else the first by name.

    One query for a logged-in person; none for anybody else.
    """

    def __init__(self, get_response: Callable[[Any], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Attach the shop, then serve."""
        request.memberships, request.shop, request.role = [], None, None
        if request.user.is_authenticated:
            memberships = list(
                Membership.objects.filter(user_id=request.user.pk)
                .select_related("shop")
                .order_by("shop__name")
            )
            chosen = request.session.get(SESSION_KEY)
            current = next((m for m in memberships if str(m.shop_id) == chosen), None)
            current = current or (memberships[0] if memberships else None)
            request.memberships = memberships
            if current is not None:
                request.shop, request.role = current.shop, Role(current.role)
        return self.get_response(request)
