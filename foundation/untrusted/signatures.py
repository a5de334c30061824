"""What a file is, by its first bytes, and what its structure says before it is decoded."""

from enum import Enum
from typing import BinaryIO

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 200_000
"""More than any program writes of 40 MB; they are walked one by one."""
_PICTURE_CHUNKS = frozenset(
    {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"eXIf"}
)
_CHECKSUM = 4
_PIECE = 1 << 20
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


def copy_png(source: BinaryIO, target: BinaryIO) -> bool:
    """Copy what makes up a PNG's picture and leave out the rest; tell whether it is animated.

    A reader unpacks all compressed text in it, of which a small file can hold gigabytes. What is
    cut short or not a PNG further on is copied so far: its reader says so. Most programs show the
    first frame only of an animated one.
    """
    source.seek(0)
    target.write(source.read(len(_PNG_HEAD)))
    for _ in range(_MOST_CHUNKS):
        head = source.read(8)
        kind, left = head[4:], int.from_bytes(head[:4], "big") + _CHECKSUM
        if kind == b"acTL":
            return True
        if kind not in _PICTURE_CHUNKS:
            if len(head) < 8:  # noqa: PLR2004 -- length and kind
                return False
            source.seek(left, 1)
            continue
        target.write(head)
        while left and (piece := source.read(min(left, _PIECE))):
            target.write(piece)
            left -= len(piece)
        if left or kind == b"IEND":
            return False
    return False
