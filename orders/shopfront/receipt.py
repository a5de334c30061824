"""The receipt of an order, for its customer."""

from uuid import UUID

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from orders.receipts import receipt_response

from .page import ShopRequest, my_order, shop_page


@require_safe
@shop_page
def receipt(request: ShopRequest, order_id: UUID) -> HttpResponseBase:
    """Answer with an order's receipt; of one that is not paid it is said that there is none."""
    return receipt_response(my_order(request, order_id))
