"""The beginning of a design: choose what it is printed on, and upload a photo."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from foundation.untrusted.api import Rejected
from orders.contracts import Refused
from orders.designs.photos import MOST_BYTES, take_photo
from orders.designs.services import create_design
from orders.people.allowances import TooMuch

from .forms import uuid_in
from .page import ShopRequest, draw, is_open, shop_page, visitor_needed
from .showcase import Offer, offers_of


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
def new_design(request: ShopRequest) -> HttpResponseBase:
    """Take a photo and begin a design of it; the page's module uploads it with its progress."""
    offers = offers_of(request.caller.shop_id)
    if not is_open(request.caller.print_shop) or not offers:
        return HttpResponseRedirect(reverse("print_shop:home"))
    if request.method != "POST":
        return _asking(request, offers)
    size_id, file = uuid_in(request.POST, "size"), request.FILES.get("photo")
    wrong = _missing(size_id, file)
    if size_id is None or file is None or wrong:
        return _asking(request, offers, wrong)
    return _begun(request, offers, size_id, file)


def _missing(size_id: UUID | None, file: Any) -> dict[str, str]:
    if size_id is None:
        return {"size": "Choose a product and a size."}
    if file is None:
        return {"photo": "Choose a photo first."}
    if (file.size or 0) > MOST_BYTES:
        return {"photo": "The photo is larger than 40 MB. Send a smaller one."}
    return {}


def _begun(request: ShopRequest, offers: list[Offer], size_id: UUID, file: Any) -> HttpResponseBase:
    wrong, status = {}, HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        caller = visitor_needed(request)
        photo = take_photo(caller=caller, file=file, name=str(file.name or ""))
        design = create_design(caller=caller, size_id=size_id, photo_id=photo.pk)
    except Rejected as rejected:
        wrong = {"photo": str(rejected)}
    except Refused as refused:
        wrong = {"size": str(refused)}
    except TooMuch as much:
        wrong, status = {"photo": str(much)}, HTTPStatus.TOO_MANY_REQUESTS
    if wrong:
        return _asking(request, offers, wrong, status)
    return HttpResponseRedirect(reverse("print_shop:design", kwargs={"design_id": design.pk}))


def _asking(
    request: ShopRequest,
    offers: list[Offer],
    errors: dict[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> HttpResponseBase:
    said = request.POST if request.method == "POST" else request.GET
    return draw(
        request,
        "print_shop/new_design.html",
        {
            "offers": offers,
            "chosen": uuid_in(said, "size") or _first_of(offers, said.get("product", "")),
            "errors": errors or {},
            "megabytes": MOST_BYTES // (1024 * 1024),
        },
        status=status if errors else HTTPStatus.OK,
    )


def _first_of(offers: list[Offer], slug: str) -> UUID:
    named = [offer for offer in offers if offer.product.slug == slug]
    size_id: UUID = (named or offers)[0].sizes[0].pk
    return size_id
