"""Write the mail with the link, not more often than a person needs; note what was changed."""

import datetime as dt
from typing import Any
from uuid import uuid4

import structlog
from axes.utils import reset as forget_failed_logins
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from foundation.audit.api import record
from foundation.mail.api import InvalidMail, send_mail, written_since
from foundation.shops.models import User

logger = structlog.get_logger(__name__)

EVERY = dt.timedelta(minutes=5)
A_DAY = dt.timedelta(days=1)
MOST_A_DAY = 6
# All people together; more is somebody trying addresses.
MOST_AT_ONCE = 40
KEY = "password:"


@transaction.atomic
def ask_for_link(*, email: str, now: dt.datetime) -> bool:
    """Write one mail with a link, if there is such a person. Returns whether one was written.

    One per person in five minutes (by the mail's key), six a day, forty in five minutes for all.
    People who cannot log in, or never had a password, get none.
    """
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None or not user.has_usable_password():
        return False
    if written_since(KEY, now - EVERY) >= MOST_AT_ONCE:
        logger.warning("password.too_many_links")
        return False
    mine = f"{KEY}{user.pk}:"
    if written_since(mine, now - A_DAY) >= MOST_A_DAY:
        return False
    path = reverse(
        "password_reset_confirm",
        kwargs={
            "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
            "token": default_token_generator.make_token(user),
        },
    )
    try:
        send_mail(
            key=f"{mine}{now.timestamp() // EVERY.total_seconds():.0f}",
            shop_id=None,
            to=user.email,
            template="password_link",
            context={"path": path},
            sensitive=True,
        )
    except InvalidMail:
        return False
    _note("link_asked", user)
    return True


@transaction.atomic
def password_was_set(*, user: User) -> None:
    """Record it, tell the person, and let them log in although they were locked out."""
    _note("reset", user)
    forget_failed_logins(username=user.email)
    send_mail(
        key=f"password_set:{user.pk}:{uuid4()}",
        shop_id=None,
        to=user.email,
        template="password_set",
        context={},
    )


def _note(deed: str, user: Any) -> None:
    record(
        f"shops.password.{deed}",
        shop_id=None,
        actor_id=user.pk if deed == "reset" else None,
        object_type="user",
        object_id=user.pk,
    )
