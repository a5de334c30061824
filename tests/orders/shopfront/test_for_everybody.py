"""Rules that let everybody use the pages: names for controls, headings, contrast, no outside."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from orders.models import Design

from .conftest import Browser, MakeOrder

pytestmark = pytest.mark.django_db
CONTROLS = {"input", "select", "textarea"}
VOID = {"input", "img", "meta", "link", "br", "path", "circle", "rect", "stop"}
STYLES = Path(settings.BASE_DIR) / "static" / "print_shop" / "shop.css"


class Page(HTMLParser):
    """What is wrong with a page, each in a few words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.refers: list[tuple[str, str]] = []
        self.labelled: set[str] = set()
        self.controls: list[dict[str, str]] = []
        self.headings: list[int] = []
        self.wrong: list[str] = []
        self._open: list[str] = []
        self._named: list[tuple[str, bool]] = []
        self.feed(text)
        self._judge()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        self._note_references(tag, given)
        self._note_rules(given)
        if tag in CONTROLS and given.get("type") not in ("hidden", "submit"):
            self.controls.append({**given, "inside": "yes" if "label" in self._open else ""})
        elif tag == "img" and "alt" not in given:
            self.wrong.append(f"a picture without alt: {given.get('src')}")
        elif tag == "img" and given["alt"]:
            # A picture with words names what it stands in.
            self.handle_data(given["alt"])
        elif re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        elif tag in ("a", "button"):
            self._named.append((tag, bool(given.get("aria-label"))))

    def _note_references(self, tag: str, given: dict[str, str]) -> None:
        if given.get("id"):
            self.ids.append(given["id"])
        for name in ("aria-describedby", "aria-labelledby", "for", "aria-controls"):
            self.refers += [(name, each) for each in given.get(name, "").split()]
        if tag == "label" and given.get("for"):
            self.labelled.add(given["for"])

    def _note_rules(self, given: dict[str, str]) -> None:
        self.wrong += [f"inline {each}" for each in given if each == "style" or each[:2] == "on"]
        for name in ("src", "href", "action"):
            if re.match(r"(https?:)?//", given.get(name, "")):
                self.wrong.append(f"outside: {given[name]}")

    def handle_data(self, data: str) -> None:
        if data.strip() and self._named:
            self._named[-1] = (self._named[-1][0], True)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if self._named and self._named[-1][0] == tag and not self._named.pop()[1]:
            self.wrong.append(f"a {tag} without a name")

    def _judge(self) -> None:
        twice = {each for each in self.ids if self.ids.count(each) > 1}
        self.wrong += [f"twice: #{each}" for each in twice]
        self.wrong += [f"{name} to nothing: {to}" for name, to in self.refers if to not in self.ids]
        for control in self.controls:
            named = control.get("id") in self.labelled or control.get("aria-label")
            if not (named or control["inside"]):
                self.wrong.append(f"a control without a label: {control.get('name')}")
        if self.headings.count(1) != 1:
            self.wrong.append(f"{self.headings.count(1)} main headings")
        steps = zip(self.headings, self.headings[1:], strict=False)
        self.wrong += [f"h{b} after h{a}" for a, b in steps if b > a + 1]


def pages_of(client: Client, design: Design, order_ids: list[object]) -> dict[str, str]:
    paths = [
        "",
        "design/",
        f"design/{design.pk}/",
        "designs/",
        "orders/",
        "log-in/",
        *[f"orders/{each}/" for each in order_ids],
        f"orders/{design.pk}/",
    ]
    return {path: client.get(f"/print-shop/{path}").content.decode() for path in paths}


def test_pages_can_be_used_by_everybody(browser: Browser, design: Design, draft: MakeOrder) -> None:
    bare, whole, gone = draft(addressed=False), draft(), draft()
    browser.client.post(f"/print-shop/orders/{gone.pk}/cancel/")
    pages = pages_of(browser.client, design, [bare.pk, whole.pk, gone.pk])
    wrong = browser.client.post(f"/print-shop/orders/{bare.pk}/address/", {}).content.decode()
    assert {path: Page(text).wrong for path, text in {**pages, "wrong": wrong}.items()} == {
        path: [] for path in (*pages, "wrong")
    }
    for text in pages.values():
        assert ('<html lang="en">' in text, 'href="#main"' in text) == (True, True)


def test_the_rules_find_what_is_wrong() -> None:
    text = (
        '<h1>A</h1><h3>B</h3><input name="x"><img src="https://cdn.example/a.png">'
        '<a href="/"></a><p id="a" style="color:red"></p><p id="a"></p>'
        '<label for="nothing">L</label>'
    )
    assert sorted(Page(text).wrong) == [
        "a a without a name",
        "a control without a label: x",
        "a picture without alt: https://cdn.example/a.png",
        "for to nothing: nothing",
        "h3 after h1",
        "inline style",
        "outside: https://cdn.example/a.png",
        "twice: #a",
    ]


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


def _brightness(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    """WCAG 2.2: relative luminance, 1 to 21."""
    lighter, darker = sorted((_brightness(one), _brightness(two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


WORDS = ("ink", "soft", "accent", "accent-deep", "good", "warn", "bad")


@pytest.mark.parametrize("dark", [False, True])
def test_colours_stand_out(*, dark: bool) -> None:
    text = STYLES.read_text()
    blocks = [_colours(each) for each in re.findall(r":root \{(.*?)\}", text, re.DOTALL)]
    assert (len(blocks), contrast("#000000", "#ffffff")) == (2, 21.0)
    found = {**blocks[0], **(blocks[1] if dark else {})}
    poor = {
        f"{word} on {ground}": round(contrast(found[word], found[ground]), 2)
        for ground in ("paper", "card", "sunk")
        for word in WORDS
        if contrast(found[word], found[ground]) < 4.5
    }
    assert poor == {}
    assert contrast(found["on-accent"], found["accent"]) >= 4.5
    assert contrast(found["on-accent"], found["accent-deep"]) >= 4.5
    assert contrast(found["on-gold"], found["gold"]) >= 4.5
    assert contrast(found["bad"], found["bad-ground"]) >= 4.5
    # What surrounds a control: 3 to 1.
    assert contrast(found["edge"], found["card"]) >= 3.0
    assert contrast("#ffffff", found["night-end"]) >= 4.5


def test_nothing_moves_for_whom_motion_is_too_much() -> None:
    text = STYLES.read_text()
    calm = text.partition("@media (prefers-reduced-motion: no-preference)")
    assert ("animation" in calm[0], "animation" in calm[2]) == (False, True)


def test_no_module_or_style_names_another_origin() -> None:
    for path in STYLES.parent.rglob("*.*"):
        if path.suffix in (".js", ".css"):
            # The name of SVG is no address.
            text = path.read_text().replace("http://www.w3.org/2000/svg", "")
            found = re.findall(r"[\"'(]((?:https?:)?//[^\"')\s]+)", text)
            assert (path.name, found) == (path.name, [])
