"""Letters as outlines: order, fonts that help out, and what nobody can draw."""

import pytest

from orders.artwork.text import Outline, cap_height, missing_letters, outline
from orders.artwork.typefaces import FONTS, HELPERS


def inked(text: str, font: str = "baloo") -> Outline:
    drawn = outline(text, font=font)
    assert drawn.path.startswith("M")
    assert drawn.right > drawn.left
    return drawn


@pytest.mark.parametrize("font", list(FONTS))
def test_every_font_has_a_label_a_file_and_a_licence(font: str) -> None:
    face = FONTS[font]
    licence = face.path.with_name(face.path.name.split("-")[0] + "-OFL.txt")
    assert face.label
    assert face.path.read_bytes()[:4] == b"\0\1\0\0"
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence.read_text()
    assert 500 < cap_height(font) < 1000


def test_helpers_have_their_licences_too_and_all_of_it_is_small() -> None:
    files = {*HELPERS, *(face.path for face in FONTS.values())}
    for path in files:
        assert path.with_name(path.name.split("-")[0] + "-OFL.txt").exists()
    assert files == set(HELPERS[0].parent.glob("*.ttf"))
    assert sum(path.stat().st_size for path in files) < 3_000_000


def test_the_same_words_are_the_same_path() -> None:
    first = outline("Bella", font="pacifico")
    outline.cache_clear()
    assert outline("Bella", font="pacifico") == first


def test_letters_follow_each_other_from_left_to_right() -> None:
    one, two = inked("A"), inked("AB")
    assert two.path.startswith(one.path)
    assert two.width > one.width


def test_hebrew_runs_from_right_to_left() -> None:
    """The first letter stands at the right: the path begins with the last."""
    first, last = inked("ש"), inked("ם")
    word = inked("שם")
    assert word.path.startswith(last.path)
    assert word.width == pytest.approx(first.width + last.width, abs=60)


def test_latin_inside_hebrew_keeps_its_own_direction() -> None:
    mixed = inked("שם Rex")
    latin = inked("Rex")
    assert mixed.path.startswith(latin.path)


def test_numbers_inside_arabic_keep_their_order() -> None:
    assert inked("لولو 12").path.startswith(inked("12").path)


def test_arabic_letters_are_joined() -> None:
    apart = sum(outline(letter, font="baloo").width for letter in "لولو")
    joined = inked("لولو")
    assert joined.width != pytest.approx(apart, abs=5)


def test_brackets_are_mirrored_between_letters_that_run_to_the_left() -> None:
    assert inked("(ש)").path.startswith(inked("(").path)


@pytest.mark.parametrize(
    "text",
    [
        "🐶",
        "🐾",
        "❤️",
        "♥",
        "★",
        "👩‍👩‍👧",
        "🇫🇷",
        "👍🏽",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "Лайка",
        "Σείριος",
        "Łódź",
        "Ngọc",
        "שלום",
        "لولو",
    ],
)
@pytest.mark.parametrize("font", list(FONTS))
def test_names_of_many_scripts_are_drawn_in_every_font(text: str, font: str) -> None:
    inked(text, font)
    assert missing_letters(text, font=font) == []


def test_joined_emoji_are_one_picture() -> None:
    assert inked("👩‍👩‍👧").width == inked("👩").width
    assert inked("🇫🇷").width < 2 * inked("🇫").width + 1


def test_a_letter_that_no_font_has_is_named_and_left_out() -> None:
    assert missing_letters("Rex 犬 und 犬 ꙮ𓃠", font="baloo") == ["犬", "ꙮ", "𓃠"]
    assert outline("犬", font="baloo") == Outline("", 0.0, 0.0, 0.0, 0.0, 0.0)
    assert outline("A犬B", font="baloo").path == outline("AB", font="baloo").path


def test_nothing_is_drawn_of_nothing() -> None:
    nothing = Outline("", 0.0, 0.0, 0.0, 0.0, 0.0)
    assert [outline(text, font="baloo") for text in ("", "\u200d", "\ufe0f")] == [nothing] * 3
    assert outline(" ", font="baloo").path == ""


def test_a_letter_that_a_font_lacks_is_drawn_from_its_parts() -> None:
    assert missing_letters("ǵ", font="baloo") == []
    assert inked("ǵ").width == inked("g").width


def test_marks_stay_with_their_letter() -> None:
    assert inked("e\u0301", "playfair").width == inked("e", "playfair").width
    tall = "A" + "\u0301" * 30
    assert inked(tall, "playfair").width == pytest.approx(inked("A", "playfair").width, abs=1)
