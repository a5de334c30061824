"""Photos from strangers: what is taken and how it is kept, and what is refused with which words."""

import hashlib
import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms

from foundation.untrusted.api import PictureLimits, Rejected, TakenPicture, libvips, take_picture
from foundation.untrusted.signatures import copy_png

RED, GREEN, BLUE, WHITE = (220, 30, 40), (40, 170, 60), (30, 60, 200), (250, 250, 250)
INSTEAD = "Send the photo as JPEG, PNG or WebP."
WHOLE_AGAIN = (
    "is damaged or not complete. Export or download the photo again, open it once to see that it "
    "is whole, and send that."
)


def four_colours(width: int = 400, height: int = 300) -> Image.Image:
    """Red and green above, blue and white below: any turn or mirroring shows."""
    image = Image.new("RGB", (width, height))
    for colour, place in (
        (RED, (0, 0)),
        (GREEN, (width // 2, 0)),
        (BLUE, (0, height // 2)),
        (WHITE, (width // 2, height // 2)),
    ):
        image.paste(colour, (*place, place[0] + width // 2, place[1] + height // 2))
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Encode with a library that is not the one under test."""
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def take(data: bytes, folder: Path, limits: PictureLimits | None = None) -> TakenPicture:
    return take_picture(io.BytesIO(data), folder=folder, limits=limits)


def refusal(data: bytes, folder: Path, limits: PictureLimits | None = None) -> str:
    """Return what is said; nothing may be left of the file."""
    with pytest.raises(Rejected) as caught:
        take(data, folder, limits)
    assert list(folder.iterdir()) == []
    return caught.value.message


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    red, green, blue = image.convert("RGB").crop((x, y, x + 1, y + 1)).tobytes()
    return red, green, blue


def corners(path: Path) -> list[tuple[int, int, int]]:
    """Return the colours in the middles of the four quarters."""
    with Image.open(path) as image:
        assert (image.format, image.mode) == ("JPEG", "RGB")
        width, height = image.size
        return [
            pixel(image, x, y)
            for y in (height // 4, 3 * height // 4)
            for x in (width // 4, 3 * width // 4)
        ]


def near(found: list[tuple[int, int, int]], wanted: list[tuple[int, int, int]], by: int) -> bool:
    return all(
        abs(a - b) <= by
        for one, other in zip(found, wanted, strict=True)
        for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize(
    ("data", "label"),
    [
        (saved(four_colours(), "JPEG", quality=95), "JPEG"),
        (saved(four_colours(), "JPEG", quality=95, progressive=True), "JPEG"),
        (saved(four_colours(), "PNG"), "PNG"),
        (saved(four_colours(), "WEBP", lossless=True), "WebP"),
    ],
    ids=["jpeg", "progressive", "png", "webp"],
)
def test_a_photo_is_kept_as_two_jpegs(data: bytes, label: str, tmp_path: Path) -> None:
    taken = take(data, tmp_path)
    original = tmp_path / "original.jpg"
    assert taken == TakenPicture(
        width=400,
        height=300,
        original=original,
        working=tmp_path / "working.jpg",
        sha256=hashlib.sha256(original.read_bytes()).hexdigest(),
        taken_format=label,
        notes=(),
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["original.jpg", "working.jpg"]
    for path in (taken.original, taken.working):
        assert near(corners(path), [RED, GREEN, BLUE, WHITE], 4)


def test_the_working_copy_is_small_and_the_original_is_not(tmp_path: Path) -> None:
    taken = take(saved(four_colours(1000, 2400), "JPEG"), tmp_path)
    assert (taken.width, taken.height) == (1000, 2400)
    with Image.open(taken.working) as working:
        assert working.size == (667, 1600)


def test_the_same_photo_gives_the_same_bytes(tmp_path: Path) -> None:
    data = saved(four_colours(), "PNG")
    kept = []
    for name in ("once", "twice"):
        (tmp_path / name).mkdir()
        taken = take(data, tmp_path / name)
        kept.append((taken.sha256, taken.working.read_bytes()))
    assert kept[0] == kept[1]


def test_a_photo_is_read_from_a_path_which_stays(tmp_path: Path) -> None:
    path = tmp_path / "upload.bin"
    path.write_bytes(saved(four_colours(), "JPEG"))
    (tmp_path / "kept").mkdir()
    assert take_picture(path, folder=tmp_path / "kept").width == 400
    assert path.exists()


TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", list(TURNS))
def test_a_photo_is_turned_upright_as_the_camera_noted(orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    stored = four_colours().transpose(TURNS[orientation])
    taken = take(saved(stored, "JPEG", quality=95, exif=exif), tmp_path)
    assert (taken.width, taken.height) == (400, 300)
    assert taken.notes == ("Turned upright as the camera noted.",)
    assert near(corners(taken.original), [RED, GREEN, BLUE, WHITE], 4)
    assert near(corners(taken.working), [RED, GREEN, BLUE, WHITE], 4)


def test_where_it_was_taken_and_what_was_hidden_are_gone(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SecretCamera"
    exif[ExifTags.Base.ImageDescription] = "SecretWords"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (52.0, 31.0, 12.0)}
    )
    tail = io.BytesIO()
    with zipfile.ZipFile(tail, "w") as archive:
        archive.writestr("secret.html", "<script>alert('SecretScript')</script>")
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SecretXmp</x:xmpmeta>"
    data = saved(four_colours(), "JPEG", exif=exif, comment=b"<?php SecretPhp ?>", xmp=xmp)
    data += tail.getvalue()
    # It is what it should be: a JPEG with all that, and a zip archive at the same time.
    assert {b"SecretCamera", b"SecretPhp", b"SecretXmp"} == {
        word for word in (b"SecretCamera", b"SecretPhp", b"SecretXmp") if word in data
    }
    assert zipfile.is_zipfile(io.BytesIO(data))
    taken = take(data, tmp_path)
    for path in (taken.original, taken.working):
        kept = path.read_bytes()
        assert b"Secret" not in kept
        assert kept.endswith(b"\xff\xd9")
        assert not zipfile.is_zipfile(path)
        with Image.open(path) as image:
            assert dict(image.getexif()) == {}
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_cmyk_becomes_srgb(tmp_path: Path) -> None:
    taken = take(saved(four_colours().convert("CMYK"), "JPEG", quality=95), tmp_path)
    assert taken.notes == ("Converted from CMYK: colours may differ a little from the screen's.",)
    red, green, blue, white = corners(taken.original)
    # Inks cannot show these exactly; each is still what one would call it.
    assert red[0] > 180
    assert max(red[1:]) < 90
    assert green[1] > 120
    assert max(green[0], green[2]) < 110
    assert blue[2] > 110
    assert max(blue[:2]) < 90
    assert min(white) > 235


def test_an_embedded_profile_is_applied(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    taken = take(saved(four_colours(), "JPEG", quality=95, icc_profile=lab), tmp_path)
    assert near(corners(taken.original), [RED, GREEN, BLUE, WHITE], 4)
    wide = libvips().Image.new_from_memory(bytes([0, 255, 0] * 300 * 300), 300, 300, 3, "uchar")
    p3 = wide.copy(interpretation="srgb").icc_transform("p3").pngsave_buffer(keep="icc")
    (tmp_path / "p3").mkdir()
    with Image.open(io.BytesIO(p3)) as stored:
        assert pixel(stored, 5, 5)[0] > 90  # other numbers for the same green
    assert near(corners(take(p3, tmp_path / "p3").original), [(0, 255, 0)] * 4, 6)


def test_a_profile_that_is_nonsense_is_passed_over(tmp_path: Path) -> None:
    data = saved(four_colours(), "JPEG", quality=95, icc_profile=b"nonsense" * 40)
    assert near(corners(take(data, tmp_path).original), [RED, GREEN, BLUE, WHITE], 4)


def test_sixteen_bits_grey_and_transparency_become_eight_bits_of_three_colours(
    tmp_path: Path,
) -> None:
    images = {
        "deep": libvips()
        .Image.new_from_memory(
            struct.pack("<3H", 0xFFFF, 0x8080, 0) * 90_000, 300, 300, 3, "ushort"
        )
        .copy(interpretation="rgb16")
        .pngsave_buffer(bitdepth=16),
        "grey": saved(Image.new("L", (300, 300), 128), "JPEG"),
        "clear": saved(Image.new("RGBA", (300, 300), (0, 0, 0, 0)), "PNG"),
        "half": saved(Image.new("RGBA", (300, 300), (255, 0, 0, 128)), "WEBP", lossless=True),
        "palette": saved(Image.new("RGB", (300, 300), RED).quantize(4), "PNG"),
    }
    found = {}
    for name, data in images.items():
        (tmp_path / name).mkdir()
        taken = take(data, tmp_path / name)
        found[name] = (corners(taken.original)[0], taken.notes)
    white = ("Transparent parts became white.",)
    wanted: dict[str, tuple[tuple[int, int, int], tuple[str, ...]]] = {
        "deep": ((255, 128, 0), ()),
        "grey": ((128, 128, 128), ()),
        "clear": ((255, 255, 255), white),
        "half": ((255, 127, 127), white),
        "palette": (RED, ()),
    }
    assert {name: notes for name, (_, notes) in found.items()} == {
        name: notes for name, (_, notes) in wanted.items()
    }
    assert near([one for one, _ in found.values()], [one for one, _ in wanted.values()], 3)


def png_of(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG that says it is so large, and has next to nothing in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n"]
    for kind, body in ((b"IHDR", header), *chunks, (b"IDAT", zlib.compress(b"\0" * 64))):
        parts.append(chunk(kind, body))
    return b"".join(parts)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG whose frame says another size than its data has."""
    data = saved(four_colours(), "JPEG")
    size = struct.pack(">HH", 300, 400)
    assert data.count(size) == 1
    return data.replace(size, struct.pack(">HH", height, width))


def webp_frames() -> bytes:
    frames = [four_colours(), four_colours().rotate(180)]
    return saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty. Choose the photo again."),
        (
            png_of(50_000, 40_000),
            "The photo is 50,000 × 40,000 pixels; 60 million is the most. Send a smaller copy.",
        ),
        (
            jpeg_of(65_000, 65_000),
            "The photo is 65,000 × 65,000 pixels; 60 million is the most. Send a smaller copy.",
        ),
        (saved(four_colours(), "JPEG")[:-900], f"The JPEG {WHOLE_AGAIN}"),
        (saved(four_colours(), "PNG")[:-40], f"The PNG {WHOLE_AGAIN}"),
        (saved(four_colours(), "WEBP")[:-40], f"The WebP {WHOLE_AGAIN}"),
        (b"\xff\xd8\xff" + b"no picture at all " * 90, f"The JPEG {WHOLE_AGAIN}"),
        (png_of(4_000, 4_000), f"The PNG {WHOLE_AGAIN}"),
        (webp_frames(), "This WebP is animated. Send a single photo."),
        (
            png_of(400, 300, (b"acTL", struct.pack(">II", 3, 0))),
            "This PNG is animated. Send a single photo.",
        ),
        (
            saved(four_colours(), "GIF"),
            f"This is a GIF, which cannot be printed from. {INSTEAD}",
        ),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg' width='900' height='900'/>",
            f"This is an SVG drawing, which cannot be printed from. {INSTEAD}",
        ),
        (
            b"\xef\xbb\xbf\n <?xml version='1.0'?><svg/>",
            f"This is an SVG drawing, which cannot be printed from. {INSTEAD}",
        ),
        (b"%PDF-1.7\n", f"This is a PDF, which cannot be printed from. {INSTEAD}"),
        (
            saved(four_colours(), "TIFF"),
            "This is a TIFF or a camera's raw file, which cannot be printed from. " + INSTEAD,
        ),
        (
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            (
                "This is a HEIC photo (iPhone: Settings, Camera, Formats, Most Compatible), which "
                f"cannot be printed from. {INSTEAD}"
            ),
        ),
        (b"\0\0\0\x18ftypmp42", f"This is a video, which cannot be printed from. {INSTEAD}"),
        (b"PK\x03\x04...", f"This is a zip archive, which cannot be printed from. {INSTEAD}"),
        (b"#!/bin/sh\n", f"This is not a picture, which cannot be printed from. {INSTEAD}"),
        (
            saved(four_colours(400, 120), "JPEG"),
            (
                "The photo is 400 × 120 pixels; each side needs 200 at least to be printed. "
                "Send the photo as it came from the camera, not a thumbnail."
            ),
        ),
        (
            saved(four_colours(1800, 200), "JPEG"),
            (
                "The photo is 1,800 × 200 pixels: one side is more than 8 times the other. "
                "Crop it before sending."
            ),
        ),
    ],
    ids=[
        *("empty", "png header", "jpeg header", "jpeg cut", "png cut", "webp cut", "no jpeg"),
        *("png without pixels", "webp frames", "apng", "gif", "svg", "svg behind a mark", "pdf"),
        *("tiff", "heic", "video", "zip", "script", "too small", "too long"),
    ],
)
def test_what_is_refused_and_why(data: bytes, said: str, tmp_path: Path) -> None:
    assert refusal(data, tmp_path) == said


def test_text_in_a_png_never_reaches_the_reader_that_would_unpack_it(tmp_path: Path) -> None:
    """Sixty of these, 2 MB, cost it 13 seconds."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(40)) + packer.flush()
    texts = [(b"zTXt", b"note%d\0\0" % number + packed) for number in range(3)]
    whole = saved(four_colours(), "PNG")
    # Right after the header, which every reader looks at; and something behind the end.
    bomb = whole[:33] + b"".join(chunk(*text) for text in texts) + whole[33:] + b"PK\x03\x04"
    plain = io.BytesIO()
    assert copy_png(io.BytesIO(bomb), plain) is False
    assert plain.getvalue() == whole
    assert near(corners(take(bomb, tmp_path).original), [RED, GREEN, BLUE, WHITE], 4)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["original.jpg", "working.jpg"]


def test_a_png_of_a_camera_is_turned_too(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 3
    stored = four_colours().transpose(Image.Transpose.ROTATE_180)
    taken = take(saved(stored, "PNG", exif=exif), tmp_path)
    assert near(corners(taken.original), [RED, GREEN, BLUE, WHITE], 4)


def test_a_file_is_read_no_further_than_its_limit(tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"\xff\xd8\xff" + b"\0" * (size - 3)

    stream = Endless()
    with pytest.raises(Rejected) as caught:
        take_picture(stream, folder=tmp_path, limits=PictureLimits(max_bytes=4 << 20))  # type: ignore[arg-type]
    assert caught.value.message == (
        "The file is larger than 4 MB. "
        "Send a smaller copy: a JPEG of the same photo is usually under 15 MB."
    )
    assert stream.given <= 6 << 20
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "label", "options"),
    [("JPEG", "JPEG", {"progressive": True}), ("WEBP", "WebP", {})],
)
def test_what_is_decoded_whole_may_have_fewer_pixels(
    kind: str, label: str, options: dict[str, object], tmp_path: Path
) -> None:
    limits = PictureLimits(max_pixels=4_000_000, whole_pixels=1_000_000)
    data = saved(four_colours(1200, 1200), kind, **options)
    assert refusal(data, tmp_path, limits) == (
        f"The photo is 1,200 × 1,200 pixels; of a {label} that is stored this way 1 million is "
        "the most. Save it as a plain JPEG (not progressive)."
    )
    plain = saved(four_colours(1200, 1200), "JPEG")
    assert take(plain, tmp_path, limits).width == 1200


def test_readers_that_were_never_tried_with_hostile_files_are_shut(tmp_path: Path) -> None:
    vips = libvips()
    path = tmp_path / "picture.v"
    vips.Image.black(2, 2).write_to_file(str(path))
    with pytest.raises(vips.Error, match="blocked"):
        vips.Image.vipsload(str(path))


VALID = {
    "jpeg": saved(four_colours(), "JPEG"),
    "progressive": saved(four_colours(), "JPEG", progressive=True),
    "png": saved(four_colours(), "PNG"),
    "webp": saved(four_colours(), "WEBP"),
}


@pytest.mark.parametrize("name", list(VALID))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_photo_with_broken_bytes_is_taken_or_refused(
    name: str, changes: list[tuple[float, int]], tmp_path: Path
) -> None:
    data = bytearray(VALID[name])
    for place, byte in changes:
        data[int(place * (len(data) - 1))] = byte
    try:
        taken = take(bytes(data), tmp_path)
    except Rejected:
        assert list(tmp_path.glob("*")) == []
        return
    assert sorted(path.name for path in tmp_path.iterdir()) == ["original.jpg", "working.jpg"]
    taken.original.unlink()
    taken.working.unlink()
