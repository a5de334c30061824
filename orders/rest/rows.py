"""How designs, renders and orders are told."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from foundation.rest.api import Money
from orders.artwork.document import read_document
from orders.artwork.resolution import judge
from orders.designs.specs import spec_of
from orders.models import Design, Order, Photo, PrintProduct, PrintSize, RenderJob
from orders.renders.previews import picture_url
from orders.sales.addresses import FIELDS


class SizeSerializer(serializers.Serializer[Any]):
    """A size with its print specification and its price before tax."""

    id = serializers.UUIDField()
    product = serializers.CharField()
    name = serializers.CharField()
    sku = serializers.CharField()
    width_mm = serializers.FloatField()
    height_mm = serializers.FloatField()
    bleed_mm = serializers.FloatField()
    safe_mm = serializers.FloatField()
    dpi = serializers.IntegerField()
    price = Money()
    currency = serializers.CharField()


class ProductSerializer(serializers.Serializer[Any]):
    """A product with the sizes that are sold."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    description = serializers.CharField()
    material = serializers.CharField()
    sizes = SizeSerializer(many=True)


class PhotoSerializer(serializers.Serializer[Any]):
    """A photo as it was taken in; pixels upright."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    url = serializers.CharField(help_text="The small copy, for an hour.")


class VerdictSerializer(serializers.Serializer[Any]):
    """Whether the photo is good enough for the size as it is cropped."""

    dpi = serializers.IntegerField()
    level = serializers.CharField()
    words = serializers.CharField()


class RenderSerializer(serializers.Serializer[Any]):
    """A render: `queued`, `processing`, `completed`, or `failed` with the reason."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    status = serializers.CharField()
    attempt = serializers.IntegerField()
    max_attempts = serializers.IntegerField()
    failure_reason = serializers.CharField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    image_url = serializers.CharField(help_text="Of a high-quality preview; signed, for an hour.")
    parity = serializers.FloatField(
        allow_null=True, help_text="Mean difference between print and preview, 0 to 255."
    )


class DesignItemSerializer(serializers.Serializer[Any]):
    """A design in a list."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    size = SizeSerializer()
    preview_image_url = serializers.CharField(help_text="Signed, for an hour; empty at first.")
    original_design_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()


class DesignSerializer(DesignItemSerializer):
    """A design as it is now."""

    document = serializers.JSONField()
    checksum = serializers.IntegerField(help_text="CRC32 of the canonical document.")
    digest = serializers.CharField(help_text="SHA-256 of the canonical document.")
    photo = PhotoSerializer()
    resolution = VerdictSerializer()
    final_image_url = serializers.CharField(
        help_text="Whether there are print files; only staff is given the address."
    )
    render = RenderSerializer(allow_null=True, help_text="The latest one.")


class LineSerializer(serializers.Serializer[Any]):
    """Pieces of one thing."""

    position = serializers.IntegerField()
    design = serializers.UUIDField(source="design_id", allow_null=True)
    title = serializers.CharField()
    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = Money()
    total = Money()


class TaxSerializer(serializers.Serializer[Any]):
    """One tax; `rate` is a share."""

    name = serializers.CharField()
    rate = serializers.DecimalField(max_digits=7, decimal_places=6)
    amount = Money()


class OrderItemSerializer(serializers.Serializer[Any]):
    """An order in a list."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    status = serializers.CharField()
    payment_status = serializers.CharField()
    currency = serializers.CharField()
    total = Money()
    email = serializers.CharField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()


class ChangeSerializer(serializers.Serializer[Any]):
    """A line of an order's history."""

    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    at = serializers.DateTimeField()
    cause = serializers.CharField()
    reason = serializers.CharField()


class OrderSerializer(OrderItemSerializer):
    """An order as it is now. Amounts are in `currency`; `total` is all of them together."""

    lines = LineSerializer(many=True)
    address = serializers.DictField(child=serializers.CharField())
    items_total = Money()
    shipping_method = serializers.CharField()
    shipping_total = Money()
    taxes = TaxSerializer(many=True)
    tax_total = Money()
    paid_total = Money()
    refunded_total = Money()
    reordered_from = serializers.UUIDField(source="reordered_from_id", allow_null=True)
    reprint_of = serializers.UUIDField(source="reprint_of_id", allow_null=True)
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    tracking_url = serializers.CharField()
    paid_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    canceled_at = serializers.DateTimeField(allow_null=True)
    history = ChangeSerializer(many=True)


def size_row(size: PrintSize, currency: str) -> dict[str, Any]:
    """Tell a size; ``size.product`` must be loaded."""
    return {
        "id": size.pk,
        "product": size.product.name,
        "name": size.name,
        "sku": size.sku,
        "price": size.price,
        "currency": currency,
        **{
            name: float(getattr(size, name))
            for name in ("width_mm", "height_mm", "bleed_mm", "safe_mm")
        },
        "dpi": size.dpi,
    }


def product_row(product: PrintProduct, sizes: Sequence[PrintSize], currency: str) -> dict[str, Any]:
    """Tell a product with its sizes."""
    return {
        **{
            name: getattr(product, name)
            for name in ("slug", "name", "kind", "description", "material")
        },
        "id": product.pk,
        "sizes": [size_row(size, currency) for size in sizes],
    }


def photo_row(photo: Photo) -> dict[str, Any]:
    """Tell a photo."""
    url = picture_url(photo.working_key, content_type="image/jpeg")
    return {
        "id": photo.pk,
        "name": photo.name,
        "width": photo.width,
        "height": photo.height,
        "url": url,
    }


def render_row(render: RenderJob) -> dict[str, Any]:
    """Tell a render; print files are given to staff only, at the order."""
    shown = render.image_key if render.kind == "preview" else ""
    names = (
        *("kind", "status", "attempt", "max_attempts", "failure_reason", "next_attempt_at"),
        *("started_at", "completed_at", "parity"),
    )
    return {
        "id": render.pk,
        "image_url": picture_url(shown),
        **{name: getattr(render, name) for name in names},
    }


def design_item(design: Design, currency: str) -> dict[str, Any]:
    """Tell a design in a list; ``size.product`` must be loaded."""
    return {
        "id": design.pk,
        "status": design.status,
        "size": size_row(design.size, currency),
        "preview_image_url": picture_url(design.preview_image_url),
        "original_design_id": design.original_design_id,
        "created_at": design.created_at,
        "changed_at": design.changed_at,
    }


def design_row(design: Design, currency: str) -> dict[str, Any]:
    """Tell a design; ``size.product`` and ``photo`` must be loaded. One query."""
    render = design.renders.order_by("-queued_at").first()
    verdict = judge(
        read_document(design.document),
        spec_of(design.size),
        width_px=design.photo.width,
        height_px=design.photo.height,
    )
    return {
        **design_item(design, currency),
        "document": design.document,
        "checksum": design.checksum,
        "digest": design.digest,
        "photo": photo_row(design.photo),
        "resolution": {"dpi": verdict.dpi, "level": verdict.level, "words": verdict.words},
        "final_image_url": design.final_image_url,
        "render": render_row(render) if render else None,
    }


def order_row(order: Order) -> Order:
    """Let an order be told by :class:`OrderSerializer`; its rows are read once each."""
    shown: Any = order
    shown.address = {name: getattr(order, name) for name in FIELDS}
    shown._prefetched_objects_cache = {  # noqa: SLF001 -- Django's own name of it
        "lines": list(order.lines.all()),
        "taxes": list(order.taxes.all()),
        "history": list(order.history.all()),
    }
    return order
