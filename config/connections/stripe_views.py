"""The connection pages of Stripe: its key is pasted, its webhook endpoint is made by us."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from foundation.failures import Failure, NotNow
from foundation.shops.api import ConnectionKind, Role, ShopRequest, connect, shop_page
from foundation.shops.models import Connection
from orders.payments.api import make_endpoint

from .forms import StripeForm
from .views import connection_of, form_page, tested

if TYPE_CHECKING:
    from django.forms import Form


@sensitive_post_parameters("secret_key")
@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.OWNER)
def stripe_add(request: ShopRequest) -> HttpResponse:
    """Store an account's key, have Stripe deliver to us, then test."""
    form = StripeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = _connected(request, form)
        if made is not None:
            _endpoint_made(request, made)
            tested(request, made)
            return redirect("connections:detail", connection_id=made.pk)
    title, action = "Connect a Stripe account", "Connect and test"
    return form_page(request, form, title, action, kind=ConnectionKind.STRIPE)


def _connected(request: ShopRequest, form: "Form") -> Connection | None:
    values = form.cleaned_data
    try:
        with transaction.atomic():
            return connect(
                shop_id=request.shop.pk,
                kind=ConnectionKind.STRIPE,
                account=values["account"],
                secrets={"secret_key": values["secret_key"]},
                actor_id=request.user.pk,
            )
    except IntegrityError:
        form.add_error(
            "account", "This Stripe account is connected already. It belongs to one shop here."
        )
        return None


@require_POST
@shop_page(Role.OWNER)
def stripe_endpoint(request: ShopRequest, connection_id: UUID) -> HttpResponse:
    """Make the webhook endpoint anew, with a new secret."""
    connection = connection_of(request, connection_id)
    if connection.kind != ConnectionKind.STRIPE:
        messages.info(request, f"{connection.account} needs no webhook endpoint of this kind.")
    elif _endpoint_made(request, connection):
        tested(request, connection)
    return redirect("connections:detail", connection_id=connection.pk)


def _endpoint_made(request: ShopRequest, connection: Connection) -> bool:
    # No transaction is open here: a call abroad must never hold one (house law 2).
    try:
        make_endpoint(connection_id=connection.pk, actor_id=request.user.pk)
    except Failure as failure:
        messages.error(request, f"No webhook endpoint was made. {failure.message}")
    except NotNow as wait:
        messages.warning(request, f"No webhook endpoint was made: {wait}")
    else:
        messages.success(request, "Stripe delivers to us, signed with a new secret.")
        return True
    return False
