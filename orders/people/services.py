"""Verbs on visitors and customers: begin a visit, mail a link, open it, log out."""

import datetime as dt
import hashlib
import secrets
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from foundation.audit.api import record
from foundation.mail.api import InvalidMail, send_mail
from orders.contracts import Refused
from orders.models import Customer, Design, LoginLink, Order, PrintShop, Visitor

from .allowances import Cost, spend
from .callers import Caller

LINK_MINUTES = 60
SEEN_EVERY = dt.timedelta(hours=1)


def begin_visit(*, shop_id: UUID) -> Visitor:
    """Give a browser a row of its own; its signed cookie names it from now on."""
    return Visitor.objects.create(shop_id=shop_id)


def as_visitor(caller: Caller) -> Caller:
    """Return a caller as a visitor with a row, made now for a browser that has none."""
    if caller.staff_id is not None or caller.visitor is not None:
        return caller
    return replace(caller, visitor=begin_visit(shop_id=caller.shop_id))


def note_seen(visitor: Visitor) -> None:
    """Note once an hour that a browser is still in use."""
    now = timezone.now()
    if visitor.seen_at < now - SEEN_EVERY:
        Visitor.objects.filter(pk=visitor.pk).update(seen_at=now)


def customer_of(*, shop_id: UUID, email: str, name: str = "") -> Customer:
    """Return the customer with this address, made now if there is none."""
    known = Customer.objects.filter(shop_id=shop_id, email__iexact=email).first()
    if known is not None:
        return known
    with transaction.atomic():
        made, _ = Customer.objects.get_or_create(
            shop_id=shop_id, email=email.lower(), defaults={"name": name}
        )
    return made


@transaction.atomic
def ask_link(
    *, print_shop: PrintShop, visitor: Visitor | None, email: str, onward: str = ""
) -> None:
    """Mail a link that logs in, once, within the hour.

    The same is answered whether the address is known or not. Raises
    :class:`orders.people.allowances.TooMuch` (per address of the mail),
    :class:`orders.contracts.Refused` for what is no address.
    """
    # By its digest: an address may be longer than the column of the key.
    spend((f"mail:{print_shop.shop_id}:{_digest(email.lower())[:24]}",), Cost.LOGIN_LINK)
    customer = customer_of(shop_id=print_shop.shop_id, email=email)
    secret = secrets.token_urlsafe(24)
    link = LoginLink.objects.create(
        customer=customer,
        visitor=visitor,
        secret_digest=_digest(secret),
        onward=onward,
        expires_at=timezone.now() + dt.timedelta(minutes=LINK_MINUTES),
    )
    try:
        send_mail(
            key=f"orders.login_link:{link.pk}",
            shop_id=print_shop.shop_id,
            to=customer.email,
            template="print_shop_login",
            context={
                "print_shop": print_shop,
                "url": settings.WEB_URL + reverse("print_shop:open_link", args=[secret]),
                "minutes": LINK_MINUTES,
            },
            sensitive=True,
        )
    except InvalidMail as invalid:
        raise Refused("bad-email", "That is not one e-mail address. Check its spelling.") from (
            invalid
        )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def link_for(*, shop_id: UUID, secret: str) -> LoginLink:
    """Return a link that is still good. Raises :class:`orders.contracts.Refused` otherwise."""
    link = (
        LoginLink.objects.select_related("customer")
        .filter(secret_digest=_digest(secret), customer__shop_id=shop_id)
        .first()
    )
    if link is None or link.used_at is not None or link.expires_at < timezone.now():
        raise Refused(
            "link-over",
            "This link was used already or is older than an hour. Ask for a new one; what you "
            "made is kept.",
        )
    return link


@transaction.atomic
def open_link(*, shop_id: UUID, secret: str, visitor: Visitor | None) -> tuple[Visitor, LoginLink]:
    """Log the browser in where the link is opened, and let the customer have what was made.

    That is what this browser made and what the browser made that asked for the link. Only this
    one is logged in: whoever asks for a link to somebody else's address gains nothing. Raises
    :class:`orders.contracts.Refused` when the link is no good any more.
    """
    link = link_for(shop_id=shop_id, secret=secret)
    used = LoginLink.objects.filter(pk=link.pk, used_at=None).update(used_at=timezone.now())
    if not used:
        return open_link(shop_id=shop_id, secret=secret, visitor=visitor)
    here = visitor or begin_visit(shop_id=shop_id)
    Visitor.objects.filter(pk=here.pk).update(customer=link.customer)
    here.customer = link.customer
    _hand_over(shop_id, link, browsers=[each for each in (here.pk, link.visitor_id) if each])
    record(
        "orders.customer.logged_in",
        shop_id=shop_id,
        actor_id=None,
        object_type="customer",
        object_id=link.customer_id,
    )
    return here, link


def _hand_over(shop_id: UUID, link: LoginLink, *, browsers: list[UUID]) -> None:
    """Let the customer have what these browsers made, and what was ordered with the address.

    The address is proven, and the order's mails went there already.
    """
    designs = Design.objects.for_shop(shop_id).filter(customer=None)
    orders = Order.objects.for_shop(shop_id).filter(customer=None)
    mine = Q(visitor_id__in=browsers)
    ordered = orders.filter(email__iexact=link.customer.email)
    designs.filter(mine | Q(order_lines__order__in=ordered)).update(customer=link.customer)
    orders.filter(mine | Q(email__iexact=link.customer.email)).update(customer=link.customer)


def log_out(*, visitor: Visitor) -> None:
    """End a browser's log-in; its cookie is to be thrown away, too."""
    Visitor.objects.filter(pk=visitor.pk).update(customer=None)
