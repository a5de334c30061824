"""Pictures of what was frozen: a version or a render's document, whatever became of the design."""

from typing import Any
from uuid import UUID

from orders.artwork.document import checksum, read_document
from orders.enums import RenderKind, RenderStatus
from orders.models import Design, DesignVersion, Photo, PrintShop, PrintSize, RenderJob
from orders.people.callers import Caller

from .previews import Preview, preview

_MEASURES = ("width_mm", "height_mm", "bleed_mm", "safe_mm", "dpi")


def staff_caller(shop_id: UUID, staff_id: UUID) -> Caller:
    """Return a person of staff as who asks for a picture.

    Nobody's allowance is spent by staff, so who the print shop is does not matter.
    """
    return Caller(print_shop=PrintShop(shop_id=shop_id), staff_id=staff_id)


def picture_of_version(version: DesignVersion, *, caller: Caller) -> Preview:
    """Return a version's picture, drawn now if it never was; outside of any transaction.

    ``version.design`` and ``version.photo`` must be loaded. Raises
    :class:`foundation.storage.api.NoSuchFile` when its photo was deleted, and ``StorageDown``.
    """
    return preview(caller=caller, design=_as_it_was(version, version.size_id, version.photo))


def picture_key(render: RenderJob, *, staff_id: UUID) -> str:
    """Return the stored picture of a render, drawn now if there is none; in no transaction.

    ``design`` with its photo, and ``version`` with its photo, must be loaded. Raises as
    :func:`picture_of_version`.
    """
    if render.kind == RenderKind.PREVIEW and render.status == RenderStatus.COMPLETED:
        return render.image_key
    of = render.version or render.design
    caller = staff_caller(render.shop_id, staff_id)
    return preview(caller=caller, design=_as_it_was(render, of.size_id, of.photo)).key


def _as_it_was(frozen: DesignVersion | RenderJob, size_id: UUID, photo: Photo) -> Design:
    """Return a design, not stored, that looks as what was frozen, in the measures of then."""
    was = frozen.design
    measures: dict[str, Any] = {name: frozen.spec[name] for name in _MEASURES}
    return Design(
        id=was.pk,
        shop_id=was.shop_id,
        visitor_id=was.visitor_id,
        customer_id=was.customer_id,
        size=PrintSize(id=size_id, shop_id=was.shop_id, **measures),
        photo=photo,
        document=frozen.document,
        checksum=checksum(read_document(frozen.document)),
        digest=frozen.digest,
    )
