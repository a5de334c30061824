"""Addresses of files: signed for one person, good for a few minutes."""

from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from foundation.shops.api import role_in
from foundation.storage.api import LinkOver, on_fetch, signed_url

from .contracts import Refused
from .enums import ExportState
from .making import CONTENT_TYPE
from .models import ExportJob
from .presenting import file_name
from .services import note_download

GOOD_SECONDS = 300
_SALT = "exports.file"
_PURPOSE = "exports.file"


def signed(export_id: UUID, user_id: UUID) -> str:
    """Sign that a person who is logged in may fetch a file now."""
    return TimestampSigner(salt=_SALT).sign(f"{export_id}:{user_id}")


def opened(token: str, user_id: UUID) -> UUID | None:
    """Return the export a signature is for; None when it is forged or somebody else's.

    Raises :class:`Refused` when it was good once.
    """
    try:
        value = TimestampSigner(salt=_SALT).unsign(token, max_age=GOOD_SECONDS)
    except SignatureExpired as expired:
        message = "That link was good for five minutes. Click Download again."
        raise Refused(message) from expired
    except BadSignature:
        return None
    export_id, _, whose = value.partition(":")
    return UUID(export_id) if whose == str(user_id) else None


def address_for_programs(export: ExportJob, user_id: UUID) -> str | None:
    """Return an address that needs no log-in, of a file that is ready; None of another.

    Who follows it does so in this person's name, while the person belongs to the shop.
    """
    if export.state != ExportState.DONE:
        return None
    return signed_url(
        export.file_url,
        seconds=GOOD_SECONDS,
        content_type=CONTENT_TYPE,
        download_as=file_name(export),
        purpose=_PURPOSE,
        subject=f"{export.pk}:{user_id}",
    )


@on_fetch(_PURPOSE)
def fetched(subject: str) -> None:
    """Let a file go to whom its address was made for, if still a member; and record it."""
    export_id, _, user_id = subject.partition(":")
    export = ExportJob.objects.filter(pk=export_id, state=ExportState.DONE).first()
    if export is None:
        message = "The file is not kept any more. Ask for the export again."
        raise LinkOver(message)
    person = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if person is None or role_in(person, export.shop_id) is None:
        message = "This link was made for somebody who does not belong to the shop any more."
        raise LinkOver(message)
    note_download(export=export, actor_id=person.pk)
