"""Addresses of files: signed for one person, good for a few minutes."""

from uuid import UUID

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from .contracts import Refused

GOOD_SECONDS = 300
_SALT = "exports.file"


def signed(export_id: UUID, user_id: UUID) -> str:
    """Sign that a person may fetch a file now."""
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
