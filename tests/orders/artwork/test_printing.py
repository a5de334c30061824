"""Files of prints: what is in them, that they are what was shown, and that they can be stopped."""

import hashlib
import io
import struct
import threading
import zlib
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageCms
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from foundation.untrusted.api import libvips
from orders.artwork.printing import (
    Parity,
    PrintFiles,
    measure_parity,
    render_print,
    write_png,
)
from orders.artwork.scene import lay_out
from orders.artwork.sheet import write_pdf
from orders.artwork.spec import PrintSpec

from .conftest import Design

NAMED = {"name": {"text": "Bella 🐶"}, "text": {"text": "since 2019"}}


@pytest.fixture(scope="module")
def files(
    design: Design, small: PrintSpec, photo: Path, tmp_path_factory: pytest.TempPathFactory
) -> PrintFiles:
    return render_print(design(**NAMED), small, photo, folder=tmp_path_factory.mktemp("print"))


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += length + 12
    return found


def test_what_is_told_of_the_files(files: PrintFiles, small: PrintSpec) -> None:
    assert (files.width_px, files.height_px) == small.pixels() == (508, 626)
    assert files.png_sha256 == hashlib.sha256(files.png.read_bytes()).hexdigest()
    assert files.pdf_sha256 == hashlib.sha256(files.pdf.read_bytes()).hexdigest()
    assert sorted(path.name for path in files.png.parent.iterdir()) == ["print.pdf", "print.png"]
    assert Parity(files.parity, files.parity_worst).holds
    assert files.seconds > 0


def test_the_png_has_size_density_and_profile_and_nothing_else(files: PrintFiles) -> None:
    found = chunks(files.png.read_bytes())
    names = [name for name, _ in found]
    assert [name for name in names if name != b"IDAT"] == [b"IHDR", b"iCCP", b"pHYs", b"IEND"]
    said = dict(found)
    assert said[b"IHDR"] == struct.pack(">IIBBBBB", 508, 626, 8, 2, 0, 0, 0)
    # 150 dots in an inch are 5,906 in a metre.
    assert said[b"pHYs"] == struct.pack(">IIB", 5906, 5906, 1)
    profile = ImageCms.ImageCmsProfile(
        io.BytesIO(zlib.decompress(said[b"iCCP"].split(b"\0", 1)[1][1:]))
    )
    assert "sRGB" in ImageCms.getProfileDescription(profile)


def points(mm: float) -> float:
    return mm * 72 / 25.4


def test_the_pdf_has_boxes_profile_and_intent(files: PrintFiles) -> None:
    reader = PdfReader(files.pdf, strict=True)
    (page,) = reader.pages
    sheet = [0, 0, pytest.approx(points(86), abs=1e-3), pytest.approx(points(106), abs=1e-3)]
    trim = [pytest.approx(points(mm), abs=1e-3) for mm in (3, 3, 83, 103)]
    assert [float(side) for side in page.mediabox] == sheet
    assert [float(side) for side in page.bleedbox] == sheet
    assert [float(side) for side in page.trimbox] == trim
    intents = reader.trailer["/Root"]["/OutputIntents"]  # type: ignore[index]  # pypdf's own types
    assert isinstance(intents, ArrayObject)
    intent = intents[0].get_object()
    assert isinstance(intent, DictionaryObject)
    assert str(intent["/S"]) == "/GTS_PDFX"
    assert str(intent["/OutputConditionIdentifier"]) == "sRGB IEC61966-2.1"
    profile = intent["/DestOutputProfile"]
    assert isinstance(profile, StreamObject)
    said = dict(chunks(files.png.read_bytes()))[b"iCCP"].split(b"\0", 1)[1][1:]
    assert profile.get_data() == zlib.decompress(said)
    picture = page["/Resources"]["/XObject"]["/Picture"]  # type: ignore[index]  # likewise
    assert picture["/ColorSpace"][0] == "/ICCBased"
    assert picture["/ColorSpace"][1].get_object() == profile
    assert (reader.pdf_header, reader.metadata) == (
        "%PDF-1.6",
        {"/Producer": "Backroom", "/Trapped": "/False"},
    )


def test_the_pdf_shows_the_very_pixels_of_the_png(files: PrintFiles) -> None:
    with Image.open(files.png) as png:
        (embedded,) = PdfReader(files.pdf).pages[0].images
        assert embedded.image is not None
        assert ImageChops.difference(embedded.image.convert("RGB"), png).getbbox() is None
        document = pypdfium2.PdfDocument(files.pdf)
        drawn = document[0].render(scale=150 / 72).to_pil()
        document.close()
        assert drawn.size == png.size
        apart = ImageChops.difference(drawn.convert("RGB"), png).convert("L").histogram()
        assert sum(apart[9:]) < sum(apart) / 50


def test_the_same_design_has_the_same_files(
    files: PrintFiles, design: Design, small: PrintSpec, photo: Path, tmp_path: Path
) -> None:
    vips = libvips()
    usual = vips.concurrency_get()
    try:
        for threads in (1, 4):
            vips.concurrency_set(threads)
            again = render_print(design(**NAMED), small, photo, folder=tmp_path)
            assert (again.png_sha256, again.pdf_sha256) == (files.png_sha256, files.pdf_sha256)
            assert (again.parity, again.parity_worst) == (files.parity, files.parity_worst)
    finally:
        vips.concurrency_set(usual)


@pytest.mark.parametrize(
    "other",
    [
        {"photo": {"x": 0.2, "zoom": 1.4}},
        {"name": {"text": "Bello 🐶"}},
        {"name": {"text": "Bella 🐶", "y": 0.82}},
        {"background": {"colours": ["#1d2b53", "#5a2b6b"]}},
    ],
    ids=["crop", "letter", "place", "colour"],
)
def test_a_print_of_another_design_is_seen(
    other: dict[str, dict[str, object]],
    files: PrintFiles,
    design: Design,
    small: PrintSpec,
    photo: Path,
) -> None:
    shown = design(**{**NAMED, **other, "photo": {"zoom": 1.2, **other.get("photo", {})}})
    found = measure_parity(lay_out(shown, small), shown, photo, files.png, heartbeat=lambda: None)
    assert not found.holds


class Stop(Exception):
    """What a heartbeat says when the lease is lost."""


def test_a_heartbeat_beats_in_the_callers_thread_and_can_stop_the_print(
    design: Design, photo: Path, tmp_path: Path
) -> None:
    large = PrintSpec(width_mm=600, height_mm=900)
    threads: list[threading.Thread] = []

    def beat() -> None:
        threads.append(threading.current_thread())
        raise Stop

    with pytest.raises(Stop):
        render_print(design(**NAMED), large, photo, folder=tmp_path, heartbeat=beat)
    assert threads == [threading.current_thread()]
    assert list(tmp_path.iterdir()) == []


def test_a_photo_that_is_gone_leaves_no_file(
    design: Design, small: PrintSpec, tmp_path: Path
) -> None:
    with pytest.raises(libvips().Error, match="unable to open"):
        render_print(design(), small, tmp_path / "gone.jpg", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_pdf_is_made_of_our_own_pngs_only(small: PrintSpec, tmp_path: Path) -> None:
    source = tmp_path / "grey.png"
    Image.new("L", (20, 20)).save(source)
    with pytest.raises(ValueError, match="another form"):
        write_pdf(source, tmp_path / "a.pdf", spec=small, identity="00")
    source.write_bytes(b"GIF89a")
    with pytest.raises(ValueError, match="not a PNG"):
        write_pdf(source, tmp_path / "a.pdf", spec=small, identity="00")


def test_a_border_hides_that_the_edge_under_it_is_coarse(
    design: Design, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = PrintSpec(width_mm=80, height_mm=100, dpi=300)
    drawn = []
    for coarsest in (4, 1):
        monkeypatch.setattr("orders.artwork.drawing._COARSEST", coarsest)
        path = tmp_path / f"{coarsest}.png"
        write_png(design(**NAMED), spec, photo, path, heartbeat=lambda: None)
        drawn.append(path.read_bytes())
    assert drawn[0] == drawn[1]
