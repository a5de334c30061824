"""What an order has of files: its pictures, its print files, its receipt."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from foundation.audit.api import record
from foundation.shops.api import Role, ShopRequest, shop_page
from foundation.storage.api import NoSuchFile, StorageDown, file_response, signed_url
from orders.contracts import Refused
from orders.enums import RenderKind, RenderStatus
from orders.models import OrderLine, RenderJob
from orders.packing.making import file_name
from orders.receipts import receipt_response
from orders.renders.pictures import picture_of_version, staff_caller
from orders.renders.previews import GOOD_SECONDS, WEBP

from .reading import order_or_404

KINDS = {"pdf": "application/pdf", "png": "image/png"}
SECONDS = 300


@require_safe
@shop_page()
def line_picture(request: ShopRequest, order_id: UUID, position: int) -> HttpResponseBase:
    """Answer with the picture of what was ordered, as it was frozen; drawn if it never was."""
    line = _line(request, order_id, position, "version__design", "version__photo")
    try:
        made = picture_of_version(
            line.version, caller=staff_caller(request.shop.pk, request.user.pk)
        )
        return file_response(request, made.key, content_type=WEBP, max_age=GOOD_SECONDS)
    except NoSuchFile as gone:
        raise Http404 from gone
    except StorageDown:
        return HttpResponse(status=503)


@require_safe
@shop_page(Role.EDITOR)
def print_file(request: ShopRequest, order_id: UUID, position: int, kind: str) -> HttpResponseBase:
    """Lead to a print file by an address that is signed now; who took it is recorded."""
    if kind not in KINDS:
        raise Http404
    line = _line(request, order_id, position, "order")
    render = RenderJob.objects.filter(
        version_id=line.version_id, kind=RenderKind.PRINT, status=RenderStatus.COMPLETED
    ).first()
    if render is None:
        messages.info(request, "The print files of this line are not made yet.")
        return redirect("orders:order", order_id=order_id)
    record(
        "orders.print.fetched",
        shop_id=line.shop_id,
        actor_id=request.user.pk,
        object_type="order",
        object_id=order_id,
        details={"line": position + 1, "kind": kind},
    )
    return HttpResponseRedirect(
        signed_url(
            render.pdf_key if kind == "pdf" else render.image_key,
            seconds=SECONDS,
            content_type=KINDS[kind],
            download_as=file_name(line, kind),
        )
    )


def _line(request: ShopRequest, order_id: UUID, position: int, *along: str) -> Any:
    rows = OrderLine.objects.for_shop(request.shop.pk).filter(
        order_id=order_id, position=position, version__isnull=False
    )
    line = rows.select_related(*along).first()
    if line is None:
        raise Http404
    return line


@require_safe
@shop_page()
def receipt(request: ShopRequest, order_id: UUID) -> HttpResponse:
    """Show the receipt of a paid order."""
    order = order_or_404(request, order_id)
    try:
        return receipt_response(order)
    except Refused as refused:
        messages.info(request, str(refused))
        return redirect("orders:order", order_id=order.pk)
