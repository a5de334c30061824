"""The picture of what a render is of, as it was when it was asked for."""

from uuid import UUID

from orders.artwork.document import checksum, read_document
from orders.enums import RenderKind, RenderStatus
from orders.models import Design, PrintShop, PrintSize, RenderJob
from orders.people.callers import Caller

from .previews import Preview, preview

_MEASURES = ("width_mm", "height_mm", "bleed_mm", "safe_mm", "dpi")


def staff_caller(shop_id: UUID, staff_id: UUID) -> Caller:
    """Return a person of staff as who asks for a picture: nobody's allowance is spent."""
    return Caller(print_shop=PrintShop(shop_id=shop_id), staff_id=staff_id)


def picture_key(render: RenderJob, *, staff_id: UUID) -> str:
    """Return the stored picture of a render, drawn now if there is none; in no transaction.

    ``design`` with its photo, and ``version`` with its photo, must be loaded. Raises
    :class:`foundation.storage.api.NoSuchFile` when the photo was deleted, and ``StorageDown``.
    """
    if render.kind == RenderKind.PREVIEW and render.status == RenderStatus.COMPLETED:
        return render.image_key
    drawn: Preview = preview(
        caller=staff_caller(render.shop_id, staff_id), design=_as_it_was(render)
    )
    return drawn.key


def _as_it_was(render: RenderJob) -> Design:
    was = render.design
    size_id = render.version.size_id if render.version else was.size_id
    measures = {name: render.spec[name] for name in _MEASURES}
    return Design(
        id=was.pk,
        shop_id=was.shop_id,
        visitor_id=was.visitor_id,
        customer_id=was.customer_id,
        size=PrintSize(id=size_id, shop_id=was.shop_id, **measures),
        photo=render.version.photo if render.version else was.photo,
        document=render.document,
        checksum=checksum(read_document(render.document)),
        digest=render.digest,
    )
