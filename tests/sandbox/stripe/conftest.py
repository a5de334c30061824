"""A Stripe sandbox of one's own, and the official library, unmodified, to speak with it."""

import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe
import uvicorn

from sandbox.stripe.app import application, open_world
from sandbox.stripe.settings import Settings
from tests.sandbox.conftest import ROOT, free_port

DEMO, OTHER = "acct_1DemoMapleMutt00", "acct_1OtherDockside00"
KEYS = {
    DEMO: "sk_test_demo0000000000000000000000000000",
    OTHER: "sk_test_other000000000000000000000000000",
}
HOOK = "https://backroom.test/hook"
Body = dict[str, Any]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Gives the redirect itself."""

    def redirect_request(self, *_arguments: Any, **_more: Any) -> None:
        return None


OPENER = urllib.request.build_opener(NoRedirect)


class StripeSandbox:
    """A sandbox served from a thread."""

    def __init__(self, folder: Path, *, webhooks: str = "", retry_clock: float = 1.0) -> None:
        self.folder = folder
        self.webhook_map = {"https://backroom.test": webhooks} if webhooks else {}
        self.retry_clock = retry_clock
        self.port = free_port()
        self.start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        settings = Settings(
            retry_clock=self.retry_clock,
            rate_per_second=0,
            redirect_wait=2,
            checkout_origin=self.origin,
        )
        world = open_world(self.folder, settings=settings, webhook_map=self.webhook_map)
        config = uvicorn.Config(
            application(world), host="127.0.0.1", port=self.port, log_level="warning"
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            assert self.thread.is_alive()
            time.sleep(0.005)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=10)

    def client(self, account: str = DEMO, **options: Any) -> stripe.StripeClient:
        """The official library, pointed here."""
        return stripe.StripeClient(KEYS[account], base_addresses={"api": self.origin}, **options)

    def control(self, path: str, body: Body | None = None, method: str = "") -> Any:
        """Call the control API; a body makes it a POST."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 -- our own sandbox
            f"{self.origin}/_sandbox/{path}",
            data,
            {"X-Sandbox": "1"},
            method=method or ("GET" if body is None else "POST"),
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.loads(answer.read())

    def refusal(self, path: str, body: Body) -> str:
        """The words with which the control API refuses."""
        with pytest.raises(urllib.error.HTTPError) as refused:
            self.control(path, body)
        assert refused.value.code == 400
        return str(json.loads(refused.value.read())["error"])

    def act(self, verb: str, account: str = DEMO, **body: Any) -> Any:
        """Do something as a customer, at the dashboard or as a bank."""
        return self.control(f"accounts/{account}/{verb}", body)["result"]

    def fault(self, **rule: Any) -> None:
        self.control("faults", rule)

    def mend(self) -> None:
        self.control("faults", method="DELETE")

    def effects(self, **query: str) -> list[Body]:
        return list(self.control(f"effects?{urllib.parse.urlencode(query)}")["effects"])

    def events(self, about: str, account: str = DEMO) -> list[str]:
        """The types of all events about an object, in order."""
        found = self.control(f"accounts/{account}/events?object={about}")["events"]
        return [event["type"] for event in found]

    def raw(
        self, method: str, path: str, form: str = "", **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        """A call without the library: status, body and headers."""
        sent = {
            "Authorization": f"Bearer {KEYS[DEMO]}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        data = form.encode() if method == "POST" else None
        request = urllib.request.Request(  # noqa: S310 -- our own sandbox
            f"{self.origin}{path}", data, sent, method=method
        )
        try:
            with OPENER.open(request, timeout=10) as answer:
                return _read(answer.status, answer)
        except urllib.error.HTTPError as error:
            return _read(error.code, error)


def _read(status: int, answer: Any) -> tuple[int, Any, dict[str, str]]:
    raw = answer.read()
    headers = {name.lower(): value for name, value in answer.headers.items()}
    is_json = "json" in headers.get("content-type", "")
    return status, json.loads(raw) if is_json else raw.decode(), headers


class ProcessSandbox(StripeSandbox):
    """The same as a process of its own, to be killed."""

    def start(self) -> None:
        command = [sys.executable, "-m", "sandbox.stripe", "--port", str(self.port)]
        command += ["--state", str(self.folder), "--rate", "0"]
        for origin, address in self.webhook_map.items():
            command += ["--webhook-map", f"{origin}={address}"]
        self.process = subprocess.Popen(command, cwd=ROOT)  # noqa: S603 -- our own module
        deadline = time.monotonic() + 20
        while True:
            try:
                self.control("")
            except OSError:
                assert self.process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., StripeSandbox]]:
    """Start a sandbox of one's own."""
    started: list[StripeSandbox] = []

    def run(kind: type[StripeSandbox] = StripeSandbox, **options: Any) -> StripeSandbox:
        started.append(kind(tmp_path / f"state{len(started)}", **options))
        return started[-1]

    yield run
    for box in started:
        box.stop()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeSandbox]:
    sandbox = StripeSandbox(tmp_path_factory.mktemp("stripe"))
    yield sandbox
    sandbox.stop()


@pytest.fixture
def box(shared: StripeSandbox) -> StripeSandbox:
    """One sandbox for all tests that mind only their own objects."""
    shared.mend()
    return shared


@pytest.fixture
def client(box: StripeSandbox) -> stripe.StripeClient:
    return box.client()


def line(
    amount: int = 2400, quantity: int = 1, currency: str = "cad", name: str = "Poster"
) -> Body:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}
    return {"quantity": quantity, "price_data": price}


def wanted(**changes: Any) -> Any:
    """Parameters of a session over 48.00 CAD."""
    return {
        "mode": "payment",
        "client_reference_id": "order-42",
        "success_url": "https://shop.example/ok?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://shop.example/cart",
        "line_items": [line(quantity=2)],
        "metadata": {"order": "42"},
        "payment_intent_data": {"metadata": {"order": "42"}},
        **changes,
    }


def paid(box: StripeSandbox, account: str = DEMO, **changes: Any) -> stripe.checkout.Session:
    """A session that was paid by card."""
    client = box.client(account)
    session = client.v1.checkout.sessions.create(params=wanted(**changes))
    assert box.act("pay", account, session=session.id, email="robin@example.com") == "paid"
    return client.v1.checkout.sessions.retrieve(session.id)


def error_of(call: Callable[[], Any]) -> stripe.StripeError:
    with pytest.raises(stripe.StripeError) as raised:
        call()
    return raised.value


def told(error: stripe.StripeError) -> tuple[int | None, str | None, str | None]:
    """Status, code and parameter of an error."""
    told_of: Any = error.json_body
    body = told_of["error"]
    return error.http_status, body.get("code"), body.get("param")
