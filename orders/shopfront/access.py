"""Logging in by a mailed link, and out."""

from http import HTTPStatus

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from orders.contracts import Refused
from orders.people.identity import forget, remember
from orders.people.services import LINK_MINUTES, ask_link, link_for, log_out, open_link

from .forms import AddressOfMail
from .page import ShopRequest, draw, shop_page


def _onward(given: str) -> str:
    """Return a path of the print shop; anything else leads to the designs."""
    home = reverse("print_shop:home")
    ours = url_has_allowed_host_and_scheme(given, allowed_hosts=None) and ".." not in given
    return given if ours and given.startswith(home) and len(given) <= 200 else ""  # noqa: PLR2004 -- the column's


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
def log_in(request: ShopRequest) -> HttpResponseBase:
    """Ask for an address and mail a link to it; the answer never says whether it is known."""
    onward = _onward(request.POST.get("onward", "") or request.GET.get("onward", ""))
    form = AddressOfMail(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _asking(request, form, onward)
    email = form.cleaned_data["email"]
    caller = request.caller
    try:
        ask_link(print_shop=caller.print_shop, visitor=caller.visitor, email=email, onward=onward)
    except Refused as refused:
        form.add_error("email", str(refused))
        return _asking(request, form, onward)
    return draw(request, "print_shop/link_sent.html", {"email": email, "minutes": LINK_MINUTES})


def _asking(request: ShopRequest, form: AddressOfMail, onward: str) -> HttpResponseBase:
    return draw(
        request,
        "print_shop/log_in.html",
        {"form": form, "onward": onward},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
def follow_link(request: ShopRequest, secret: str) -> HttpResponseBase:
    """Show a mailed link's one button; pressed, it logs this browser in.

    Programs that look into mails open links, so opening alone does nothing.
    """
    caller = request.caller
    try:
        if request.method != "POST":
            link = link_for(shop_id=caller.shop_id, secret=secret)
            return draw(request, "print_shop/link.html", {"email": link.customer.email})
        visitor, link = open_link(shop_id=caller.shop_id, secret=secret, visitor=caller.visitor)
    except Refused as refused:
        return draw(
            request, "print_shop/link_over.html", {"said": str(refused)}, status=HTTPStatus.GONE
        )
    answer = HttpResponseRedirect(_onward(link.onward) or reverse("print_shop:designs"))
    remember(answer, visitor)
    return answer


@require_POST
@shop_page
def leave(request: ShopRequest) -> HttpResponseBase:
    """Log this browser out; what is the customer's is not shown here any more."""
    if request.caller.visitor is not None:
        log_out(visitor=request.caller.visitor)
    answer = HttpResponseRedirect(reverse("print_shop:home"))
    forget(answer)
    return answer
