"""Orders for staff: all of the shop's, and their way to the customer."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from foundation.rest.api import (
    PAGE_PARAMETERS,
    ApiRequest,
    Problem,
    ShopAPIView,
    chosen,
    page_response,
    page_schema,
    read,
)
from foundation.shops.api import Role, too_weak
from orders.enums import OrderStatus, PaymentStatus
from orders.models import Order
from orders.payments.refunds import cancel_with_refund
from orders.queries import OrderFilter, orders_matching
from orders.sales.moving import bring_to, not_for_staff, possible_for_staff

from .asking import refusals
from .requests import StatusSerializer
from .rows import OrderItemSerializer, OrderSerializer, order_row


class StaffOrderItemSerializer(OrderItemSerializer):
    """An order in staff's list."""


class StaffOrderSerializer(OrderSerializer):
    """An order, and what may be done with it."""

    note = serializers.CharField()
    possible = serializers.ListField(
        child=serializers.CharField(), help_text="What staff may bring it to."
    )


class StaffOrdersView(ShopAPIView):
    """All orders of the shop."""

    @extend_schema(
        operation_id="admin_orders_list",
        summary="List orders, the latest first",
        parameters=[
            OpenApiParameter("status", enum=OrderStatus.values),
            OpenApiParameter("payment_status", enum=PaymentStatus.values),
            OpenApiParameter("q", OpenApiTypes.STR, description="Number, name or e-mail."),
            *PAGE_PARAMETERS,
        ],
        responses=page_schema(StaffOrderItemSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        """List orders."""
        wanted = OrderFilter(
            status=chosen(request, "status", OrderStatus.values),
            payment_status=chosen(request, "payment_status", PaymentStatus.values),
            text=request.query_params.get("q", "")[:200].replace("\x00", ""),
        )
        return page_response(
            request,
            orders_matching(request.shop.pk, wanted),
            StaffOrderItemSerializer,
            order=("-created_at", "-id"),
        )


def _order(request: ApiRequest, order_id: UUID) -> Order:
    order = Order.objects.for_shop(request.shop.pk).filter(pk=order_id).first()
    if order is None:
        raise Http404
    return order


def _told(request: ApiRequest, order_id: UUID) -> Any:
    order: Any = order_row(_order(request, order_id))
    order.possible = possible_for_staff(order)
    return StaffOrderSerializer(order).data


class StaffOrderView(ShopAPIView):
    """One order."""

    role = {"GET": Role.VIEWER, "PUT": Role.EDITOR}  # noqa: RUF012 -- as the base has it

    @extend_schema(
        operation_id="admin_orders_retrieve",
        summary="Look at an order",
        responses=StaffOrderSerializer,
    )
    def get(self, request: ApiRequest, order_id: UUID) -> Response:
        """Show an order with its lines, sums, history, and what may be done with it."""
        return Response(_told(request, order_id))

    @extend_schema(
        operation_id="admin_orders_update",
        summary="Move an order on its way",
        request=StatusSerializer,
        responses=StaffOrderSerializer,
    )
    def put(self, request: ApiRequest, order_id: UUID) -> Response:
        """Bring an order to another status; `shipped` and `delivered` tell the customer by mail.

        A move that is not there is a 409 with `allowed`. `canceled` pays everything back, which
        needs an approver. Sent again it does nothing and is answered in the same way.
        """
        order = _order(request, order_id)
        wish = read(StatusSerializer, request)
        to = OrderStatus(wish.pop("status"))
        reason = wish.pop("reason", "")
        if to == order.status:
            return Response(_told(request, order_id))
        with refusals():
            if to is OrderStatus.CANCELED:
                if to not in possible_for_staff(order):
                    raise not_for_staff(order, to)
                if not request.role.may(Role.APPROVER):
                    raise Problem(
                        "role-too-weak",
                        too_weak(request.role, Role.APPROVER, request.shop),
                        HTTPStatus.FORBIDDEN,
                    )
                cancel_with_refund(order=order, reason=reason, actor_id=request.user.pk)
            else:
                bring_to(
                    order_id=order.pk,
                    to=to,
                    actor_id=request.user.pk,
                    reason=reason,
                    parcel=wish,
                )
        return Response(_told(request, order_id))
