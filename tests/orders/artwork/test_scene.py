"""Where things lie, in millimetres."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.artwork import vectors
from orders.artwork.document import (
    MAX_NAME,
    FrameKind,
    Photo,
    blank,
    read_document,
    to_json,
)
from orders.artwork.placing import Placement, place_photo
from orders.artwork.resolution import Verdict, judge
from orders.artwork.scene import lay_out, settled
from orders.artwork.shapes import Box, shape_of
from orders.artwork.spec import PrintSpec

from .conftest import PHOTO_ID, Design

POSTER = PrintSpec(width_mm=300, height_mm=450)
OPENING = Box(10, 20, 110, 100)


def test_pixels_of_a_format() -> None:
    assert POSTER.pixels() == (3614, 5386)
    assert POSTER.pixels(bleed=False) == (3543, 5315)
    assert POSTER.pixels(dpi=100, bleed=False) == (1181, 1772)


def test_at_first_the_photo_just_covers_the_opening() -> None:
    """A portrait in a landscape opening: as wide, too high, in the middle."""
    assert place_photo(Photo("x"), OPENING, width_px=200, height_px=400) == Placement(
        a=0.5, b=0.0, c=0.0, d=0.5, x=10.0, y=-40.0
    )


def test_zoom_shift_and_turn() -> None:
    zoomed = place_photo(Photo("x", zoom=2.0), OPENING, width_px=200, height_px=400)
    assert zoomed == Placement(1.0, 0.0, 0.0, 1.0, -40.0, -140.0)
    shifted = place_photo(Photo("x", x=0.1, y=-0.5, zoom=2.0), OPENING, width_px=200, height_px=400)
    assert [shifted.x, shifted.y] == pytest.approx([-30.0, -180.0])
    turned = place_photo(Photo("x", rotation=90.0), OPENING, width_px=400, height_px=200)
    # The photo's right is below: it lies upright in an opening 80 mm high.
    assert [turned.a, turned.d] == pytest.approx([0.0, 0.0])
    assert [turned.b, turned.c] == pytest.approx([-0.5, 0.5])


@given(
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.floats(1, 8),
    st.floats(-180, 180),
    st.integers(200, 6000),
    st.integers(200, 6000),
)
def test_the_photo_covers_the_opening_whatever_is_asked(
    x: float, y: float, zoom: float, rotation: float, width: int, height: int
) -> None:
    placed = place_photo(
        Photo("x", x, y, zoom, rotation), OPENING, width_px=width, height_px=height
    )
    size = placed.a * placed.d - placed.b * placed.c
    for corner_x in (OPENING.left, OPENING.right):
        for corner_y in (OPENING.top, OPENING.bottom):
            over, down = corner_x - placed.x, corner_y - placed.y
            column = (placed.d * over - placed.b * down) / size
            row = (placed.a * down - placed.c * over) / size
            assert -1e-6 * width <= column <= width * (1 + 1e-6)
            assert -1e-6 * height <= row <= height * (1 + 1e-6)


def test_a_design_settles_at_the_shift_that_is_drawn(design: Design) -> None:
    """A portrait on a portrait of 2:3 has room up and down only; more of it when enlarged."""
    pixels = {"width_px": 3000, "height_px": 6000}
    near = design(frame={"kind": "none"}, photo={"y": 0.01})
    assert settled(near, POSTER, **pixels) == near
    far = settled(design(frame={"kind": "none"}, photo={"x": 0.4, "y": -2}), POSTER, **pixels)
    # 306 mm wide it is 612 mm high: 156 more than the sheet's 456, half of it on each side.
    assert (far.photo.x, far.photo.y) == (0.0, round(-78 / 456, 4))
    assert settled(far, POSTER, **pixels) == far


@pytest.mark.parametrize(
    "kind", [kind for kind in FrameKind if kind != FrameKind.NONE], ids=lambda kind: kind.value
)
def test_an_opening_is_as_large_as_asked_and_alike_left_and_right(kind: FrameKind) -> None:
    shape = shape_of(kind, centre=(50, 60), size=80)
    assert max(shape.box.width, shape.box.height) == pytest.approx(80, rel=0.002)
    assert list(shape.box.centre) == pytest.approx([50, 60], abs=0.1)
    assert shape.holds((50, 60))
    assert not shape.holds((11, 99))
    mirrored = [shape.holds((100 - x, y)) for x in range(10, 90, 7) for y in range(20, 100, 7)]
    assert [shape.holds((x, y)) for x in range(10, 90, 7) for y in range(20, 100, 7)] == mirrored


def test_a_star_has_five_tips_and_notches() -> None:
    shape = shape_of(FrameKind.STAR, centre=(0, 0), size=100)
    far = [math.hypot(x, y - 2.6) for x, y in shape.points]
    tips = sum(
        here > before and here >= after
        for before, here, after in zip([far[-1], *far[:-1]], far, [*far[1:], far[0]], strict=True)
    )
    assert tips == 5


@pytest.mark.parametrize(
    "text", ["W" * MAX_NAME, "Bella", "🐶" * 20, "ש" * MAX_NAME, "g\u0301" * 20]
)
@pytest.mark.parametrize("place", [(0.0, 0.0), (1.0, 1.0), (0.5, 0.84)])
@pytest.mark.parametrize("size", [0.01, 0.13, 0.5])
def test_names_stay_inside_the_safe_area(
    text: str, place: tuple[float, float], size: float, design: Design
) -> None:
    name = {"text": text, "x": place[0], "y": place[1], "size": size}
    (line,) = lay_out(design(name=name), POSTER).words
    safe = Box(8, 8, 292, 442).grown(1e-6)
    assert safe.holds((line.box.left, line.box.top))
    assert safe.holds((line.box.right, line.box.bottom))
    assert line.scale <= size * 300 / 1000 + 1e-12


@pytest.mark.parametrize(
    "spec",
    [POSTER, PrintSpec(300, 300), PrintSpec(400, 300), PrintSpec(230, 95)],
    ids=["portrait", "square", "landscape", "mug"],
)
def test_the_first_design_of_a_format_has_room_for_all_of_it(spec: PrintSpec) -> None:
    said = to_json(blank(PHOTO_ID, spec=spec))
    said["name"]["text"], said["text"]["text"] = "Bella", "our little star since 2019"
    scene = lay_out(read_document(said), spec)
    opening = scene.opening.box
    assert opening.top > 0
    assert opening.bottom < spec.height_mm
    boxes = [line.box for line in scene.words]
    for place, box in enumerate(boxes):
        assert box.top > opening.bottom or box.right < opening.left or box.left > opening.right
        assert not any(box.holds(other.centre) for other in boxes[place + 1 :])


def test_the_frame_gives_way_to_words_below_it_and_rests_while_they_are_typed(
    design: Design,
) -> None:
    def centre(**parts: dict[str, object]) -> float:
        return lay_out(design(**parts), POSTER).opening.box.centre[1]

    alone = centre()
    assert alone == pytest.approx(225, abs=0.5)
    assert centre(name={"text": "B"}) < alone - 20
    assert centre(name={"text": "B"}) == centre(name={"text": "Bygg\u0301"})
    assert centre(name={"text": "B", "y": 0.1}) == alone


def test_a_name_at_the_side_stays_at_the_side(design: Design) -> None:
    """It becomes smaller instead of reaching across."""
    (line,) = lay_out(design(name={"text": "Sir Barnaby the First", "x": 0.25}), POSTER).words
    assert line.box.centre[0] == pytest.approx(75)
    assert line.box.width == pytest.approx(2 * 75 - 2 * 8)


def test_long_text_is_broken_into_lines_of_about_one_length(design: Design) -> None:
    words = "The best listener in the whole wide world, and the loudest snorer of the street"
    lines = lay_out(design(text={"text": words}), POSTER).words
    widths = [line.box.width for line in lines]
    assert len(lines) == 2
    assert min(widths) > 0.75 * max(widths)
    # In the order of reading, not over each other.
    assert lines[0].box.bottom < lines[1].box.top + 2


def test_text_of_two_hundred_letters_without_a_space_still_fits(design: Design) -> None:
    (line,) = lay_out(design(text={"text": "M" * 200}), POSTER).words
    assert line.box.left >= 8 - 1e-6
    assert line.box.right <= 292 + 1e-6


def test_no_star_is_behind_the_photo_or_under_letters(design: Design) -> None:
    scene = lay_out(design(name={"text": "Bella"}), POSTER)
    assert len(scene.stars) > 60
    assert not any(scene.opening.holds((star.x, star.y)) for star in scene.stars)
    assert not any(line.box.holds((star.x, star.y)) for star in scene.stars for line in scene.words)
    assert {star.rays for star in scene.stars} == {False, True}
    assert lay_out(design(background={"kind": "plain"}), POSTER).stars == ()


def test_an_overlay_has_paths_and_nothing_that_could_reach_out(design: Design) -> None:
    said = vectors.overlay(
        lay_out(design(name={"text": "<image href='http://x'/>&"}, text={"text": "a\nb"}), POSTER)
    )
    assert set(re.findall(r"<(\w+)", said)) == {"path", "linearGradient", "stop"}
    assert re.findall(r"href|http|url\((?!#metal\))|&|font", said) == []


@pytest.mark.parametrize(
    ("pixels", "photo", "verdict"),
    [
        (
            (6000, 8000),
            {},
            Verdict(564, "excellent", "Sharp in every detail: good to 112 × 169 cm.", (112, 169)),
        ),
        (
            (3000, 4000),
            {"zoom": 1.5},
            Verdict(188, "good", "Sharp at this size: good to 37 × 56 cm.", (37, 56)),
        ),
        (
            (3000, 4000),
            {"zoom": 2.5},
            Verdict(
                112,
                "soft",
                "A little soft at this size: good to 22 × 33 cm. "
                "Zoom out, choose a smaller print, or send a larger photo.",
                (22, 33),
            ),
        ),
        (
            (600, 800),
            {},
            Verdict(
                56,
                "too_small",
                "Blurred at this size: good to 11 × 16 cm. "
                "Zoom out, choose a smaller print, or send a larger photo.",
                (11, 16),
            ),
        ),
    ],
    ids=["excellent", "good", "soft", "too small"],
)
def test_the_verdict_is_of_the_crop(
    pixels: tuple[int, int], photo: dict[str, float], verdict: Verdict, design: Design
) -> None:
    document = design(photo={"id": str(PHOTO_ID), **photo}, frame={"size": 0.9})
    found = judge(document, POSTER, width_px=pixels[0], height_px=pixels[1])
    assert found == verdict
