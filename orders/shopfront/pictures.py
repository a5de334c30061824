"""Where the picture of a design or of an ordered version is shown from."""

from uuid import UUID

from django.http import Http404, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from orders.models import Design
from orders.renders.pictures import picture_of_version
from orders.renders.previews import picture_url, preview, preview_key

from .page import ShopRequest, my_design, my_order, shop_page


def picture_of(design: Design) -> str:
    """Return an address at which a design's picture is, drawn when it is looked at if need be.

    ``design.size`` and its product must be loaded.
    """
    if design.preview_image_url and design.preview_image_url == preview_key(design):
        return picture_url(design.preview_image_url)
    return reverse("print_shop:picture", kwargs={"design_id": design.pk})


@require_safe
@shop_page
def picture(request: ShopRequest, design_id: UUID) -> HttpResponseBase:
    """Lead to a design's picture, drawn now if it never was."""
    made = preview(caller=request.caller, design=my_design(request, design_id))
    return HttpResponseRedirect(made.url)


@require_safe
@shop_page
def line_picture(request: ShopRequest, order_id: UUID, position: int) -> HttpResponseBase:
    """Lead to the picture of what was ordered, whatever became of the design since."""
    order = my_order(request, order_id)
    line = (
        order.lines.filter(position=position, version__isnull=False)
        .select_related("version__design", "version__photo")
        .first()
    )
    if line is None or line.version is None:
        raise Http404
    made = picture_of_version(line.version, caller=request.caller)
    return HttpResponseRedirect(made.url)
