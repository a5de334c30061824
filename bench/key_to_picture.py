"""`key_to_picture`: from a key that moves the photo to the picture that shows it, in a browser.

A real Chromium designs a poster of a 12-megapixel photo at a real server. Each round presses an
arrow key on the stage, and waits until the picture of that very design is decoded and put on the
page. The floor is the same browser fetching and decoding a static WebP of that size from the same
server, in turns.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench._house import django_on
from bench.memory import peak_mb
from bench.rows import Row, claim, p95
from config.demo.pet_photo import write_photo
from config.door.stack import Options

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROUNDS, WARM = 40, 5
MOST_MS = 250.0
_PAUSE_MS = 350
_PRESS = """key => new Promise((done) => {
  const began = performance.now();
  addEventListener("print-shop:picture", () => requestAnimationFrame(() =>
    done(performance.now() - began)), { once: true });
  document.getElementById("stage").dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
})"""
_FETCH = """async (number) => {
  const began = performance.now(), picture = new Image();
  picture.src = `/static/print_shop/examples/hero.webp?${number}`;
  await picture.decode();
  return performance.now() - began;
}"""


@claim("key_to_picture")
def key_to_picture() -> list[Row]:
    """Measure both in turns."""
    options = Options(services=frozenset({"web"}), environment={"LOG_LEVEL": "ERROR"})
    with django_on(options) as stack, tempfile.TemporaryDirectory() as name:
        photo = _prepared(Path(name))
        pressed, fetched = measure(stack.environment["WEB_URL"], photo)
        memory = peak_mb(stack.supervisor.pids("web"))
    figure, floor = p95(pressed), p95(fetched)
    return [
        Row(
            name="key_to_picture",
            figure=figure,
            unit="ms (p95)",
            floor=floor,
            ratio=figure / floor,
            peak_rss_mb=memory,
            baseline="the browser fetching and decoding a static WebP from the same server",
            facts={
                "wanted_ms_at_most": MOST_MS,
                "median_ms": round(statistics.median(pressed), 1),
                "baseline_median_ms": round(statistics.median(fetched), 1),
                "keys": ROUNDS,
            },
        )
    ]


def _prepared(folder: Path) -> Path:
    """Open a print shop, and return a photo of 12 megapixels."""
    from foundation.shops.api import open_shop  # noqa: PLC0415 -- Django is set up only now
    from foundation.shops.models import User  # noqa: PLC0415 -- likewise
    from orders.api import StarterWish, open_print_shop  # noqa: PLC0415 -- likewise

    owner = User.objects.create_user("owner@example.com")
    shop = open_shop(name="Bench", owner=owner)
    wish = StarterWish(
        name="Bench",
        seller_name="Bench",
        seller_address="1 Front St",
        contact_email="bench@example.com",
    )
    open_print_shop(shop_id=shop.pk, wish=wish, actor_id=owner.pk)
    return write_photo(folder / "photo.jpg")


def measure(url: str, photo: Path, *, rounds: int = ROUNDS) -> tuple[list[float], list[float]]:
    """Return milliseconds from key to picture and of fetching a static one, each round."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- only benches need a browser

    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(base_url=url, viewport={"width": 1280, "height": 900})
        page.goto("/print-shop/design/?product=poster")
        page.locator("#photo").set_input_files(photo)
        page.locator("html[data-ready]").wait_for(state="attached", timeout=30_000)
        found = _rounds(page, rounds)
        browser.close()
    return found


def _rounds(page: Page, rounds: int) -> tuple[list[float], list[float]]:
    pressed: list[float] = []
    fetched: list[float] = []
    for _ in range(4):
        # Zoomed in, so that there is room to move in.
        page.evaluate(_PRESS, "+")
        page.wait_for_timeout(_PAUSE_MS)
    for number in range(-WARM, rounds):
        key = ("ArrowLeft", "ArrowUp", "]", "ArrowRight", "ArrowDown", "]")[number % 6]
        for kept, milliseconds in (
            (pressed, float(page.evaluate(_PRESS, key))),
            (fetched, float(page.evaluate(_FETCH, number))),
        ):
            if number >= 0:
                kept.append(milliseconds)
        # People look between two keys; and each picture costs from the visitor's allowance.
        page.wait_for_timeout(_PAUSE_MS)
    return pressed, fetched
