"""A real Chromium against a live server; it looks for one, and says loudly where none is found.

CHROMIUM names the program. Without one the tests are skipped, unless REQUIRE_CHROMIUM=1.
"""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from foundation.shops.models import User

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Playwright keeps an event loop in this thread; Django would refuse to work beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# Other tests, whole stacks among them, use the same cores: what is slow is not wrong.
expect.set_options(timeout=15_000)

OpenAs = Callable[..., Page]


def chromium() -> str:
    """Return the program's path; empty when there is none."""
    given = os.environ.get("CHROMIUM", "")
    return given or next((path for name in NAMES if (path := shutil.which(name))), "")


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """One browser for all tests of a module; what else runs in this process is without its loop."""
    program = chromium()
    if not program:
        message = (
            "NO CHROMIUM FOUND: the browser tests did NOT run. Install one (apt install "
            "chromium) or name it: CHROMIUM=/path/to/chromium ./run test"
        )
        if os.environ.get("REQUIRE_CHROMIUM") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        # As root there is no sandbox to be had; nothing foreign is opened.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
        # Beside a running loop Django opens connections of their own, which nobody else would end.
        connections.close_all()


@pytest.fixture
def open_as(
    chrome: Browser, live_server: LiveServer, request: pytest.FixtureRequest
) -> Iterator[OpenAs]:
    """Open a page as a person: ``open_as(person, "/path/", width=390, dark=True)``.

    At the end the test fails if the page threw an error, got one from the server, or asked
    anything of another origin.
    """
    contexts = []
    wrong: list[str] = []
    expected: list[str] = getattr(request, "param", [])

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: wrong.append(f"error on the page: {error}"))
        page.on(
            "response",
            lambda answer: (
                wrong.append(f"{answer.status} {answer.url}")
                if answer.status >= 400 and answer.url.partition("?")[0] not in expected
                else None
            ),
        )
        page.on(
            "request",
            lambda asked: (
                wrong.append(f"another origin: {asked.url}")
                if not asked.url.startswith((live_server.url, "data:", "blob:"))
                else None
            ),
        )

    def open_page(person: User | None, path: str, *, width: int = 1440, dark: bool = False) -> Page:
        context = chrome.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            base_url=live_server.url,
        )
        contexts.append(context)
        if person is not None:
            client = Client()
            client.force_login(person)
            cookie = client.cookies["sessionid"]
            context.add_cookies(
                [{"name": "sessionid", "value": cookie.value, "url": live_server.url}]
            )
        page = context.new_page()
        listen(page)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
