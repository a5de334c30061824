"""What the print shop's API is asked: strict bodies."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.rest.api import Choice, Id, Strict, Text, Whole
from orders.enums import OrderStatus
from orders.sales.lines import MOST_LINES, MOST_PIECES

DOCUMENT_HELP = (
    "What the design looks like: photo, frame, background, name and text. Left out, we make one."
)


@extend_schema_field(OpenApiTypes.OBJECT)
class DocumentField(serializers.Field[Any, Any, Any, Any]):
    """A design's document, read by ``orders.artwork.document``, which says what is wrong in it."""

    def to_internal_value(self, data: Any) -> Any:
        """Hand it on as it is."""
        return data


class DesignWishSerializer(Strict):
    """A new design."""

    size = Id(help_text="A size of a product.")
    photo = Id(help_text="A photo that was uploaded.")
    document = DocumentField(required=False, help_text=DOCUMENT_HELP)


class DesignChangeSerializer(Strict):
    """A changed design; what is left out stays."""

    size = Id(required=False)
    document = DocumentField(required=False, help_text=DOCUMENT_HELP)


class AddressSerializer(Strict):
    """Where an order goes. Country and province as ISO 3166 codes (CA, ON)."""

    email = Text(max_length=1000, allow_blank=True, required=False)
    name = Text(max_length=1000, allow_blank=True, required=False)
    line1 = Text(max_length=1000, allow_blank=True, required=False)
    line2 = Text(max_length=1000, allow_blank=True, required=False)
    city = Text(max_length=1000, allow_blank=True, required=False)
    province = Text(max_length=1000, allow_blank=True, required=False)
    postal_code = Text(max_length=1000, allow_blank=True, required=False)
    country = Text(max_length=1000, allow_blank=True, required=False)
    phone = Text(max_length=1000, allow_blank=True, required=False)


class ItemSerializer(Strict):
    """Pieces of a finalised design."""

    design = Id()
    quantity = Whole(min_value=1, max_value=MOST_PIECES, required=False, default=1)


class OrderWishSerializer(Strict):
    """A new order."""

    items = serializers.ListField(child=ItemSerializer(), min_length=1, max_length=MOST_LINES)
    address = AddressSerializer(required=False)
    shipping_method = Text(max_length=40, required=False)


class OrderChangeSerializer(Strict):
    """A changed draft; what is left out stays."""

    items = serializers.ListField(
        child=ItemSerializer(), required=False, min_length=1, max_length=MOST_LINES
    )
    address = AddressSerializer(required=False)
    shipping_method = Text(max_length=40, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for something."""
        if not attrs:
            message = "Send at least one of items, address and shipping_method."
            raise serializers.ValidationError(message)
        return attrs


class StatusSerializer(Strict):
    """What staff brings an order to."""

    status = Choice(OrderStatus.choices)
    reason = Text(max_length=300, required=False, allow_blank=True)
    carrier = Text(max_length=60, required=False, allow_blank=True)
    tracking_number = Text(max_length=80, required=False, allow_blank=True)
    tracking_url = serializers.URLField(max_length=300, required=False, allow_blank=True)
