"""Draw the example pictures of the print shop's front anew, with the shop's own renderer."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand

from foundation.untrusted.api import libvips, take_picture
from orders.artwork.document import read_document
from orders.artwork.drawing import draw_preview
from orders.artwork.spec import PrintSpec

_PETS = Path(__file__).parents[2] / "shopfront" / "examples"
_PLACE = Path(settings.BASE_DIR) / "static" / "print_shop" / "examples"
_PHOTO = str(UUID(int=1))
_WIDE, _HIGH = 1280, 960


@dataclass(frozen=True)
class Example:
    """A design of a pet, and where its picture hangs in a room: left, top, width in pixels."""

    pet: str
    size: tuple[float, float]
    said: dict[str, Any]
    room: str = ""
    at: tuple[int, int, int] = (0, 0, 0)


_NIGHT = {"kind": "night", "colours": ["#1d2b53", "#4a2b6b"]}
EXAMPLES = {
    "hero": Example(
        "dog",
        (200, 250),
        {"name": {"text": "Bella"}, "text": {"text": "the best dog of Halifax"}},
    ),
    "poster": Example(
        "dog",
        (300, 400),
        {"name": {"text": "Bella"}, "text": {"text": "the best dog of Halifax"}},
        '<rect width="1280" height="960" fill="#e9dccb"/><rect y="800" width="1280" height="160" '
        'fill="#b98f63"/><rect y="790" width="1280" height="12" fill="#f6eee2"/>'
        '<g fill="#5f7f5c"><path d="M1010 690C960 560 1000 470 1040 420C1060 520 1050 620 1030 '
        "690ZM1030 690C1060 560 1130 510 1180 500C1170 590 1100 660 1045 695ZM1015 690C980 600 "
        '910 560 870 560C880 630 950 680 1010 700Z"/></g>'
        '<path d="M960 690H1100L1080 830H980Z" fill="#c9734a"/>',
        (360, 90, 465),
    ),
    "canvas": Example(
        "cat",
        (240, 300),
        {
            "frame": {"kind": "heart", "colour": "#ffffff"},
            "background": {"kind": "gradient", "colours": ["#f6c7b6", "#b96a86"]},
            "name": {"text": "Misty", "font": "great-vibes", "size": 0.17},
        },
        '<rect width="1280" height="960" fill="#cdd6cf"/><rect y="760" width="1280" height="200" '
        'fill="#7c6a58"/><rect y="750" width="1280" height="12" fill="#eef1ec"/>'
        '<rect x="170" y="640" width="940" height="190" rx="60" fill="#d9b48c"/>'
        '<rect x="130" y="700" width="150" height="190" rx="50" fill="#c79d72"/>'
        '<rect x="1000" y="700" width="150" height="190" rx="50" fill="#c79d72"/>',
        (430, 70, 420),
    ),
    "card": Example(
        "rabbit",
        (100, 150),
        {
            "frame": {"kind": "arch", "colour": "#c8963e"},
            "background": {"kind": "plain", "colours": ["#f4ede1"]},
            "name": {"text": "Clover", "font": "caveat", "colour": "#84541a", "size": 0.15},
        },
        '<rect width="1280" height="960" fill="#d9c3a5"/><g transform="rotate(7 640 480)">'
        '<rect x="300" y="300" width="680" height="440" fill="#fff8ee"/><path d="M300 300L640 '
        '560L980 300" fill="none" stroke="#dccbb2" stroke-width="6"/></g>',
        (420, 90, 500),
    ),
    "mug": Example(
        "dog",
        (85, 85),
        {
            "frame": {"kind": "circle", "size": 0.76},
            "background": _NIGHT,
        },
        '<rect width="1280" height="960" fill="#d9d3c6"/><rect y="700" width="1280" height="260" '
        'fill="#a97f55"/><ellipse cx="640" cy="850" rx="330" ry="34" fill="#6f4f30" opacity=".5"/>'
        '<path d="M880 300C1110 250 1120 670 870 640" fill="none" stroke="#f1ece2" '
        'stroke-width="60"/><path d="M330 150H890V760C890 830 840 850 770 850H450C380 850 330 830 '
        '330 760Z" fill="#fdfbf7"/><path d="M330 150H400V850C350 840 330 810 330 760Z" '
        'fill="#e9e3d8"/><ellipse cx="610" cy="150" rx="280" ry="26" fill="#e9e3d8"/>',
        (410, 270, 420),
    ),
}


class Command(BaseCommand):
    help = "Draw the example pictures of the print shop's front anew."

    def handle(self, **_: Any) -> None:
        _PLACE.mkdir(parents=True, exist_ok=True)
        for name, example in EXAMPLES.items():
            picture = _drawn(example)
            picture.webpsave(str(_PLACE / f"{name}.webp"), Q=84, effort=6, keep="none")
            self.stdout.write(f"{name}: {picture.width} by {picture.height}")


def _drawn(example: Example) -> Any:
    image = libvips().Image
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo = folder / "photo.jpg"
        image.new_from_file(str(_PETS / f"{example.pet}.svg"), scale=2).flatten().jpegsave(
            str(photo), Q=92
        )
        with photo.open("rb") as file:
            working = take_picture(file, folder=folder).working.read_bytes()
    width, height = example.size
    wide = example.at[2] or 960
    drawn = draw_preview(
        read_document({"photo": {"id": _PHOTO, "zoom": 1.02}, **example.said}),
        PrintSpec(width_mm=width, height_mm=height, safe_mm=4),
        working,
        width_px=wide,
        height_px=round(wide * height / width),
    )
    picture = image.webpload_buffer(drawn)
    return _hung(example, picture) if example.room else picture


def _hung(example: Example, picture: Any) -> Any:
    """Put a picture into its room, with a soft shadow below it."""
    left, top, _ = example.at
    width, height = picture.width, picture.height
    room = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDE}" height="{_HIGH}">'
        '<defs><filter id="s" x="-20%" y="-20%" width="140%" height="150%">'
        '<feGaussianBlur stdDeviation="16"/></filter></defs>'
        f'{example.room}<rect x="{left}" y="{top + 16}" width="{width}" height="{height}" '
        'fill="#2a1a10" opacity=".45" filter="url(#s)"/></svg>'
    )
    base = libvips().Image.svgload_buffer(room.encode()).flatten()
    return base.insert(picture, left, top).crop(0, 0, _WIDE, _HIGH)
