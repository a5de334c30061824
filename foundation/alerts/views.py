"""The alert pages: what is wrong, since when, what now, and who looks after it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page

from . import queries, services
from .forms import CloseForm

if TYPE_CHECKING:
    from .models import Alert

TONES = {"info": "busy", "warning": "warn", "critical": "bad"}
# More than this is not read by anybody; the same cause is one alert, however often it happens.
SHOWN = 200


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert with the colour of its severity."""

    alert: "Alert"
    tone: str


@require_safe
@shop_page()
def alert_list(request: ShopRequest) -> HttpResponse:
    """List what is wrong now, and below it what was; htmx asks for the lists only."""
    opened = list(queries.open_alerts(request.shop.pk)[:SHOWN])
    if request.user.is_staff:
        opened += queries.open_alerts(None)[:SHOWN]
    page = page_of(queries.closed_alerts(request.shop.pk), request.GET, size=20)
    context = {
        "title": "Alerts",
        "lead": "What a person must know. The same cause is one alert, however often it happens; "
        "most close by themselves when the cause is gone.",
        "opened": [AlertRow(alert, TONES[alert.severity]) for alert in opened],
        "page": page,
        "may_act": request.role.may(Role.EDITOR),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "alerts/alert_rows.html" if fragment else "alerts/alert_list.html"
    return render(request, name, context)


def _alert(request: ShopRequest, alert_id: int) -> "Alert":
    found = queries.open_alerts(request.shop.pk).filter(pk=alert_id).first()
    if found is None and request.user.is_staff:
        found = queries.open_alerts(None).filter(pk=alert_id).first()
    if found is None:
        raise Http404
    return found


@require_POST
@shop_page(Role.EDITOR)
def take_alert(request: ShopRequest, alert_id: int) -> HttpResponse:
    """Note that this person looks after the alert."""
    services.take(alert=_alert(request, alert_id), user_id=request.user.pk)
    messages.success(request, "The alert is yours. The others see that you look after it.")
    return redirect("alerts:list")


@require_POST
@shop_page(Role.EDITOR)
def close_alert(request: ShopRequest, alert_id: int) -> HttpResponse:
    """Close the alert by hand; if its cause is still there, the next notice opens a new one."""
    alert = _alert(request, alert_id)
    form = CloseForm(request.POST)
    if not form.is_valid():
        messages.error(request, "The alert stays open: say why, in at most 300 characters.")
    elif services.close_by_person(
        alert=alert, user_id=request.user.pk, reason=form.cleaned_data["reason"]
    ):
        messages.success(request, "Closed. If the cause is still there, a new alert will open.")
    else:
        messages.info(request, "The alert was closed already.")
    return redirect("alerts:list")
