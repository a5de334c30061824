"""Previews: drawn while the customer waits, once per design, owner and format."""

import hashlib
import io
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from foundation.storage.api import NoSuchFile, open_file, save, signed_url, stat
from orders.artwork.document import read_document
from orders.artwork.drawing import draw_preview
from orders.artwork.spec import PrintSpec
from orders.designs.specs import spec_of
from orders.models import Design
from orders.people.allowances import Cost, spend
from orders.people.callers import Caller

RENDERER = 1
"""Raised when the same design is drawn otherwise: pictures of before are not shown any more."""
WEBP = "image/webp"
WIDTH = 800
LONGEST = 1200
GOOD_SECONDS = 3600
_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture of a design. ``known``: it had been drawn before."""

    key: str
    url: str
    width: int
    height: int
    known: bool


def format_of(spec: PrintSpec) -> tuple[int, int]:
    """Return a preview's pixels: 800 wide, less when it would be too high."""
    height = round(WIDTH * spec.height_mm / spec.width_mm)
    if height <= LONGEST:
        return WIDTH, height
    return round(LONGEST * spec.width_mm / spec.height_mm), LONGEST


def owner_of(design: Design) -> str:
    """Name whom a design belongs to, as it stands in the keys of its previews."""
    if design.customer_id:
        return f"c{design.customer_id}"
    return f"v{design.visitor_id}" if design.visitor_id else f"s{design.shop_id}"


def preview_key(design: Design) -> str:
    """Return where a design's preview is kept.

    The CRC32 stands in it for people who look for one; it tells nothing apart by itself. What does
    is a SHA-256 over owner, the document's own SHA-256, format and renderer: no customer is ever
    shown another's picture, whatever collides.
    """
    spec = spec_of(design.size)
    width, height = format_of(spec)
    told = hashlib.sha256()
    for part in (
        owner_of(design).encode(),
        design.digest.encode(),
        f"{spec.width_mm}x{spec.height_mm}+{spec.bleed_mm}+{spec.safe_mm}".encode(),
        f"{width}x{height} {RENDERER}".encode(),
    ):
        told.update(len(part).to_bytes(4, "big") + part)
    return (
        f"previews/{design.shop_id}/{owner_of(design)}/"
        f"{design.checksum:08x}-{told.hexdigest()}.webp"
    )


def preview(*, caller: Caller, design: Design) -> Preview:
    """Return a design's preview, drawn now if it never was; outside of any transaction.

    ``design.size`` and ``design.photo`` must be loaded. Raises
    :class:`orders.people.allowances.TooMuch` when the client asks for too much at once.
    """
    key = preview_key(design)
    width, height = format_of(spec_of(design.size))
    known = design.preview_image_url == key or _is_there(key)
    spend(caller.keys, Cost.KNOWN_PREVIEW if known else Cost.PREVIEW)
    if not known:
        picture = draw_preview(
            read_document(design.document),
            spec_of(design.size),
            _working_copies.read(design.photo.working_key),
            width_px=width,
            height_px=height,
        )
        save(key, io.BytesIO(picture), content_type=WEBP)
    if design.preview_image_url != key:
        # Only while the design is still what was drawn.
        Design.objects.filter(pk=design.pk, digest=design.digest, size_id=design.size_id).update(
            preview_image_url=key
        )
        design.preview_image_url = key
    return Preview(key, picture_url(key), width, height, known)


def picture_url(key: str, *, content_type: str = WEBP) -> str:
    """Return an address for a page to show a picture at, for an hour; empty without a key."""
    return signed_url(key, seconds=GOOD_SECONDS, content_type=content_type) if key else ""


def _is_there(key: str) -> bool:
    try:
        stat(key)
    except NoSuchFile:
        return False
    return True


class _WorkingCopies:
    """The last photos previews were drawn from: who designs asks for the same one again.

    Keys name one content for ever, so nothing here gets old. 64 copies are some 20 MB.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def read(self, key: str) -> bytes:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        with open_file(key) as file:
            content = file.read()
        with self._lock:
            self._kept[key] = content
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
        return content


_working_copies = _WorkingCopies()
