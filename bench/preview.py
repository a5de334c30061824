"""`preview`: a design on a 12-megapixel photo as 800 by 1,000 pixels of WebP, nothing cached.

Each round draws another design, from the working copy that the intake made once, in turns with
what the raw tool does for a picture of that size: libvips' ``thumbnail`` of the original JPEG to
as many pixels (it decodes at a fraction of the size) and the same encoding.
"""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.rows import Row, claim, p95
from config.demo.pet_photo import HEIGHT, WIDTH, write_photo
from foundation.untrusted.api import libvips, take_picture
from orders.artwork.document import blank, read_document, to_json
from orders.artwork.drawing import PREVIEW_EFFORT, PREVIEW_QUALITY, draw_preview
from orders.artwork.spec import PrintSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from orders.artwork.document import Document

ROUNDS = 60
WANTED_RATIO = 1.0
ACROSS, DOWN = 800, 1000
_NAMES = ("Bella", "Max", "Luna", "Sir Barnaby", "Amélie", "שלום", "Rex 🐶", "Лайка")


@claim("preview")
def preview() -> list[Row]:
    """Measure both in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo = write_photo(folder / "photo.jpg")
        began = time.perf_counter()
        taken = take_picture(photo, folder=folder)
        intake = time.perf_counter() - began
        spec = PrintSpec(width_mm=200, height_mm=250)
        ours: list[float] = []
        bare: list[float] = []
        fitted: list[float] = []
        for number in range(-5, ROUNDS):
            design = _design(number)
            for kept, work in (
                (bare, lambda: _thumbnail(photo, ACROSS, height=DOWN, crop="centre")),
                (ours, lambda design=design: draw_preview(design, spec, taken.working)),
                (fitted, lambda: _thumbnail(photo, ACROSS)),
            ):
                seconds = _timed(work)
                # The first few warm the files and the fonts.
                if number >= 0:
                    kept.append(seconds)
    figure, floor = p95(ours) * 1000, p95(bare) * 1000
    return [
        Row(
            name="preview",
            figure=round(figure, 1),
            unit="ms p95",
            floor=round(floor, 1),
            ratio=round(figure / floor, 3),
            wanted=WANTED_RATIO,
            peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            baseline=f"libvips thumbnail of {WIDTH} by {HEIGHT} to {ACROSS} by {DOWN}, same WebP",
            facts={
                "designs": ROUNDS,
                "median_ms": round(_median(ours), 1),
                "baseline_median_ms": round(_median(bare), 1),
                "ratio_of_medians": round(_median(ours) / _median(bare), 3),
                # The same call without the other side: 600 by 800, three fifths of the pixels.
                "ratio_to_600_by_800_p95": round(figure / (p95(fitted) * 1000), 3),
                "ratio_to_600_by_800_medians": round(_median(ours) / _median(fitted), 3),
                "intake_of_the_photo_ms": round(intake * 1000, 1),
            },
        )
    ]


def _design(number: int) -> Document:
    said = to_json(blank("00000000-0000-0000-0000-000000000001"))
    said["photo"] |= {"x": number / 500, "zoom": 1 + (number % 7) / 20}
    # Another size and colour each time: no part of a drawing is of use for the next.
    said["frame"]["size"] = 0.8 + number / 1000
    said["background"]["colours"][0] = f"#1d{number + 40:02x}53"
    said["name"]["text"] = _NAMES[number % len(_NAMES)]
    said["text"]["text"] = f"our little star since {2000 + number}"
    return read_document(said)


def _thumbnail(photo: Path, width: int, **options: Any) -> Any:
    image = libvips().Image.thumbnail(str(photo), width, **options)
    return image.webpsave_buffer(Q=PREVIEW_QUALITY, effort=PREVIEW_EFFORT, keep="none")


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    assert work()
    return time.perf_counter() - began


def _median(seconds: list[float]) -> float:
    return statistics.median(seconds) * 1000
