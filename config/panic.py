"""The panic switch of a shop: freeze all writes abroad, see who did it, release.

Here, in the top layer: the form is the shops', the verbs that also move jobs are outbound's.
"""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from foundation.outbound import api as outbound
from foundation.shops.api import Role, ShopRequest, shop_page
from foundation.shops.forms import FreezeForm

if TYPE_CHECKING:
    from django.http import HttpResponse


@shop_page()
def panic(request: ShopRequest) -> "HttpResponse":
    """Explain the switch and show its state; ask for a reason before freezing."""
    return _page(request, FreezeForm())


@require_POST
@shop_page(Role.EDITOR)
def freeze_shop(request: ShopRequest) -> "HttpResponse":
    """Freeze the shop. Everybody who can change prices can stop the changing of prices."""
    form = FreezeForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    frozen = outbound.freeze_shop(
        request.shop.pk, reason=form.cleaned_data["reason"], actor_id=request.user.pk
    )
    if frozen:
        messages.warning(request, f"{request.shop.name} is frozen. Nothing is written abroad.")
    else:
        messages.info(request, "The shop was frozen already.")
    return redirect("panic")


@require_POST
@shop_page(Role.APPROVER)
def release_shop(request: ShopRequest) -> "HttpResponse":
    """Release the switch and the jobs that waited for it, in one transaction."""
    released = request.shop.frozen_at is not None
    jobs = outbound.unfreeze_shop(request.shop.pk, actor_id=request.user.pk)
    if released:
        waited = "1 job goes on." if jobs == 1 else f"{jobs} jobs go on."
        messages.success(request, f"{request.shop.name} is released. {waited if jobs else ''}")
    else:
        messages.info(request, "The shop was not frozen.")
    return redirect("panic")


def _page(request: ShopRequest, form: FreezeForm, status: int = 200) -> "HttpResponse":
    return render(
        request,
        "frame/panic.html",
        {
            "title": "Panic switch",
            "lead": "Stops every change we would make outside: prices, stock, webhooks. "
            "Reading goes on, nothing is lost: jobs wait and continue after the release.",
            "form": form,
            "may_freeze": request.role.may(Role.EDITOR),
            "may_release": request.role.may(Role.APPROVER),
        },
        status=status,
    )
