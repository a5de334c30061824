"""Designs: list, make, change, preview, finalise."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from foundation.rest.api import PAGE_PARAMETERS, Problem, page_response, page_schema, read
from orders.artwork.document import FrameKind
from orders.designs.photos import MOST_BYTES, take_photo
from orders.designs.services import change_design, create_design, delete_design
from orders.models import Design, PrintProduct, RenderJob
from orders.renders.finalising import ask_fine_preview, finalise
from orders.renders.previews import preview

from .asking import ShopfrontAPIView, ShopfrontRequest, created, design_or_404, refusals
from .requests import DesignChangeSerializer, DesignWishSerializer
from .rows import (
    DesignItemSerializer,
    DesignSerializer,
    PhotoSerializer,
    ProductSerializer,
    RenderSerializer,
    design_item,
    design_row,
    photo_row,
    product_row,
    render_row,
)

HIGH = "high"
_FORM_BYTES = 4096


class ProductsView(ShopfrontAPIView):
    """What designs can be printed on."""

    @extend_schema(
        operation_id="print_products_list",
        summary="List products with their sizes and prices",
        responses=ProductSerializer(many=True),
    )
    def get(self, request: ShopfrontRequest) -> Response:
        """List what is sold, in the shop's order."""
        shop = request.caller.print_shop.shop
        rows = PrintProduct.objects.for_shop(shop.pk).filter(active=True)
        found = []
        for product in rows.prefetch_related("sizes"):
            sizes = [size for size in product.sizes.all() if size.active]
            for size in sizes:
                size.product = product
            if sizes:
                found.append(product_row(product, sizes, shop.currency))
        return Response(ProductSerializer(found, many=True).data)


class PhotosView(ShopfrontAPIView):
    """The door for photos."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="photos_upload",
        summary="Upload a photo",
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {"photo": {"type": "string", "format": "binary"}},
                "required": ["photo"],
            }
        },
        responses={201: PhotoSerializer},
    )
    def post(self, request: ShopfrontRequest) -> Response:
        """Take a JPEG, PNG or WebP of 40 MB at most; it is turned upright, and where and when it
        was taken is forgotten.
        """  # noqa: D205 -- shown as one sentence in the API's documents
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length > MOST_BYTES + _FORM_BYTES:
            raise Problem(
                "photo-too-large",
                "The photo is larger than 40 MB. Send a smaller one.",
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            )
        file = request.FILES.get("photo")
        if file is None:
            raise Problem(
                "no-photo", "Send the photo as the form field “photo”.", HTTPStatus.BAD_REQUEST
            )
        with refusals():
            photo = take_photo(
                caller=self.visitor_needed(request), file=file, name=str(file.name or "")
            )
        return Response(PhotoSerializer(photo_row(photo)).data, status=HTTPStatus.CREATED)


def _matching(request: ShopfrontRequest) -> QuerySet[Design]:
    """Narrow designs to what is asked; what documents hold is found by their index."""
    rows = request.caller.own(Design.objects.for_shop(request.caller.shop_id)).filter(
        deleted_at=None
    )
    wanted: dict[str, Any] = {}
    frame = request.query_params.get("frame", "")
    if frame:
        if frame not in set(FrameKind):
            message = f"frame must be one of {', '.join(FrameKind)}, or be left out."
            raise Problem("bad-filter", message, HTTPStatus.BAD_REQUEST)
        wanted["frame"] = {"kind": frame}
    name = request.query_params.get("name", "").replace("\x00", "")
    if name:
        wanted["name"] = {"text": name}
    if wanted:
        rows = rows.filter(document__contains=wanted)
    return rows.select_related("size__product")


class DesignsView(ShopfrontAPIView):
    """All designs of the caller."""

    @extend_schema(
        operation_id="designs_list",
        summary="List your designs, the latest first",
        parameters=[
            OpenApiParameter("frame", OpenApiTypes.STR, enum=list(FrameKind)),
            OpenApiParameter("name", OpenApiTypes.STR, description="The name on it, exactly."),
            *PAGE_PARAMETERS,
        ],
        responses=page_schema(DesignItemSerializer),
    )
    def get(self, request: ShopfrontRequest) -> Response:
        """List designs: of a browser or customer their own, of staff the shop's."""
        currency = request.caller.print_shop.shop.currency
        return page_response(
            request,
            _matching(request),
            DesignItemSerializer,
            order=("-created_at", "-id"),
            present=lambda rows: [design_item(each, currency) for each in rows],
        )

    @extend_schema(
        operation_id="designs_create",
        summary="Make a design of a photo",
        request=DesignWishSerializer,
        responses={201: DesignSerializer},
    )
    def post(self, request: ShopfrontRequest) -> Response:
        """Make a design, as the document says or as we would make it."""
        wish = read(DesignWishSerializer, request)  # type: ignore[arg-type]  # as strict, another door
        with refusals("document"):
            design = create_design(
                caller=self.visitor_needed(request),
                size_id=wish["size"],
                photo_id=wish["photo"],
                document=wish.get("document"),
            )
        return created(_told(request, design), f"/api/designs/{design.pk}/")


def _told(request: ShopfrontRequest, design: Design) -> Any:
    return DesignSerializer(design_row(design, request.caller.print_shop.shop.currency)).data


class DesignView(ShopfrontAPIView):
    """One design."""

    @extend_schema(
        operation_id="designs_retrieve", summary="Look at a design", responses=DesignSerializer
    )
    def get(self, request: ShopfrontRequest, design_id: UUID) -> Response:
        """Show a design with the verdict on its photo and its latest render."""
        return Response(_told(request, design_or_404(request, design_id)))

    @extend_schema(
        operation_id="designs_change",
        summary="Change a design",
        request=DesignChangeSerializer,
        responses=DesignSerializer,
    )
    def patch(self, request: ShopfrontRequest, design_id: UUID) -> Response:
        """Change a design. What was ordered of it stays as it was finalised."""
        wish = read(DesignChangeSerializer, request)  # type: ignore[arg-type]  # as strict, another door
        return Response(_told(request, _changed(request, design_id, wish)))

    @extend_schema(
        operation_id="designs_delete", summary="Throw a design away", responses={204: None}
    )
    def delete(self, request: ShopfrontRequest, design_id: UUID) -> Response:
        """Throw a design away. What was ordered of it stays, and is printed."""
        with refusals():
            delete_design(caller=request.caller, design_id=design_id)
        return Response(status=HTTPStatus.NO_CONTENT)


def _changed(request: ShopfrontRequest, design_id: UUID, wish: dict[str, Any]) -> Design:
    if not wish:
        return design_or_404(request, design_id)
    with refusals("document"):
        return change_design(
            caller=request.caller,
            design_id=design_id,
            document=wish.get("document"),
            size_id=wish.get("size"),
        )


class PreviewSerializer(serializers.Serializer[Any]):
    """A preview: where it is, for an hour."""

    preview_image_url = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    cached = serializers.BooleanField(help_text="It had been drawn before.")
    design = DesignSerializer()


_TOLD_PREVIEW = PreviewSerializer()
"""One for all answers, as for the rows of a list: it only tells, and each new one copies its fields
anew, which takes longer than telling."""


class QueuedSerializer(serializers.Serializer[Any]):
    """A high-quality preview is being drawn; `/ws/live/` tells when it is there."""

    job_id = serializers.UUIDField()
    status = serializers.CharField()


class PreviewView(ShopfrontAPIView):
    """The picture of a design while it is made."""

    @extend_schema(
        operation_id="designs_preview",
        summary="Draw a design's preview",
        parameters=[
            OpenApiParameter("quality", OpenApiTypes.STR, enum=["quick", HIGH], default="quick")
        ],
        request=DesignChangeSerializer,
        responses={200: PreviewSerializer, 202: QueuedSerializer},
    )
    def post(self, request: ShopfrontRequest, design_id: UUID) -> Response:
        """Keep what was changed, if something was sent, and answer the preview's address.

        `quality=high` draws from the whole photo by a worker: 202 with `job_id`; the result is
        told on `/ws/live/` and by `GET /api/designs/{id}/`.
        """
        quality = request.query_params.get("quality", "")
        if quality not in ("", "quick", HIGH):
            message = "quality must be quick or high, or be left out."
            raise Problem("bad-filter", message, HTTPStatus.BAD_REQUEST)
        wish = read(DesignChangeSerializer, request)  # type: ignore[arg-type]  # as strict, another door
        design = _changed(request, design_id, wish)
        with refusals():
            if quality == HIGH:
                job = ask_fine_preview(caller=request.caller, design=design)
                told = {"job_id": job.pk, "status": job.status}
                return Response(QueuedSerializer(told).data, status=HTTPStatus.ACCEPTED)
            made = preview(caller=request.caller, design=design)
        answer = {
            "preview_image_url": made.url,
            "width": made.width,
            "height": made.height,
            "cached": made.known,
            "design": design_row(design, request.caller.print_shop.shop.currency),
        }
        return Response(_TOLD_PREVIEW.to_representation(answer))


class FinalizeView(ShopfrontAPIView):
    """The end of designing."""

    @extend_schema(
        operation_id="designs_finalize",
        summary="Freeze a design and have its print files made",
        request=None,
        responses={202: DesignSerializer},
    )
    def post(self, request: ShopfrontRequest, design_id: UUID) -> Response:
        """Freeze the design as it is now. Sent again, nothing happens twice."""
        with refusals():
            finalise(caller=request.caller, design_id=design_id)
        design = design_or_404(request, design_id)
        return Response(_told(request, design), status=HTTPStatus.ACCEPTED)


class RenderView(ShopfrontAPIView):
    """One render, by its job's id."""

    @extend_schema(
        operation_id="jobs_retrieve", summary="Look at a render", responses=RenderSerializer
    )
    def get(self, request: ShopfrontRequest, job_id: UUID) -> Response:
        """Show how far a render is, and why it failed if it did."""
        mine = request.caller.own(Design.objects.for_shop(request.caller.shop_id))
        render = RenderJob.objects.filter(pk=job_id, design__in=mine).first()
        if render is None:
            raise Problem("not-found", "There is no such job of yours.", HTTPStatus.NOT_FOUND)
        return Response(RenderSerializer(render_row(render)).data)
