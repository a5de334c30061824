"""When a price job needs a second person: the shop's thresholds."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from foundation.shops.api import Role, ShopRequest, approvers_of, people_in, shop_page
from pricing import services
from pricing.approval import policy_of
from pricing.forms.keeping import ApprovalForm

from .keeping import crumbs


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.OWNER)
def approval(request: ShopRequest) -> HttpResponse:
    """Show the thresholds and who may approve, or set them."""
    policy = policy_of(request.shop.pk)
    names = ("enabled", "rows_over", "percent_over", "money_over")
    initial = {name: getattr(policy, name) for name in names}
    form = ApprovalForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.set_approval_policy(
            shop_id=request.shop.pk,
            actor_id=request.user.pk,
            **{name: form.cleaned_data[name] for name in names},
        )
        messages.success(request, "Saved. The next plan that is confirmed is measured by it.")
        return redirect("pricing:approval")
    context = {
        "title": "Approval",
        "lead": "Above which size a plan waits for a second person before it is run.",
        "crumbs": crumbs(),
        "form": form,
        "policy": policy,
        "people": people_in(request.shop.pk),
        "approvers": approvers_of(request.shop.pk),
    }
    return render(
        request, "pricing/kept/approval.html", context, status=422 if form.errors else 200
    )
