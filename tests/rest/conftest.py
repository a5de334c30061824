"""Callers of the API: a browser, a program with a token; what they are told; what they made."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from rest_framework_simplejwt.tokens import RefreshToken

from foundation.audit.models import AuditEvent
from foundation.shops.models import User

from . import urls

THINGS = "/api/things/"


class Caller(Client):
    """A client that sends JSON and gets errors as a stranger would."""

    def __init__(self, **headers: str) -> None:
        super().__init__(raise_request_exception=False, headers=headers)

    def send(self, path: str, body: Any = None, /, method: str = "POST", **headers: str) -> Any:
        """Send JSON."""
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.generic(
            method, path, content, content_type="application/json", headers=named or None
        )


def program_of(person: User, **headers: str) -> Caller:
    """Return a program that has a person's token."""
    access = RefreshToken.for_user(person).access_token
    return Caller(Authorization=f"Bearer {access}", **headers)


def told(answer: Any) -> dict[str, Any]:
    """Read a problem."""
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.content)
    assert body["status"] == answer.status_code
    return body


def things() -> list[str]:
    """Return what was made, oldest first."""
    made = AuditEvent.objects.filter(verb="t.thing.made").order_by("pk")
    return list(made.values_list("reason", flat=True))


def sql(statement: str, *params: Any) -> None:
    """Change rows behind the code's back."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


@pytest.fixture(autouse=True)
def _nothing_inside() -> Iterator[None]:
    urls.inside.clear()
    yield
    urls.inside.clear()


@pytest.fixture
def program(colleague: User) -> Caller:
    """The editor's program."""
    return program_of(colleague)
