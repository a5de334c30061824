"""`render`: the print files of 30 by 45 cm and 60 by 90 cm at 300 DPI.

PNG against libvips resizing the same photo to the same pixels and writing PNG with the same
compression and filter; each in a process of its own, for its memory. The PDF and the comparison
with the preview come on top and are told apart.
"""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.rows import Row, claim
from config.demo.pet_photo import write_photo
from foundation.untrusted.api import libvips
from orders.artwork.document import blank, read_document, to_json
from orders.artwork.printing import PNG_COMPRESSION, PNG_FILTER, render_print, write_png
from orders.artwork.spec import PrintSpec

if TYPE_CHECKING:
    from orders.artwork.document import Document

SIZES = {"30x45": (300, 450), "60x90": (600, 900)}
ROUNDS = 3
WANTED_RATIO = 1.6
WANTED_MEMORY_RATIO, WANTED_MB = 1.5, 400


@claim("render")
def render() -> list[Row]:
    """Measure both sizes; the larger's memory is related to the smaller's."""
    with tempfile.TemporaryDirectory() as name:
        photo = write_photo(Path(name) / "photo.jpg")
        found = {size: _measured(photo, *mm) for size, mm in SIZES.items()}
    small = found["30x45"]
    return [
        Row(
            name=f"render.{size}",
            figure=round(each["png"], 2),
            unit="s",
            floor=round(each["bare"], 2),
            ratio=round(each["png"] / each["bare"], 3),
            wanted=WANTED_RATIO,
            peak_rss_mb=each["rss"],
            baseline="libvips resizing the photo to the same pixels, same PNG",
            facts={
                "pixels": each["pixels"],
                "png_mb": each["png_mb"],
                "baseline_png_mb": each["bare_mb"],
                "ratio_when_the_photo_fills_the_sheet": round(each["full"] / each["bare"], 3),
                "pdf_parity_and_digests_s": round(each["rest"], 2),
                "parity_mean": each["parity"],
                "parity_worst": each["worst"],
                "memory_over_30x45": round(each["rss"] / small["rss"], 3),
                "memory_wanted": f"≤ {WANTED_MEMORY_RATIO} and ≤ {WANTED_MB} MB",
            },
        )
        for size, each in found.items()
    ]


def _measured(photo: Path, width_mm: int, height_mm: int) -> dict[str, Any]:
    """Measure one size: the medians of rounds in turns, each in a new process."""
    spec = PrintSpec(width_mm=width_mm, height_mm=height_mm)
    ours, full, bare, whole = [], [], [], []
    for _ in range(ROUNDS):
        bare.append(_alone(_resized, photo, spec))
        ours.append(_alone(_drawn, photo, spec))
        full.append(_alone(_filled, photo, spec))
        whole.append(_alone(_rendered, photo, spec))
    png = statistics.median(each["seconds"] for each in ours)
    return {
        "png": png,
        "bare": statistics.median(each["seconds"] for each in bare),
        "rest": statistics.median(each["seconds"] for each in whole) - png,
        "full": statistics.median(each["seconds"] for each in full),
        "rss": max(each["rss"] for each in whole),
        "pixels": "{} by {}".format(*spec.pixels()),
        "png_mb": ours[0]["mb"],
        "bare_mb": bare[0]["mb"],
        "parity": whole[0]["parity"],
        "worst": whole[0]["worst"],
    }


def _alone(work: Any, photo: Path, spec: PrintSpec) -> dict[str, Any]:
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        told: dict[str, Any] = pool.apply(work, (photo, spec))
        return told


def _drawn(photo: Path, spec: PrintSpec) -> dict[str, Any]:
    """Write the PNG of a design with a frame."""
    return _written(_design(), photo, spec)


def _filled(photo: Path, spec: PrintSpec) -> dict[str, Any]:
    """Write the PNG of a design that is all photo."""
    return _written(_design("none"), photo, spec)


def _written(design: Document, photo: Path, spec: PrintSpec) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        png = Path(name) / "print.png"
        libvips()
        began = time.perf_counter()
        write_png(design, spec, photo, png, heartbeat=lambda: None)
        return _told(began, png)


def _rendered(photo: Path, spec: PrintSpec) -> dict[str, Any]:
    """Make all that a worker makes of a design."""
    with tempfile.TemporaryDirectory() as name:
        libvips()
        began = time.perf_counter()
        files = render_print(_design(), spec, photo, folder=Path(name))
        told = _told(began, files.png)
        assert (files.width_px, files.height_px) == spec.pixels()
        return told | {"parity": files.parity, "worst": files.parity_worst}


def _resized(photo: Path, spec: PrintSpec) -> dict[str, Any]:
    """Do what the raw tool does."""
    with tempfile.TemporaryDirectory() as name:
        png = Path(name) / "bare.png"
        image = libvips().Image
        began = time.perf_counter()
        width, height = spec.pixels()
        whole = image.jpegload(str(photo), access="sequential")
        large = whole.resize(width / whole.width, vscale=height / whole.height)
        large.pngsave(str(png), compression=PNG_COMPRESSION, filter=PNG_FILTER, profile="srgb")
        return _told(began, png)


def _told(began: float, png: Path) -> dict[str, Any]:
    return {
        "seconds": time.perf_counter() - began,
        "mb": round(png.stat().st_size / 1e6, 1),
        "rss": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _design(frame: str = "star") -> Document:
    said = to_json(blank("00000000-0000-0000-0000-000000000001"))
    said["frame"]["kind"] = frame
    said["name"]["text"] = "Bella"
    said["text"]["text"] = "our little star since 2019"
    return read_document(said)
