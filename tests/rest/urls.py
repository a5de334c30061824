"""The house's addresses and a view of the tests' own, as an app's rest.py would have it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.response import Response

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as of_the_house
from foundation.audit.api import record
from foundation.audit.models import AuditEvent
from foundation.rest.api import (
    PAGE_PARAMETERS,
    ApiRequest,
    FieldError,
    Problem,
    ShopAPIView,
    page_response,
    page_schema,
)
from foundation.shops.api import Role

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

# What a test wants to happen inside the view, behind its effect.
inside: list[Callable[[], Any]] = []


class ActionSerializer(serializers.Serializer[Any]):
    value = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal(0))


class PostedRuleSerializer(serializers.Serializer[Any]):
    action = ActionSerializer()


class WishSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=20)
    rules = PostedRuleSerializer(many=True, required=False)
    skus = serializers.ListField(child=serializers.CharField(max_length=3), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["reason"] == "none":
            raise serializers.ValidationError("There is no reason.")
        return attrs


class ThingSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField()


class Things(ShopAPIView):
    """Things, which are lines of the audit record."""

    role = {"GET": Role.VIEWER, "POST": Role.EDITOR}  # noqa: RUF012 -- as apps write it

    @extend_schema(parameters=PAGE_PARAMETERS, responses=page_schema(ThingSerializer))
    def get(self, request: ApiRequest) -> Response:
        """List things."""
        rows = AuditEvent.objects.filter(shop_id=request.shop.pk, verb="t.thing.made")
        return page_response(request, rows, ThingSerializer)

    @extend_schema(request=WishSerializer, responses={201: ThingSerializer})
    def post(self, request: ApiRequest) -> Any:
        """Make a thing."""
        wish = WishSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        reason = wish.validated_data["reason"]
        record(
            "t.thing.made",
            shop_id=request.shop.pk,
            actor_id=request.user.pk,
            object_type="thing",
            object_id=reason,
            reason=reason,
        )
        for each in inside:
            each()
        return self.answer(reason)

    def answer(self, reason: str) -> Any:
        match reason:
            case "refused":
                flaw = FieldError("#/reason", "Not this one.")
                raise Problem("plan_expired", "The plan is too old.", errors=[flaw])
            case "broken":
                raise RuntimeError("the secret inside")
            case "answered 500":
                return Response({}, status=503)
            case "gone":
                raise Http404
            case "forbidden":
                raise PermissionDenied
            case "too fast":
                raise Throttled(wait=7)
            case "stream":
                return StreamingHttpResponse([b"x"], status=200)
            case "long":
                return Response({"reason": "x" * 300_000}, status=201)
        headers = {"Location": f"/api/things/{reason}/"}
        return Response({"reason": reason}, status=201, headers=headers)


class Calling(Things):
    """A view whose service calls abroad."""

    one_transaction = False


class Asking(ShopAPIView):
    """A preview."""

    only_asks = True

    @extend_schema(request=None, responses=ThingSerializer)
    def post(self, request: ApiRequest) -> Response:
        """Ask."""
        wish: Any = request.data
        return Response({"reason": request.role, "value": wish["value"]})


def page(request: HttpRequest) -> HttpResponse:
    """Be an address below /api/ that is no view of REST framework."""
    if "break" in request.GET:
        raise RuntimeError("the secret inside")
    if "forbid" in request.GET:
        raise PermissionDenied("Only for ops.")
    return HttpResponse()


urlpatterns = [
    path("api/things/", Things.as_view(), name="things"),
    path("api/calling/", Calling.as_view(), name="calling"),
    path("api/asking/", Asking.as_view(), name="asking"),
    path("api/page/", page, name="page"),
    *of_the_house,
]
