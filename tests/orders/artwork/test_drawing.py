"""Previews: known places have their colours, and the same design has the same bytes."""

import io
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from foundation.untrusted.api import libvips
from orders.artwork.document import canonical
from orders.artwork.drawing import draw_preview
from orders.artwork.spec import PrintSpec

from .conftest import QUARTERS, Design

WHITE_PAGE = {"kind": "plain", "colours": ["#ffffff"]}
Colour = tuple[int, ...]


def shown(webp: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(webp))
    assert (image.format, image.mode) == ("WEBP", "RGB")
    assert "exif" not in image.info
    return image


def at(image: Image.Image, x: float, y: float) -> Colour:
    """Return the colour at a place given in fractions: the mean of a few pixels."""
    left, top = int(x * image.width), int(y * image.height)
    small = image.crop((left - 2, top - 2, left + 3, top + 3)).resize((1, 1), Image.Resampling.BOX)
    return tuple(small.tobytes())


def is_like(found: Colour, wanted: Colour, by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(found, wanted, strict=True))


def names_at(image: Image.Image, *places: tuple[float, float]) -> list[str]:
    """Return which quarter of the photo is seen at each place."""
    return [
        next(
            (name for name, colour in QUARTERS.items() if is_like(at(image, *place), colour, 14)),
            f"{at(image, *place)}",
        )
        for place in places
    ]


FOUR = ((0.3, 0.3), (0.7, 0.3), (0.3, 0.7), (0.7, 0.7))


def test_a_photo_fills_a_format_without_a_frame(
    design: Design, small: PrintSpec, photo: Path
) -> None:
    image = shown(draw_preview(design(frame={"kind": "none"}), small, photo))
    assert image.size == (800, 1000)
    corners = ((0.01, 0.01), (0.98, 0.01), (0.01, 0.98), (0.98, 0.98))
    assert names_at(image, *corners) == list(QUARTERS)


@pytest.mark.parametrize(
    ("rotation", "seen"),
    [
        (90, ["blue", "red", "sand", "green"]),
        (180, ["sand", "blue", "green", "red"]),
        (-90, ["green", "sand", "red", "blue"]),
    ],
)
def test_a_photo_is_turned_clockwise(
    rotation: float, seen: list[str], design: Design, small: PrintSpec, photo: Path
) -> None:
    document = design(frame={"kind": "none"}, photo={"rotation": rotation})
    assert names_at(shown(draw_preview(document, small, photo)), *FOUR) == seen


def test_a_photo_is_moved_and_enlarged(design: Design, small: PrintSpec, photo: Path) -> None:
    """Moved to the right and down by half an opening, at double size: its upper left is seen."""
    document = design(frame={"kind": "none"}, photo={"zoom": 2, "x": 0.5, "y": 0.5})
    assert names_at(shown(draw_preview(document, small, photo)), *FOUR) == ["red"] * 4


@pytest.mark.parametrize("width", [200, 800, 1300])
def test_the_frame_is_where_it_is_at_every_size(
    width: int, design: Design, small: PrintSpec, photo: Path
) -> None:
    document = design(
        frame={"kind": "circle", "size": 0.8, "border": 0.03, "colour": "#808080"},
        background=WHITE_PAGE,
    )
    image = shown(draw_preview(document, small, photo, width_px=width))
    assert image.size == (width, width * 5 // 4)
    # Without words its centre is that of the page; the page is 1.25 times as high as wide.
    assert names_at(image, (0.35, 0.4), (0.65, 0.4), (0.35, 0.6), (0.65, 0.6)) == list(QUARTERS)
    assert is_like(at(image, 0.03, 0.03), (255, 255, 255), 3)
    assert is_like(at(image, 0.5, 0.97), (255, 255, 255), 3)
    rim = at(image, 0.9, 0.5)
    assert max(rim) - min(rim) < 12
    assert not is_like(rim, (255, 255, 255), 25)


@pytest.mark.parametrize(("colour", "sign"), [("#ffffff", -1), ("#101010", 1)])
def test_a_photo_without_a_frame_gives_contrast_to_its_words(
    colour: str, sign: int, design: Design, small: PrintSpec, photo: Path
) -> None:
    words = {"text": "Rex", "colour": colour, "size": 0.05}
    image = shown(draw_preview(design(frame={"kind": "none"}, name=words), small, photo))
    assert names_at(image, (0.2, 0.3), (0.8, 0.3), (0.2, 0.6), (0.8, 0.6)) == list(QUARTERS)
    under, usual = at(image, 0.9, 0.9), QUARTERS["sand"]
    assert all(sign * (a - b) > 15 for a, b in zip(under, usual, strict=True))


def test_shadow_lies_below_the_frame_and_fades(
    design: Design, small: PrintSpec, photo: Path
) -> None:
    document = design(frame={"kind": "circle", "size": 0.7}, background=WHITE_PAGE)
    image = shown(draw_preview(document, small, photo))
    below = [at(image, 0.5, y)[0] for y in (0.80, 0.83, 0.86, 0.95)]
    assert below == sorted(below)
    assert below[0] < 200 < below[-1]


def test_colours_run_from_the_top_to_the_bottom(
    design: Design, small: PrintSpec, photo: Path
) -> None:
    document = design(
        frame={"kind": "circle", "size": 0.3},
        background={"kind": "gradient", "colours": ["#ff0000", "#00ff00", "#0000ff"]},
    )
    image = shown(draw_preview(document, small, photo))
    # The first and the last colour are those of the bleed's edge.
    assert is_like(at(image, 0.05, 0.01), (236, 19, 0), 8)
    assert is_like(at(image, 0.05, 0.5), (0, 255, 0), 8)
    assert is_like(at(image, 0.05, 0.99), (0, 19, 236), 8)


@pytest.mark.parametrize("text", ["Bella", "🐶", "שלום", "لولو", "Лайка", "Σείριος", "👩‍👩‍👧", "❤️"])
def test_names_are_drawn(text: str, design: Design, small: PrintSpec, photo: Path) -> None:
    parts: dict[str, Any] = {"frame": {"kind": "circle", "size": 0.2}, "background": WHITE_PAGE}
    name = {"text": text, "colour": "#000000", "size": 0.2}
    image = shown(draw_preview(design(name=name, **parts), small, photo, width_px=400))
    dark = sum(image.crop((0, 350, 400, 500)).convert("L").histogram()[:100])
    nothing = shown(draw_preview(design(**parts), small, photo, width_px=400))
    assert sum(nothing.crop((0, 350, 400, 500)).convert("L").histogram()[:100]) == 0
    assert dark > 300


DESIGNS: dict[str, dict[str, Any]] = {
    "star": {"name": {"text": "Bella 🐶 שלום"}, "text": {"text": "since\n2019"}},
    "turned": {"photo": {"rotation": 17, "zoom": 3}, "frame": {"kind": "heart"}},
    "full": {"frame": {"kind": "none"}, "name": {"text": "Rex"}},
}


@pytest.mark.parametrize("name", list(DESIGNS))
def test_the_same_design_has_the_same_bytes_with_one_thread_and_with_four(
    name: str, design: Design, small: PrintSpec, photo: Path
) -> None:
    document = design(**DESIGNS[name])
    vips = libvips()
    usual = vips.concurrency_get()
    drawn = set()
    try:
        for threads in (1, 4, usual):
            vips.concurrency_set(threads)
            drawn.add(draw_preview(document, small, photo))
    finally:
        vips.concurrency_set(usual)
    assert len(drawn) == 1


def test_designs_drawn_at_the_same_time_do_not_disturb_each_other(
    design: Design, small: PrintSpec, photo: Path
) -> None:
    documents = [design(**parts) for parts in DESIGNS.values()]
    alone = [draw_preview(document, small, photo) for document in documents]
    together: dict[int, bytes] = {}

    def draw(place: int) -> None:
        together[place] = draw_preview(documents[place % 3], small, photo)

    threads = [threading.Thread(target=draw, args=(place,)) for place in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[place] for place in range(9)] == alone * 3


def test_another_process_draws_the_same_bytes(
    design: Design, small: PrintSpec, photo: Path
) -> None:
    """Also one that never set Django up: nothing here needs it."""
    document = design(**DESIGNS["star"])
    program = (
        "import json, sys, pathlib\n"
        "from orders.artwork.document import read_document\n"
        "from orders.artwork.drawing import draw_preview\n"
        "from orders.artwork.spec import PrintSpec\n"
        "document = read_document(json.loads(sys.stdin.buffer.read()))\n"
        "spec = PrintSpec(width_mm=80, height_mm=100, bleed_mm=3, dpi=150, safe_mm=4)\n"
        "drawn = draw_preview(document, spec, pathlib.Path(sys.argv[1]))\n"
        "assert not any(name.split('.')[0] == 'django' for name in sys.modules)\n"
        "sys.stdout.buffer.write(drawn)\n"
    )
    other = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-c", program, str(photo)],
        input=canonical(document),
        stdout=subprocess.PIPE,
        check=True,
    )
    assert other.stdout == draw_preview(document, small, photo.read_bytes())
