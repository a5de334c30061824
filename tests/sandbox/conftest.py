"""A sandbox of one's own: in a thread for most tests, as a process where that matters."""

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from sandbox.shopify.app import application, open_world
from sandbox.shopify.catalogue import Wish
from sandbox.shopify.settings import Settings

DEMO = "demo-shop.myshopify.com"
OTHER = "other-shop.myshopify.com"
TOKENS = {
    DEMO: "shpat_demo_0000000000000000000000000000",
    OTHER: "shpat_other_000000000000000000000000000",
}
SECRET = "shpss_demo_000000000000000000000000000000"
ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _low(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


class Sandbox:
    """A sandbox served from a thread, and the two ways to speak with it."""

    def __init__(
        self,
        folder: Path,
        *,
        webhooks: str = "",
        retry_clock: float = 1.0,
        points: tuple[str, float] = ("standard", 1.0),
    ) -> None:
        self.folder = folder
        self.webhook_map = {"https://backroom.test": webhooks} if webhooks else {}
        self.retry_clock = retry_clock
        self.points = points
        self.port = free_port()
        self.start()

    def start(self) -> None:
        world = open_world(
            self.folder,
            Wish(products=300),
            points=self.points,
            settings=Settings(retry_clock=self.retry_clock),
            webhook_map=self.webhook_map,
        )
        app = application(world)
        config = uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="warning")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            assert self.thread.is_alive()
            time.sleep(0.005)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=10)

    def send(
        self, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - local
                return answer.status, _low(answer.headers), json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raw = error.read()
            is_json = "json" in (error.headers.get("Content-Type") or "")
            return error.code, _low(error.headers), json.loads(raw) if is_json else raw.decode()

    def page(self, path: str, form: str | None = None) -> tuple[int, str]:
        """A page for people, after redirects."""
        data = None if form is None else form.encode()
        try:
            url = f"http://127.0.0.1:{self.port}{path}"
            with urllib.request.urlopen(url, data, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"X-Sandbox": "1", "Content-Type": "application/json"}
        status, _, answer = self.send(method, f"/_sandbox/{path}", body, headers)
        assert status == 200, answer
        return answer

    def shop(self, path: str, body: Any = None) -> Any:
        """A control call for the demo shop; a body makes it a POST."""
        return self.control("GET" if body is None else "POST", f"shops/{DEMO}/{path}", body)

    def settings(self, **changes: Any) -> None:
        self.control("POST", "settings", changes)

    def raw(
        self,
        document: str,
        variables: dict[str, Any] | None = None,
        *,
        shop: str = DEMO,
        token: str | None = None,
        version: str = "2026-10",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], Any]:
        sent = {
            "Host": shop,
            "Content-Type": "application/json",
            "X-Shopify-Access-Token": TOKENS.get(shop, "") if token is None else token,
            **(headers or {}),
        }
        path = f"/admin/api/{version}/graphql.json"
        return self.send("POST", path, {"query": document, "variables": variables or {}}, sent)

    def ask(self, document: str, /, **variables: Any) -> Any:
        """The body of an answer with status 200."""
        status, _, body = self.raw(document, variables)
        assert status == 200, body
        return body

    def effects(self, **query: str) -> list[dict[str, Any]]:
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return list(self.control("GET", f"effects?{text}")["effects"])

    def deliveries(self, **query: str) -> list[dict[str, Any]]:
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return list(self.control("GET", f"deliveries?{text}")["deliveries"])


class ProcessSandbox(Sandbox):
    """The same as a process of its own, to be killed."""

    def start(self) -> None:
        command = [sys.executable, "-m", "sandbox.shopify", "--port", str(self.port)]
        command += ["--state", str(self.folder), "--retry-clock", str(self.retry_clock)]
        for origin, address in self.webhook_map.items():
            command += ["--webhook-map", f"{origin}={address}"]
        self.process = subprocess.Popen(command, cwd=ROOT)  # noqa: S603 -- our own module
        deadline = time.monotonic() + 30
        while True:
            try:
                self.control("GET", "")
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with the default catalogue, to be copied."""
    folder = tmp_path_factory.mktemp("seeded")
    open_world(folder, Wish(products=300)).close()
    return folder


@pytest.fixture
def start(seeded: Path, tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    """Start a sandbox on a copy of the seeded state."""
    started: list[Sandbox] = []

    def run(kind: type[Sandbox] = Sandbox, **options: Any) -> Sandbox:
        folder = tmp_path / f"state{len(started)}"
        shutil.copytree(seeded, folder)
        started.append(kind(folder, **options))
        return started[-1]

    yield run
    for box in started:
        box.stop()


@pytest.fixture(scope="module")
def box(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox per module, with points for all, for tests that mind only their own rows."""
    folder = tmp_path_factory.mktemp("box") / "state"
    shutil.copytree(seeded, folder)
    sandbox = Sandbox(folder, points=("standard", 100))
    yield sandbox
    sandbox.stop()


class Receiver:
    """An endpoint for webhooks that answers with the scripted statuses, then 200."""

    def __init__(self) -> None:
        self.got: list[tuple[float, dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.always: int | None = None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((time.monotonic(), _low(self.headers), body))
                scripted = receiver.statuses.pop(0) if receiver.statuses else 200
                self.send_response(receiver.always or scripted)
                if self.path == "/elsewhere":
                    self.send_header("Location", "/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count: int, seconds: float = 10) -> list[dict[str, Any]]:
        """The bodies once `count` deliveries came."""
        deadline = time.monotonic() + seconds
        while len(self.got) < count:
            assert time.monotonic() < deadline, f"only {len(self.got)} of {count} deliveries came"
            time.sleep(0.02)
        return [json.loads(body) for _, _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook endpoint."""
    peer = Receiver()
    yield peer
    peer.server.shutdown()


SUBSCRIBE = """
mutation HookCreate($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) {
    webhookSubscription { id topic uri name filter format includeFields }
    userErrors { field message }
  }
}
"""

PRICE_WRITE = """
mutation PriceWrite(
  $productId: ID!, $variants: [ProductVariantsBulkInput!]!, $partial: Boolean = false
) {
  productVariantsBulkUpdate(
    productId: $productId, variants: $variants, allowPartialUpdates: $partial
  ) {
    product { id }
    productVariants { id price compareAtPrice }
    userErrors { field message code }
  }
}
"""


def product_gid(number: int) -> str:
    return f"gid://shopify/Product/{number}"


def variant_gid(number: int) -> str:
    return f"gid://shopify/ProductVariant/{number}"


def products_of(box: Sandbox, size: int) -> list[list[dict[str, Any]]]:
    """The variants of every product that has exactly `size` of them."""
    grouped: dict[int, list[dict[str, Any]]] = {}
    for variant in box.shop("variants")["variants"]:
        grouped.setdefault(variant["product_id"], []).append(variant)
    return [rows for rows in grouped.values() if len(rows) == size]
