"""The files of a print, and how near they are to what the customer saw."""

import hashlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.untrusted.api import libvips

from .document import Document
from .drawing import PREVIEW_WIDTH, Canvas, draw
from .scene import Scene, lay_out
from .sheet import write_pdf
from .spec import MM_PER_INCH, PrintSpec

PNG_COMPRESSION = 1
PARITY_MEAN, PARITY_WORST = 1.5, 20.0
"""What the two figures of :class:`Parity` may be at most for a preview to have been true."""
PNG_FILTER = "up"
_SQUARE = 8
_HEARTBEAT_SECONDS = 0.5
_WORKING_PIXELS = 1600


@dataclass(frozen=True, slots=True)
class Parity:
    """How far a print is from its preview, in steps of 255.

    The finished PNG is read back, and reduced by a whole number to about the width of a preview;
    the preview's own drawing is made at exactly that size. They are compared by the averages of
    squares of 8 by 8 pixels, which see another crop, colour or letter but not the grain of a
    photo, of which the working copy has less. ``mean`` is the average of the squares' differences,
    ``worst`` the largest. A true preview has at most ``PARITY_MEAN`` and ``PARITY_WORST``; seen
    are 0.1 to 0.7 and 2 to 6, and at eightfold zoom up to 1.0 and 14.
    """

    mean: float
    worst: float

    @property
    def holds(self) -> bool:
        """Whether what is printed is what was shown."""
        return self.mean <= PARITY_MEAN and self.worst <= PARITY_WORST


@dataclass(frozen=True, slots=True)
class PrintFiles:
    """Two files of the same pixels. ``parity`` is the mean of :class:`Parity`."""

    png: Path
    pdf: Path
    width_px: int
    height_px: int
    parity: float
    parity_worst: float
    png_sha256: str
    pdf_sha256: str
    seconds: float


Heartbeat = Callable[[], object]


def render_print(
    document: Document,
    spec: PrintSpec,
    photo: Path,
    *,
    folder: Path,
    heartbeat: Heartbeat | None = None,
) -> PrintFiles:
    """Draw the print with its bleed into ``folder`` as ``print.png`` and ``print.pdf``.

    ``photo`` is the JPEG that was kept for prints. ``heartbeat`` is called about twice a second in
    the caller's own thread; what it raises stops the drawing, and no file is left.
    """
    began = time.perf_counter()
    png, pdf = folder / "print.png", folder / "print.pdf"
    width, height = spec.pixels()
    beat = heartbeat or _nothing
    scene = lay_out(document, spec)
    try:
        write_png(document, spec, photo, png, heartbeat=beat)
        png_sha256 = _sha256(png, beat)
        write_pdf(png, pdf, spec=spec, identity=png_sha256)
        pdf_sha256 = _sha256(pdf, beat)
        parity = measure_parity(scene, document, photo, png, heartbeat=beat)
    except BaseException:
        png.unlink(missing_ok=True)
        pdf.unlink(missing_ok=True)
        raise
    return PrintFiles(
        png=png,
        pdf=pdf,
        width_px=width,
        height_px=height,
        parity=parity.mean,
        parity_worst=parity.worst,
        png_sha256=png_sha256,
        pdf_sha256=pdf_sha256,
        seconds=round(time.perf_counter() - began, 3),
    )


def write_png(
    document: Document, spec: PrintSpec, photo: Path, png: Path, *, heartbeat: Heartbeat
) -> None:
    """Write the sheet's picture with its density and the sRGB profile."""
    scene = lay_out(document, spec)
    width, height = spec.pixels()
    dots = spec.dpi / MM_PER_INCH
    image = draw(scene, document, photo, Canvas(scene.sheet, width, height))
    image = image.copy(xres=dots, yres=dots)

    def save() -> None:
        image.pngsave(
            str(png),
            compression=PNG_COMPRESSION,
            filter=PNG_FILTER,
            profile="srgb",
            keep="icc",
        )

    _watched(image, save, heartbeat)


def measure_parity(
    scene: Scene, document: Document, photo: Path, png: Path, *, heartbeat: Heartbeat
) -> Parity:
    """Compare a finished PNG with the preview's drawing; see :class:`Parity`."""
    vips = libvips()
    printed = vips.Image.pngload(str(png), access="sequential")
    by = max(1, round(printed.width / PREVIEW_WIDTH))
    width, height = printed.width // by, printed.height // by
    part = scene.sheet
    # What does not fill a last pixel of the reduced picture is left out of both.
    seen = type(part)(
        part.left,
        part.top,
        part.left + part.width * width * by / printed.width,
        part.top + part.height * height * by / printed.height,
    )
    working = vips.Image.thumbnail(str(photo), _WORKING_PIXELS, height=_WORKING_PIXELS, size="down")
    encoded = working.jpegsave_buffer(Q=90, keep="none")
    shown = draw(scene, document, encoded, Canvas(seen, width, height)).copy_memory()
    reduced = printed.crop(0, 0, width * by, height * by).shrink(by, by)
    # Signed, so that grain cancels out in each square.
    difference = reduced - shown
    found: list[Any] = []

    def compute() -> None:
        found.append(difference.copy_memory())

    _watched(difference, compute, heartbeat)
    squares = found[0].cast("float").shrink(_SQUARE, _SQUARE).abs()
    return Parity(mean=round(squares.avg(), 4), worst=round(squares.max(), 4))


def _watched(image: Any, work: Callable[[], None], heartbeat: Heartbeat) -> None:
    """Do the work in a thread and call the heartbeat here meanwhile; what it raises stops both."""
    done = threading.Event()

    def run() -> None:
        try:
            work()
        finally:
            done.set()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        try:
            while not done.wait(_HEARTBEAT_SECONDS):
                heartbeat()
        except BaseException:
            image.set_kill(True)
            running.exception()
            raise
        running.result()
    heartbeat()


def _sha256(path: Path, heartbeat: Heartbeat) -> str:
    with path.open("rb") as file:
        told = hashlib.file_digest(file, "sha256").hexdigest()
    heartbeat()
    return told


def _nothing() -> None:
    """Beat for nobody."""
