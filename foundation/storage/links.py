"""Links to files: signed, good for a while, and only for what they were made for."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from .contracts import OCTETS, checked

# What a browser shows without running anything; all else is for the disk.
INLINE: Final = frozenset({"image/png", "image/jpeg", "image/webp", "application/pdf"})
STEP_SECONDS: Final = 60
_SALT: Final = "storage.link"


class LinkOver(Exception):
    """The link is no good any more. The text is for people: why, and what now."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says. ``subject`` is handed to who keeps its ``purpose``."""

    key: str
    until: int
    content_type: str
    download_as: str
    purpose: str
    subject: str


Check = Callable[[str], None]
_checks: dict[str, Check] = {}


def on_fetch(purpose: str) -> Callable[[Check], Check]:
    """Register who is asked each time a link of this purpose is followed, with its subject.

    It may write down that it was, or raise :class:`LinkOver`: a right can end before its link.
    """

    def register(check: Check) -> Check:
        _checks[purpose] = check
        return check

    return register


def signed_url(  # noqa: PLR0913 -- what a link says, all by keyword
    key: str,
    *,
    seconds: int,
    content_type: str = OCTETS,
    download_as: str | None = None,
    purpose: str = "",
    subject: str = "",
) -> str:
    """Return an address at our origin at which whoever has it may fetch a file for a while.

    It is good for ``seconds``, and at most a minute longer: within a minute it is the same
    address, so that browsers need not fetch a picture again. Without ``download_as`` the file is
    shown in the page, which only pictures and PDFs are.
    """
    if download_as is None and content_type not in INLINE:
        message = f"{content_type} is not shown in a browser: give it a name to be stored under."
        raise ValueError(message)
    until = -(-(int(time.time()) + seconds) // STEP_SECONDS) * STEP_SECONDS
    link = Link(checked(key), until, content_type, download_as or "", purpose, subject)
    token = Signer(salt=_SALT).sign_object(list(asdict(link).values()))
    return reverse("storage:file", kwargs={"token": token})


def opened(token: str) -> Link | None:
    """Return what a link says; None when it is forged. Raises :class:`LinkOver`."""
    try:
        link = Link(*Signer(salt=_SALT).unsign_object(token))
    except (BadSignature, ValueError, TypeError):
        return None
    if link.until < time.time():
        message = "This link was good for a while, and that is over. Open the page it was on again."
        raise LinkOver(message)
    return link


def followed(link: Link) -> None:
    """Ask who keeps the link's purpose. Raises :class:`LinkOver`."""
    if link.purpose:
        _checks[link.purpose](link.subject)
