"""A PDF of one picture with bleed, written as a stream.

The picture is the PNG's own compressed data: a PDF reads PNG's row filters, so nothing is
computed twice, nothing is lost, and no more than a piece of the file is in memory. Libraries that
write PDF either decode the picture or hold it in memory, or know no boxes and output intent.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .spec import MM_PER_INCH, PrintSpec

_POINTS_PER_MM = 72 / MM_PER_INCH
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNK_HEAD, _CHUNK_TAIL = 8, 4
_PIECE = 1 << 20
_FORM = bytes((8, 2, 0, 0, 0))
"""Eight bits, RGB, deflated, filtered by rows, not interlaced."""


def write_pdf(png: Path, pdf: Path, *, spec: PrintSpec, identity: str) -> None:
    """Write the PNG as a page with MediaBox and BleedBox of the sheet and TrimBox of the format.

    The PNG is one of ours: RGB of eight bits, not interlaced, with its profile in it. ``identity``
    (hexadecimal) becomes the file's identifier; without dates equal prints are equal files.
    """
    with png.open("rb") as source, pdf.open("wb") as target:
        _Writer(target).write(_Picture(source), spec=spec, identity=identity[:32])


class _Picture:
    """The parts of a PNG that a PDF needs."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.width = self.height = 0
        self.profile = b""
        self.places: list[tuple[int, int]] = []
        if source.read(len(_SIGNATURE)) != _SIGNATURE:
            raise ValueError("This is not a PNG.")
        while head := source.read(_CHUNK_HEAD):
            length, kind, at = int.from_bytes(head[:4], "big"), head[4:], source.tell()
            if kind == b"IHDR":
                header = source.read(length)
                self.width = int.from_bytes(header[:4], "big")
                self.height = int.from_bytes(header[4:8], "big")
                if header[8:] != _FORM:
                    raise ValueError("This is not a PNG of ours: its pixels have another form.")
            elif kind == b"iCCP":
                # Name, nought, method, then the compressed profile.
                self.profile = zlib.decompress(source.read(length).split(b"\0", 1)[1][1:])
            elif kind == b"IDAT":
                self.places.append((at, length))
            source.seek(at + length + _CHUNK_TAIL)

    @property
    def length(self) -> int:
        return sum(length for _, length in self.places)

    def pieces(self) -> Iterator[bytes]:
        for at, length in self.places:
            self._source.seek(at)
            left = length
            while left:
                piece = self._source.read(min(left, _PIECE))
                left -= len(piece)
                yield piece


class _Writer:
    """Writes objects one after the other and remembers where each begins."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._places: list[int] = []

    def write(self, picture: _Picture, *, spec: PrintSpec, identity: str) -> None:
        wide = (spec.width_mm + 2 * spec.bleed_mm) * _POINTS_PER_MM
        high = (spec.height_mm + 2 * spec.bleed_mm) * _POINTS_PER_MM
        edge = spec.bleed_mm * _POINTS_PER_MM
        sheet = f"[0 0 {wide:.4f} {high:.4f}]"
        trim = f"[{edge:.4f} {edge:.4f} {wide - edge:.4f} {high - edge:.4f}]"
        # The comment's four bytes tell those who copy files that this is not text.
        self._target.write(b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n")
        self._object("<< /Type /Catalog /Pages 2 0 R /OutputIntents [7 0 R] >>")
        self._object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        self._object(
            f"<< /Type /Page /Parent 2 0 R /MediaBox {sheet} /BleedBox {sheet} /TrimBox {trim} "
            "/Resources << /XObject << /Picture 5 0 R >> >> /Contents 4 0 R >>"
        )
        drawn = f"q {wide:.4f} 0 0 {high:.4f} 0 0 cm /Picture Do Q".encode()
        self._stream("", len(drawn), iter([drawn]))
        self._stream(
            f"/Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height} "
            "/ColorSpace [/ICCBased 6 0 R] /BitsPerComponent 8 /Filter /FlateDecode "
            f"/DecodeParms << /Predictor 15 /Colors 3 /BitsPerComponent 8 "
            f"/Columns {picture.width} >>",
            picture.length,
            picture.pieces(),
        )
        profile = zlib.compress(picture.profile, 9)
        self._stream(
            "/N 3 /Alternate /DeviceRGB /Filter /FlateDecode", len(profile), iter([profile])
        )
        self._object(
            "<< /Type /OutputIntent /S /GTS_PDFX /OutputConditionIdentifier (sRGB IEC61966-2.1) "
            "/RegistryName (http://www.color.org) /Info (sRGB IEC61966-2.1) "
            "/DestOutputProfile 6 0 R >>"
        )
        self._object("<< /Producer (Backroom) /Trapped /False >>")
        self._end(identity)

    def _begin(self) -> None:
        self._places.append(self._target.tell())
        self._target.write(f"{len(self._places)} 0 obj\n".encode())

    def _object(self, said: str) -> None:
        self._begin()
        self._target.write(f"{said}\nendobj\n".encode())

    def _stream(self, said: str, length: int, pieces: Iterator[bytes]) -> None:
        self._begin()
        self._target.write(f"<< {said} /Length {length} >>\nstream\n".encode())
        for piece in pieces:
            self._target.write(piece)
        self._target.write(b"\nendstream\nendobj\n")

    def _end(self, identity: str) -> None:
        at = self._target.tell()
        count = len(self._places) + 1
        table = [f"xref\n0 {count}\n0000000000 65535 f \n"]
        table += [f"{place:010d} 00000 n \n" for place in self._places]
        table.append(
            f"trailer\n<< /Size {count} /Root 1 0 R /Info {count - 1} 0 R "
            f"/ID [<{identity}> <{identity}>] >>\nstartxref\n{at}\n%%EOF\n"
        )
        self._target.write("".join(table).encode())
