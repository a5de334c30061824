"""Orders of customers: make, change, pay, cancel, order again."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from foundation.rest.api import PAGE_PARAMETERS, Problem, page_response, page_schema, read
from orders.models import Order
from orders.payments.checkout import checkout
from orders.payments.taking_back import cancel_unpaid, take_back
from orders.sales.addresses import Address, read_address
from orders.sales.drafting import (
    create_order,
    price_again,
    reorder,
    set_address,
    set_items,
    set_shipping,
)
from orders.sales.lines import Item

from .asking import ShopfrontAPIView, ShopfrontRequest, created, order_or_404, refusals
from .requests import OrderChangeSerializer, OrderWishSerializer
from .rows import OrderItemSerializer, OrderSerializer, order_row


def _told(request: ShopfrontRequest, order_id: UUID) -> Any:
    return OrderSerializer(order_row(order_or_404(request, order_id))).data


def _items(wish: dict[str, Any]) -> list[Item]:
    return [Item(each["design"], each["quantity"]) for each in wish["items"]]


def _address(request: ShopfrontRequest, wish: dict[str, Any]) -> Address | None:
    if "address" not in wish:
        return None
    ships_to = frozenset(request.caller.print_shop.ships_to)
    return read_address(wish["address"], ships_to=ships_to)


class OrdersView(ShopfrontAPIView):
    """All orders of the caller."""

    @extend_schema(
        operation_id="orders_list",
        summary="List your orders, the latest first",
        parameters=PAGE_PARAMETERS,
        responses=page_schema(OrderItemSerializer),
    )
    def get(self, request: ShopfrontRequest) -> Response:
        """List orders: of a browser or customer their own, of staff the shop's."""
        rows = request.caller.own(Order.objects.for_shop(request.caller.shop_id))
        return page_response(request, rows, OrderItemSerializer, order=("-created_at", "-id"))

    @extend_schema(
        operation_id="orders_create",
        summary="Order finalised designs",
        request=OrderWishSerializer,
        responses={201: OrderSerializer},
    )
    def post(self, request: ShopfrontRequest) -> Response:
        """Make a draft; goods, shipping and taxes come from the shop's tables.

        Without an address there are no shipping, no taxes, and nothing to pay yet.
        """
        wish = read(OrderWishSerializer, request)  # type: ignore[arg-type]  # as strict, another door
        with refusals("address"):
            order = create_order(
                caller=self.visitor_needed(request),
                items=_items(wish),
                address=_address(request, wish),
                shipping_method=wish.get("shipping_method", ""),
            )
        return created(_told(request, order.pk), f"/api/orders/{order.pk}/")


class OrderView(ShopfrontAPIView):
    """One order."""

    @extend_schema(
        operation_id="orders_retrieve", summary="Look at an order", responses=OrderSerializer
    )
    def get(self, request: ShopfrontRequest, order_id: UUID) -> Response:
        """Show an order with its lines, sums and history."""
        return Response(_told(request, order_id))

    @extend_schema(
        operation_id="orders_change",
        summary="Change an order that is not paid",
        request=OrderChangeSerializer,
        responses=OrderSerializer,
    )
    def patch(self, request: ShopfrontRequest, order_id: UUID) -> Response:
        """Change a draft's designs, address or way to send it; its sums follow.

        One whose payment page is open is a 409: take it back first (`take-back/`).
        """
        order = order_or_404(request, order_id)
        wish = read(OrderChangeSerializer, request)  # type: ignore[arg-type]  # as strict, another door
        with refusals("address"):
            if "items" in wish:
                set_items(caller=request.caller, order_id=order.pk, items=_items(wish))
            address = _address(request, wish)
            if address is not None:
                set_address(order_id=order.pk, address=address)
            if "shipping_method" in wish:
                set_shipping(order_id=order.pk, method=wish["shipping_method"])
        return Response(_told(request, order_id))


class CheckoutSerializer(serializers.Serializer[Any]):
    """Where the customer pays."""

    url = serializers.CharField(help_text="Stripe's page; send the browser there.")
    stripe_checkout_session_id = serializers.CharField()
    expires_at = serializers.DateTimeField()
    amount = serializers.DecimalField(max_digits=12, decimal_places=2)
    currency = serializers.CharField()


class CheckoutView(ShopfrontAPIView):
    """To the cash desk."""

    @extend_schema(
        operation_id="orders_checkout",
        summary="Open the payment page of an order",
        request=None,
        responses=CheckoutSerializer,
    )
    def post(self, request: ShopfrontRequest, order_id: UUID) -> Response:
        """Create a Stripe Checkout Session, or answer the one that is open.

        The order must have an address: taxes and shipping depend on it. A draft is priced once
        more; if that changes its total, it is a 409 with the new one, and nothing was opened.
        """
        order = order_or_404(request, order_id)
        with refusals():
            _refuse_other_total(order)
        status_page = request.build_absolute_uri(
            reverse("print_shop:order", kwargs={"order_id": order.pk})
        )
        with refusals():
            attempt = checkout(
                order=order,
                success_url=f"{status_page}?session={{CHECKOUT_SESSION_ID}}",
                cancel_url=status_page,
            )
        return Response(
            CheckoutSerializer(
                {
                    "url": attempt.url,
                    "stripe_checkout_session_id": attempt.stripe_checkout_session_id,
                    "expires_at": attempt.expires_at,
                    "amount": attempt.amount,
                    "currency": attempt.currency,
                }
            ).data
        )


def _refuse_other_total(order: Order) -> None:
    """Let nobody pay another amount than the one that was shown, nor for what is gone."""
    now = price_again(order)
    if now.total != order.total:
        raise Problem(
            "price-changed",
            f"Prices have changed since this order was priced: it was {order.total}, it is "
            f"{now.total} {now.currency}. Look at it, then open the payment page again.",
            extra={"total": f"{now.total:.2f}"},
        )


class TakeBackView(ShopfrontAPIView):
    """Back from the cash desk."""

    @extend_schema(
        operation_id="orders_take_back",
        summary="Close the payment page of an order, to change it",
        request=None,
        responses=OrderSerializer,
    )
    def post(self, request: ShopfrontRequest, order_id: UUID) -> Response:
        """Make an order a draft again; nobody can pay for it meanwhile."""
        with refusals():
            take_back(order=order_or_404(request, order_id))
        return Response(_told(request, order_id))


class CancelView(ShopfrontAPIView):
    """Not after all."""

    @extend_schema(
        operation_id="orders_cancel",
        summary="Cancel an order that is not paid",
        request=None,
        responses=OrderSerializer,
    )
    def post(self, request: ShopfrontRequest, order_id: UUID) -> Response:
        """Cancel an unpaid order. One that is paid is cancelled by the shop, with a refund."""
        with refusals():
            cancel_unpaid(order=order_or_404(request, order_id))
        return Response(_told(request, order_id))


class ReorderView(ShopfrontAPIView):
    """The same again."""

    @extend_schema(
        operation_id="orders_reorder",
        summary="Order the same again",
        request=None,
        responses={201: OrderSerializer},
    )
    def post(self, request: ShopfrontRequest, order_id: UUID) -> Response:
        """Make a draft of copies of an order's designs, at today's prices; change it or pay it."""
        order = order_or_404(request, order_id)
        with refusals():
            new = reorder(caller=self.visitor_needed(request), order=order)
        return created(_told(request, new.pk), f"/api/orders/{new.pk}/")
