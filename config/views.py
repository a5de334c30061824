"""The overview and the fragments of the frame.

Views that need several layers live in ``config``, the top one: an app may not import upwards.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from config.overview import overview_of
from foundation.shops.api import Role, ShopRequest, shop_page


@require_safe
@shop_page()
def frame_bars(request: ShopRequest) -> HttpResponse:
    """Return the bars and nothing else; every page fetches them again now and then."""
    return render(request, "frame/parts/bars.html")


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Show the overview; ops without a shop go to the operations database."""
    user = request.user
    if user.is_authenticated and user.is_staff and getattr(request, "shop", None) is None:
        return redirect("admin:index")
    return _overview(request)


@shop_page()
def _overview(request: ShopRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "title": "Overview",
        "o": overview_of(shop_id=request.shop.pk, now=now),
        "may_connect": request.role.may(Role.OWNER),
    }
    fragment = bool(request.headers.get("HX-Request"))
    return render(request, "frame/overview.html" if fragment else "frame/index.html", context)
