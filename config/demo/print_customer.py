"""Who asks the JSON API: a customer at a browser of their own, or a program of staff."""

import http.cookiejar
import json
import os
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

HOME = {
    "email": "robin@example.com",
    "name": "Robin Tremblay",
    "line1": "4200 Boulevard Saint-Laurent",
    "city": "Montréal",
    "province": "QC",
    "postal_code": "H2W 2R2",
    "country": "CA",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: Any


class PrintCustomer:
    """Asks the JSON API of the running demo as a browser does."""

    def __init__(self, url: str | None = None) -> None:
        """``url`` is the web's address, by default ``WEB_URL``."""
        self._url = url or os.environ["WEB_URL"]
        self._token = secrets.token_hex(16)
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self._jar = jar
        self._headers: dict[str, str] = {}

    def get(self, path: str) -> Any:
        """Read something that is there."""
        return self._wanted(self.ask("GET", path), HTTPStatus.OK)

    def post(
        self, path: str, body: dict[str, Any] | None = None, *, wanted: int = HTTPStatus.OK
    ) -> Any:
        """Do something that is expected to end in ``wanted``."""
        return self._wanted(self.ask("POST", path, body or {}), wanted)

    def log_in(self, email: str, password: str) -> None:
        """Get a token, and ask as this person of staff from now on."""
        given = self.post("/api/token/", {"email": email, "password": password})
        self._headers = {"Authorization": f"Bearer {given['access']}"}

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """Change something."""
        return self._wanted(self.ask("PATCH", path, body), HTTPStatus.OK)

    def upload(self, photo: bytes) -> str:
        """Upload a photo; gives its id."""
        boundary = uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="photo"; filename="cat.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        content = head.encode() + photo + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        answer = self._send("POST", "/api/photos/", content, kind)
        return str(self._wanted(answer, HTTPStatus.CREATED)["id"])

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        """Send JSON and return the answer, whatever it is."""
        content = None if body is None else json.dumps(body).encode()
        return self._send(method, path, content, "application/json")

    def fetch(self, path: str) -> bytes:
        """Fetch a file; ``path`` may be a whole address, as the API tells some."""
        with self._opener.open(self._request("GET", path, None, ""), timeout=60) as answer:
            content: bytes = answer.read()
        return content

    def _send(self, method: str, path: str, content: bytes | None, kind: str) -> Answer:
        request = self._request(method, path, content, kind)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Answer(answer.status, _read(answer.read()))
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, _read(refused.read()))

    def _request(
        self, method: str, path: str, content: bytes | None, kind: str
    ) -> urllib.request.Request:
        cookies = "; ".join(f"{each.name}={each.value}" for each in self._jar)
        return urllib.request.Request(  # noqa: S310 -- the address is the door's, on loopback
            urljoin(self._url, path),
            data=content,
            method=method,
            headers={
                "Content-Type": kind,
                **self._headers,
                "X-CSRFToken": self._token,
                "Cookie": "; ".join(filter(None, (cookies, f"csrftoken={self._token}"))),
            },
        )

    @staticmethod
    def _wanted(answer: Answer, status: int) -> Any:
        if answer.status != status:
            message = f"{answer.status} instead of {status}: {answer.body}"
            raise AssertionError(message)
        return answer.body


def _read(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return content.decode(errors="replace")
