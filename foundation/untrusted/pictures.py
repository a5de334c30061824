"""Photos from strangers: looked at before they are decoded, and kept only as we write them anew.

What a file is, its first bytes say; its name is not asked. Its own statement of size is checked
before a pixel is computed. What is kept is a JPEG that we encoded from the pixels: no metadata
(where it was taken among it), no profile, nothing that was hidden behind the picture.

Memory: a picture is decoded in strips. Turned ones are kept whole while they are turned, above
100 MB in a file that libvips removes. Progressive JPEG, interlaced PNG and WebP are decoded whole
by their libraries, so fewer pixels are taken of them (``PictureLimits.whole_pixels``).
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from .contracts import PictureLimits, Rejected
from .libvips import libvips
from .signatures import Kind, copy_png, kind_of

_PIECE = 1 << 20
_HEAD = 64
_IN_PASSES = ("jpeg-multiscan", "interlaced")
"""What libvips calls a JPEG or PNG that is stored in passes over its whole area."""
ORIGINAL_QUALITY, WORKING_QUALITY, WORKING_PIXELS = 95, 90, 1600
_INSTEAD = "Send the photo as JPEG, PNG or WebP."


@dataclass(frozen=True, slots=True)
class TakenPicture:
    """A photo as we keep it: both files are JPEG in sRGB without metadata, the right way up.

    ``original`` has all pixels and is what prints are made of; ``working`` has at most 1,600 on
    its longer side and is what previews are made of. ``sha256`` is of the original as kept.
    ``notes`` say in words what was changed about the picture.
    """

    width: int
    height: int
    original: Path
    working: Path
    sha256: str
    taken_format: str
    notes: tuple[str, ...]


def take_picture(
    source: BinaryIO | Path, *, folder: Path, limits: PictureLimits | None = None
) -> TakenPicture:
    """Read a photo and write it anew into ``folder`` as ``original.jpg`` and ``working.jpg``.

    Raises :class:`Rejected` with what is wrong and what to send instead; then nothing is left in
    the folder.
    """
    limits = limits or PictureLimits()
    original, working = folder / "original.jpg", folder / "working.jpg"
    with _received(source, folder, limits.max_bytes) as upload:
        kind = _kind(upload)
        if kind is Kind.PNG:
            _keep_only_the_picture(upload)
        opened = _opened(upload, kind)
        _check(opened, kind, limits)
        try:
            notes = _write(upload, kind, opened, original)
            width, height = _write_working(original, working)
        except BaseException:
            original.unlink(missing_ok=True)
            working.unlink(missing_ok=True)
            raise
    with original.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return TakenPicture(width, height, original, working, sha256, kind.label, tuple(notes))


@contextmanager
def _received(source: BinaryIO | Path, folder: Path, most: int) -> Iterator[Path]:
    """Give a file of what was sent, up to the limit; it is gone afterwards."""
    handle, name = tempfile.mkstemp(prefix="upload-", dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            if isinstance(source, Path):
                with source.open("rb") as stream:
                    _copy(stream, target, most)
            else:
                _copy(source, target, most)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _copy(stream: BinaryIO, target: BinaryIO, most: int) -> None:
    length = 0
    while piece := stream.read(_PIECE):
        length += len(piece)
        if length > most:
            message = (
                f"The file is larger than {most / _PIECE:.0f} MB. "
                "Send a smaller copy: a JPEG of the same photo is usually under 15 MB."
            )
            raise Rejected(message)
        target.write(piece)
    if not length:
        raise Rejected("The file is empty. Choose the photo again.")


def _kind(upload: Path) -> Kind:
    with upload.open("rb") as file:
        kind, refused = kind_of(file.read(_HEAD))
    if kind is None:
        message = f"This is {refused}, which cannot be printed from. {_INSTEAD}"
        raise Rejected(message)
    return kind


def _keep_only_the_picture(upload: Path) -> None:
    """Take everything else out of a PNG."""
    plain = upload.with_suffix(".plain")
    try:
        with upload.open("rb") as source, plain.open("wb") as target:
            moving = copy_png(source, target)
        plain.replace(upload)
    finally:
        plain.unlink(missing_ok=True)
    if moving:
        raise _moving(Kind.PNG)


def _moving(kind: Kind) -> Rejected:
    return Rejected(f"This {kind.label} is animated. Send a single photo.")


def _opened(upload: Path, kind: Kind, *, from_top: bool = True) -> Any:
    """Open with the one reader of this kind. Only the header is read here."""
    vips = libvips()
    options: dict[str, Any] = {
        "access": "sequential" if from_top else "random",
        # Stop at the first strip that is missing or damaged.
        "fail_on": "error",
    }
    try:
        return getattr(vips.Image, kind.loader)(str(upload), **options)
    except (vips.Error, UnicodeDecodeError) as error:
        # The latter is what an error becomes that quotes the file.
        raise _damaged(kind) from error


def _damaged(kind: Kind) -> Rejected:
    return Rejected(
        f"The {kind.label} is damaged or not complete. Export or download the photo again, "
        "open it once to see that it is whole, and send that."
    )


def _check(opened: Any, kind: Kind, limits: PictureLimits) -> None:
    """Refuse by what the header says, before anything is decoded."""
    width, height = opened.width, opened.height
    said = f"The photo is {width:,} × {height:,} pixels"
    pages = opened.get("n-pages") if opened.get_typeof("n-pages") else 1
    whole = kind is Kind.WEBP or any(
        opened.get_typeof(sign) and opened.get(sign) for sign in _IN_PASSES
    )
    if pages > 1:
        raise _moving(kind)
    if width * height > limits.max_pixels:
        most = limits.max_pixels // 1_000_000
        message = f"{said}; {most} million is the most. Send a smaller copy."
        raise Rejected(message)
    if whole and width * height > limits.whole_pixels:
        most = limits.whole_pixels // 1_000_000
        message = (
            f"{said}; of a {kind.label} that is stored this way {most} million is the most. "
            "Save it as a plain JPEG (not progressive)."
        )
        raise Rejected(message)
    if min(width, height) < limits.least_side:
        message = (
            f"{said}; each side needs {limits.least_side} at least to be printed. "
            "Send the photo as it came from the camera, not a thumbnail."
        )
        raise Rejected(message)
    if max(width, height) > limits.max_aspect * min(width, height):
        message = (
            f"{said}: one side is more than {limits.max_aspect} times the other. "
            "Crop it before sending."
        )
        raise Rejected(message)


def _write(upload: Path, kind: Kind, opened: Any, original: Path) -> list[str]:
    """Decode, turn upright, bring to sRGB of eight bits, and encode anew."""
    vips = libvips()
    notes: list[str] = []
    image = opened
    if image.get_typeof("orientation") and image.get("orientation") > 1:
        # Its strips are needed in another order than they are stored in.
        image = _opened(upload, kind, from_top=False).autorot()
        notes.append("Turned upright as the camera noted.")
    try:
        image = _in_srgb(image, notes)
        # Nothing of the file's own metadata goes into what we keep.
        image.jpegsave(str(original), Q=ORIGINAL_QUALITY, subsample_mode="off", keep="none")
    except (vips.Error, UnicodeDecodeError) as error:
        raise _damaged(kind) from error
    return notes


def _in_srgb(image: Any, notes: list[str]) -> Any:
    has_profile = bool(image.get_typeof("icc-profile-data"))
    if image.interpretation == "cmyk":
        image = image.icc_transform("srgb", embedded=has_profile, input_profile="cmyk")
        notes.append("Converted from CMYK: colours may differ a little from the screen's.")
    elif has_profile and not _is_broken(image):
        image = image.icc_transform("srgb", embedded=True)
    if image.hasalpha():
        image = image.flatten(background=_paper(image))
        notes.append("Transparent parts became white.")
    if image.interpretation != "srgb":
        image = image.colourspace("srgb")
    return image.cast("uchar")


def _is_broken(image: Any) -> bool:
    """Tell whether the profile cannot be meant; the photo is then taken for sRGB."""
    vips = libvips()
    try:
        image.icc_import(embedded=True)
    except (vips.Error, UnicodeDecodeError):
        return True
    return False


def _paper(image: Any) -> list[int]:
    most = 65_535 if image.format == "ushort" else 255
    return [most] * (image.bands - 1)


def _write_working(original: Path, working: Path) -> tuple[int, int]:
    vips = libvips()
    whole = vips.Image.jpegload(str(original))
    width, height = whole.width, whole.height
    small = vips.Image.thumbnail(
        str(original), WORKING_PIXELS, height=WORKING_PIXELS, size="down", no_rotate=True
    )
    small.jpegsave(str(working), Q=WORKING_QUALITY, subsample_mode="off", keep="none")
    return width, height
