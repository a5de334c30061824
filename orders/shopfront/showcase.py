"""The front of the shop: what is sold, and what it looks like."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Prefetch
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from orders.enums import ProductKind
from orders.models import Design, Order, PrintProduct, PrintSize

from .page import ShopRequest, draw, shop_page

_EXAMPLES = {
    ProductKind.POSTER: "poster",
    ProductKind.CANVAS: "canvas",
    ProductKind.MUG: "mug",
    ProductKind.CARD: "card",
    ProductKind.OTHER: "poster",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A product with the sizes that are sold, the cheapest price, and an example's name."""

    product: PrintProduct
    sizes: Sequence[PrintSize]
    least: Decimal
    example: str


def offers_of(shop_id: UUID) -> list[Offer]:
    """Return what a shop sells, in its order; two queries."""
    sizes = PrintSize.objects.filter(active=True)
    products = PrintProduct.objects.for_shop(shop_id).filter(active=True)
    found = []
    for product in products.prefetch_related(Prefetch("sizes", queryset=sizes, to_attr="sold")):
        sold: list[PrintSize] = product.sold
        if not sold:
            continue
        for size in sold:
            size.product = product
        found.append(
            Offer(
                product=product,
                sizes=sold,
                least=min(size.price for size in sold),
                example=_EXAMPLES[ProductKind(product.kind)],
            )
        )
    return found


@require_safe
@shop_page
def home(request: ShopRequest) -> HttpResponseBase:
    """Show what is sold, and what this visitor had begun."""
    caller = request.caller
    begun = None
    waiting = None
    if caller.visitor is not None:
        designs = caller.own(Design.objects.for_shop(caller.shop_id)).filter(deleted_at=None)
        begun = designs.select_related("size__product").order_by("-changed_at").first()
        orders = caller.own(Order.objects.for_shop(caller.shop_id))
        under_way = orders.exclude(status__in=("delivered", "canceled"))
        waiting = under_way.order_by("-created_at").first()
    return draw(
        request,
        "print_shop/home.html",
        {"offers": offers_of(caller.shop_id), "begun": begun, "waiting": waiting},
    )
