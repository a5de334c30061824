"""What a file is, by its first bytes, and what its structure says before it is decoded."""

from enum import Enum
from typing import BinaryIO

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 2_000
_HEVC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_ANYTHING_ELSE = "not a picture"

_REFUSED = (
    (b"GIF8", "a GIF"),
    (b"%PDF", "a PDF"),
    (b"II*\0", "a TIFF or a camera's raw file"),
    (b"MM\0*", "a TIFF or a camera's raw file"),
    (b"II+\0", "a TIFF"),
    (b"MM\0+", "a TIFF"),
    (b"BM", "a BMP"),
    (b"8BPS", "a Photoshop file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000"),
)


class Kind(Enum):
    """Pictures that are taken: what they are called, and libvips' reader of them."""

    JPEG = ("JPEG", "jpegload")
    PNG = ("PNG", "pngload")
    WEBP = ("WebP", "webpload")

    @property
    def label(self) -> str:
        """Its name for people."""
        return self.value[0]

    @property
    def loader(self) -> str:
        """The only reader that the file is given to."""
        return self.value[1]


def kind_of(head: bytes) -> tuple[Kind | None, str]:
    """Return the kind, or None and what the file seems to be instead."""
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG, ""
    if head.startswith(_PNG_HEAD):
        return Kind.PNG, ""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Kind.WEBP, ""
    return None, _said_of(head)


def _said_of(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        if head[8:12] in _HEVC:
            return "a HEIC photo (iPhone: Settings, Camera, Formats, Most Compatible)"
        return "an AVIF picture" if head[8:12] in {b"avif", b"avis"} else "a video"
    for start, name in _REFUSED:
        if head.startswith(start):
            return name
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")):
        return "an SVG drawing"
    if text.startswith((b"<html", b"<!doctype")):
        return "a web page"
    return _ANYTHING_ELSE


def is_animated_png(file: BinaryIO) -> bool:
    """Tell whether a PNG is animated: most programs show its first frame only."""
    file.seek(len(_PNG_HEAD))
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IDAT":  # noqa: PLR2004 -- length and kind
            return False
        if head[4:] == b"acTL":
            return True
        file.seek(int.from_bytes(head[:4], "big") + 4, 1)
    return False
