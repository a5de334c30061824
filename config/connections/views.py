"""The connection pages. Everybody in the shop sees the state; an owner changes it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog_sync.api import probe_connection
from foundation.failures import Failure, NotNow
from foundation.outbound import api as outbound
from foundation.shops.api import (
    ConnectionKind,
    Role,
    ShopRequest,
    change_secrets,
    connect,
    shop_page,
    store_facts,
)
from foundation.shops.models import Connection
from orders.payments.api import probe_account

from .forms import ReasonForm, SecretsForm, ShopifyForm, StripeSecretsForm
from .presenting import ConnectionFacts

if TYPE_CHECKING:
    from django.forms import Form

EXCHANGES_SHOWN = 10
PROBES: Final[Mapping[ConnectionKind, Callable[[UUID], dict[str, Any]]]] = {
    ConnectionKind.SHOPIFY: probe_connection,
    ConnectionKind.STRIPE: probe_account,
}
REMEDIES: Final[Mapping[ConnectionKind, str]] = {
    ConnectionKind.SHOPIFY: "Add the scopes to the app in Shopify's admin, install it again, and "
    "test again.",
    ConnectionKind.STRIPE: "Mend it, then test again.",
}
SECRETS_FORMS: Final[Mapping[ConnectionKind, type["Form"]]] = {
    ConnectionKind.SHOPIFY: SecretsForm,
    ConnectionKind.STRIPE: StripeSecretsForm,
}


def connection_of(request: ShopRequest, connection_id: UUID) -> Connection:
    """Return a connection of the shop; 404 for any other."""
    found = Connection.objects.for_shop(request.shop.pk).filter(pk=connection_id).first()
    if found is None:
        raise Http404
    return found


@require_safe
@shop_page()
def connection_list(request: ShopRequest) -> HttpResponse:
    """List the shop's connections with their state and what is left of their budgets."""
    rows = [ConnectionFacts.of(row) for row in Connection.objects.for_shop(request.shop.pk)]
    context = {
        "title": "Connections",
        "lead": "The outside systems this shop works with.",
        "rows": rows,
        "may_change": request.role.may(Role.OWNER),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "connections/list_rows.html" if fragment else "connections/list.html"
    return render(request, name, context)


@require_safe
@shop_page()
def connection_detail(request: ShopRequest, connection_id: UUID) -> HttpResponse:
    """Show one connection: facts, scopes, budget, the last calls."""
    connection = connection_of(request, connection_id)
    facts = ConnectionFacts.of(connection)
    context = {
        "title": connection.account,
        "crumbs": [("Connections", reverse("connections:list"))],
        "row": facts,
        "connection": connection,
        "exchanges": outbound.recent_exchanges(
            request.shop.pk, connection_id=connection.pk, limit=EXCHANGES_SHOWN
        ),
        "may_change": request.role.may(Role.OWNER),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "connections/facts.html" if fragment else "connections/detail.html"
    return render(request, name, context)


@sensitive_post_parameters("access_token", "webhook_secret")
@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.OWNER)
def connection_add(request: ShopRequest) -> HttpResponse:
    """Store a custom app's credentials, then test them."""
    form = ShopifyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            with transaction.atomic():
                made = connect(
                    shop_id=request.shop.pk,
                    kind=ConnectionKind.SHOPIFY,
                    account=values["account"],
                    secrets={
                        "access_token": values["access_token"],
                        "webhook_secret": values["webhook_secret"],
                    },
                    actor_id=request.user.pk,
                )
        except IntegrityError:
            form.add_error(
                "account",
                "This Shopify shop is connected already. A Shopify shop belongs to one shop here.",
            )
        else:
            tested(request, made)
            return redirect("connections:detail", connection_id=made.pk)
    title, action = "Connect a Shopify shop", "Connect and test"
    return form_page(request, form, title, action, kind=ConnectionKind.SHOPIFY)


@require_POST
@shop_page(Role.OWNER)
def connection_test(request: ShopRequest, connection_id: UUID) -> HttpResponse:
    """Ask the vendor who it is and what we may do. A person waits, so it is done here."""
    connection = connection_of(request, connection_id)
    tested(request, connection)
    return redirect("connections:detail", connection_id=connection.pk)


def tested(request: ShopRequest, connection: Connection) -> None:
    """Test a connection and tell the person what came of it."""
    # No transaction is open here: a call abroad must never hold one (house law 2).
    try:
        facts = PROBES[ConnectionKind(connection.kind)](connection.pk)
    except Failure as failure:
        # What an earlier test read stays; that it works now must not.
        facts = {**connection.facts, "failed": failure.message}
        store_facts(connection_id=connection.pk, facts=facts)
        messages.error(request, f"The test failed. {failure.message}")
    except NotNow as wait:
        messages.warning(request, f"Not tested: {wait}")
    else:
        missing = facts["missing"]
        if missing:
            messages.warning(
                request,
                f"Connected to {facts['name']}, but it lacks {', '.join(missing)}. "
                f"{REMEDIES[ConnectionKind(connection.kind)]}",
            )
        else:
            messages.success(request, f"Connected to {facts['name']}: everything needed is there.")
        if Connection.objects.filter(pk=connection.pk, state="parked").exists():
            messages.info(request, "It is still parked: resume it and its jobs go on.")


@require_POST
@shop_page(Role.OWNER)
def connection_park(request: ShopRequest, connection_id: UUID) -> HttpResponse:
    """Stop all calls through a connection, with a reason."""
    connection = connection_of(request, connection_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Not parked: say why, in at most 300 characters.")
    elif outbound.park_connection(
        connection.pk, form.cleaned_data["reason"], actor_id=request.user.pk
    ):
        messages.warning(request, f"{connection.account} is parked. Its jobs wait.")
    else:
        messages.info(request, "It was parked already.")
    return redirect("connections:detail", connection_id=connection.pk)


@require_POST
@shop_page(Role.OWNER)
def connection_resume(request: ShopRequest, connection_id: UUID) -> HttpResponse:
    """Allow calls again; the jobs that wait for it go on."""
    connection = connection_of(request, connection_id)
    jobs = outbound.resume_connection(connection.pk, actor_id=request.user.pk)
    waited = f" {jobs} waiting job{'s' if jobs != 1 else ''} put back." if jobs else ""
    messages.success(request, f"{connection.account} works again.{waited}")
    return redirect("connections:detail", connection_id=connection.pk)


@sensitive_post_parameters("access_token", "webhook_secret", "secret_key")
@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.OWNER)
def connection_secrets(request: ShopRequest, connection_id: UUID) -> HttpResponse:
    """Replace credentials, then test."""
    connection = connection_of(request, connection_id)
    kind = ConnectionKind(connection.kind)
    form = SECRETS_FORMS[kind](request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        change_secrets(
            connection_id=connection.pk, changed=form.cleaned_data, actor_id=request.user.pk
        )
        messages.success(request, "The new credentials are stored, encrypted.")
        tested(request, connection)
        return redirect("connections:detail", connection_id=connection.pk)
    title = f"New credentials for {connection.account}"
    return form_page(request, form, title, "Store and test", kind=kind)


def form_page(
    request: ShopRequest, form: "Form", title: str, action: str, *, kind: ConnectionKind
) -> HttpResponse:
    """Show a form of credentials, beside where to find them."""
    status = 422 if form.is_bound else 200
    return render(
        request,
        "connections/form.html",
        {
            "title": title,
            "crumbs": [("Connections", reverse("connections:list"))],
            "form": form,
            "action": action,
            "kind": kind,
        },
        status=status,
    )
