"""The mail pages: what was sent to whom, what was not and why; send again, mark as sent."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from foundation.audit.api import events_of
from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page

from . import queries, services
from .contracts import Refused
from .enums import MailState
from .forms import MailFilterForm, ReasonForm
from .presenting import MailRow, timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from .models import Mail


@require_safe
@shop_page()
def mail_list(request: ShopRequest) -> HttpResponse:
    """List the mails, the latest first; htmx asks for the rows only."""
    form = MailFilterForm(request.GET)
    mails = queries.visible_mails(shop_id=request.shop.pk, ops=request.user.is_staff)
    found = queries.matching(mails, form.chosen())
    page = page_of(found, request.GET, order=("-created_at", "-id"))
    context = {
        "title": "Mails",
        "lead": "Every mail Backroom writes, with what became of it. One cause is one mail; when "
        "it is unknown whether one left, a person decides.",
        "filters": form,
        "page": page,
        "rows": [MailRow.of(mail) for mail in page.items],
        "undecided": queries.undecided(mails),
        "may_act": request.role.may(Role.EDITOR),
        "here": request.get_full_path(),
    }
    fragment = bool(request.headers.get("HX-Request"))
    return render(request, "mail/mail_rows.html" if fragment else "mail/mail_list.html", context)


def _mail(request: ShopRequest, mail_id: UUID) -> "Mail":
    mails = queries.visible_mails(shop_id=request.shop.pk, ops=request.user.is_staff)
    mail = mails.defer(None).defer("sealed").filter(pk=mail_id).first()
    if mail is None:
        raise Http404
    return mail


@require_safe
@shop_page()
def mail_detail(request: ShopRequest, mail_id: UUID) -> HttpResponse:
    """Show one mail with its text and everything that happened to it."""
    mail = _mail(request, mail_id)
    may_act = request.role.may(Role.EDITOR)
    context = {
        "title": mail.subject,
        "crumbs": [("Mails", reverse("mails:list"))],
        "row": MailRow.of(mail),
        "mail": mail,
        "timeline": timeline(mail, events_of("mail", mail.pk)),
        "may_send_again": may_act and MailRow.of(mail).repeatable,
        "may_mark_sent": may_act and mail.state == MailState.UNKNOWN,
        "open": mail.state in (MailState.QUEUED, MailState.SENDING),
    }
    fragment = bool(request.headers.get("HX-Request"))
    return render(request, "mail/mail_facts.html" if fragment else "mail/mail_page.html", context)


@require_POST
@shop_page(Role.EDITOR)
def send_again(request: ShopRequest, mail_id: UUID) -> HttpResponse:
    """Send a mail once more that did not leave, or may not have."""
    mail = _mail(request, mail_id)
    return _act(
        request,
        mail,
        lambda reason: services.send_again(mail=mail, actor_id=request.user.pk, reason=reason),
        "It is sent again, with the same Message-ID.",
    )


@require_POST
@shop_page(Role.EDITOR)
def mark_sent(request: ShopRequest, mail_id: UUID) -> HttpResponse:
    """Note that a mail of unknown outcome did arrive."""
    mail = _mail(request, mail_id)
    return _act(
        request,
        mail,
        lambda reason: services.mark_sent(mail=mail, actor_id=request.user.pk, reason=reason),
        "Marked as sent. It is not repeated.",
    )


def _act(
    request: ShopRequest, mail: "Mail", verb: "Callable[[str], None]", said: str
) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was changed: say why, in at most 300 characters.")
    else:
        try:
            verb(form.cleaned_data["reason"])
        except Refused as refused:
            messages.info(request, str(refused))
        else:
            messages.success(request, said)
    return redirect("mails:detail", mail_id=mail.pk)
