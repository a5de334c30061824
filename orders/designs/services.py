"""Verbs on designs: make one, change it, throw it away."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from orders.artwork.document import (
    Document,
    blank,
    checksum,
    digest,
    read_document,
    to_json,
)
from orders.contracts import Refused
from orders.enums import DesignStatus
from orders.models import Design, Photo
from orders.people.callers import Caller

from .sizes import size_to_design
from .specs import spec_of
from .states import move, tell


def photo_of(caller: Caller, photo_id: UUID) -> Photo:
    """Return a photo of the caller's. Raises :class:`orders.contracts.Refused` otherwise."""
    photos = Photo.objects.for_shop(caller.shop_id).filter(pk=photo_id, forgotten_at=None)
    if caller.staff_id is None:
        # A claimed design's photo belongs to the customer through it.
        mine = caller.own(Design.objects.for_shop(caller.shop_id)).values("photo_id")
        photos = photos.filter(visitor=caller.visitor) | photos.filter(pk__in=mine)
    photo = photos.first()
    if photo is None:
        raise Refused("no-such-photo", f"There is no photo {photo_id} of yours. Upload it first.")
    return photo


def create_design(*, caller: Caller, size_id: UUID, photo_id: UUID, document: Any = None) -> Design:
    """Make a design of a photo, as the document says or as we would make it.

    Raises :class:`orders.contracts.Refused`, and
    :class:`foundation.findings.DocumentErrors` that names what is wrong in the document.
    """
    size = size_to_design(shop_id=caller.shop_id, size_id=size_id)
    photo = photo_of(caller, photo_id)
    read = blank(photo.pk, spec=spec_of(size)) if document is None else read_document(document)
    _refuse_other_photo(read, photo)
    design = Design.objects.create(
        shop_id=caller.shop_id,
        visitor=caller.visitor,
        customer=caller.customer,
        size=size,
        photo=photo,
        **_columns(read),
    )
    tell(design)
    return design


def _columns(document: Document) -> dict[str, Any]:
    return {
        "document": to_json(document),
        "checksum": checksum(document),
        "digest": digest(document),
    }


def _refuse_other_photo(document: Document, photo: Photo) -> None:
    if str(document.photo.id) != str(photo.pk):
        raise Refused(
            "other-photo", "The document names another photo than the design. Name the same one."
        )


def design_locked(caller: Caller, design_id: UUID) -> Design:
    """Return a design of the caller's, locked until the caller's transaction ends.

    Raises :class:`orders.contracts.Refused` when it is not there.
    """
    return _found(caller.designs().select_for_update(of=("self",)), design_id)


def _found(designs: QuerySet[Design], design_id: UUID) -> Design:
    try:
        return designs.get(pk=design_id)
    except Design.DoesNotExist:
        raise Refused("no-such-design", "This design is gone.") from None


def change_design(
    *, caller: Caller, design_id: UUID, document: Any = None, size_id: UUID | None = None
) -> Design:
    """Change a design; one that was finalised is a draft again, its version stays as it is.

    What was ordered is not touched by it. Saying the same again, as every known preview does,
    changes nothing and waits for nobody. Raises :class:`orders.contracts.Refused` and
    :class:`foundation.findings.DocumentErrors`.
    """
    design = _found(caller.designs(), design_id)
    read = None if document is None else read_document(document)
    if _says_same(design, read, size_id):
        return design
    return _change(caller, design_id, read, size_id)


def _says_same(design: Design, read: Document | None, size_id: UUID | None) -> bool:
    if size_id is not None and size_id != design.size_id:
        return False
    return read is None or not _looks_other(design, read)


def _looks_other(design: Design, read: Document) -> bool:
    # The CRC32 tells most differences, the digest decides.
    return checksum(read) != design.checksum or digest(read) != design.digest


@transaction.atomic
def _change(caller: Caller, design_id: UUID, read: Document | None, size_id: UUID | None) -> Design:
    # Asked again under the lock: it may have become something else since.
    design = design_locked(caller, design_id)
    columns: dict[str, Any] = {}
    if read is not None:
        if str(read.photo.id) != str(design.photo_id):
            design.photo = photo_of(caller, UUID(str(read.photo.id)))
            columns["photo"] = design.photo
        if _looks_other(design, read):
            columns |= _columns(read)
    if size_id is not None and size_id != design.size_id:
        columns["size"] = size_to_design(shop_id=caller.shop_id, size_id=size_id)
    if columns:
        move(design, DesignStatus.DRAFT, **columns)
    return design


@transaction.atomic
def delete_design(*, caller: Caller, design_id: UUID) -> None:
    """Throw a design away. What was ordered of it stays, and is printed.

    Raises :class:`orders.contracts.Refused` when it is not there.
    """
    rows = caller.own(Design.objects.for_shop(caller.shop_id)).filter(pk=design_id, deleted_at=None)
    if not rows.update(deleted_at=timezone.now()):
        raise Refused("no-such-design", "This design is gone.")
