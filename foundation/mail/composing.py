"""Make a mail out of templates, and a message out of a mail.

``templates/letters/<name>.subject.txt``, ``<name>.txt`` and, if there is one, ``<name>.html``.
"""

from contextlib import suppress
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from foundation.shops.api import seal, unseal

from .contracts import InvalidMail
from .models import Mail

SUBJECT_LENGTH = 250


def checked_address(to: str) -> str:
    """Return the one address a mail goes to. Raises :class:`InvalidMail` for anything else."""
    try:
        validate_email(to)
    except ValidationError as error:
        message = f"{to!r} is not one e-mail address."
        raise InvalidMail(message) from error
    return to


def checked_subject(subject: str) -> str:
    """Return the subject in one line. A line break inside would begin another header."""
    said = subject.strip()
    if not said or not said.isprintable():
        message = f"{said!r} cannot be a subject: it must be one line of text."
        raise InvalidMail(message)
    return said[:SUBJECT_LENGTH]


def rendered(template: str, context: dict[str, Any]) -> tuple[str, str, str]:
    """Return subject, text and HTML (empty when there is no such template)."""
    values = {"site": settings.WEB_URL, **context}
    subject = render_to_string(f"letters/{template}.subject.txt", values)
    text = render_to_string(f"letters/{template}.txt", values).strip() + "\n"
    html = ""
    with suppress(TemplateDoesNotExist):
        html = render_to_string(f"letters/{template}.html", values)
    return subject, text, html


def message_id_of(mail_id: UUID) -> str:
    """Make the Message-ID (RFC 5322) of a mail: its own id at the sender's domain."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{mail_id}@{domain}>"


def sealed(text: str, html: str) -> bytes:
    """Encrypt a body that nobody may read in the database."""
    return seal({"text": text, "html": html})


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """Put a stored mail into the form the back-end takes."""
    body = unseal(bytes(mail.sealed)) if mail.sealed else {"text": mail.text, "html": mail.html}
    headers = {
        "Message-ID": mail.message_id,
        # RFC 3834: nobody's out-of-office answers to it.
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMultiAlternatives(mail.subject, body["text"], to=[mail.to], headers=headers)
    if body["html"]:
        message.attach_alternative(body["html"], "text/html")
    return message
