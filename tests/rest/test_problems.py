"""Every refusal, word for word."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.exceptions import ErrorDetail

from foundation.rest.api import FieldError
from foundation.rest.problems import pointed
from foundation.shops.models import Shop, User
from tests import factories

from .conftest import THINGS, Caller, program_of, things, told

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.rest.urls")]


def test_a_refusal_of_a_service(program: Caller) -> None:
    answer = program.send(THINGS, {"reason": "refused"})
    assert answer.status_code == 409
    assert told(answer) == {
        "type": "/api/problems/plan-expired",
        "title": "Plan expired",
        "status": 409,
        "detail": "The plan is too old.",
        "instance": "/api/things/",
        "code": "plan-expired",
        "errors": [{"pointer": "#/reason", "detail": "Not this one."}],
    }


def test_each_wrong_field_is_pointed_at(program: Caller) -> None:
    rules = [{"action": {"value": "1"}}, {"action": {"value": "-1"}}, {}]
    answer = program.send(THINGS, {"reason": "x" * 21, "rules": rules, "skus": ["abc", "abcd"]})
    assert told(answer) == {
        "type": "/api/problems/invalid-input",
        "title": "Invalid input",
        "status": 400,
        "detail": "4 things in the request are not right; nothing was changed.",
        "instance": "/api/things/",
        "code": "invalid-input",
        "errors": [
            {
                "pointer": "#/reason",
                "detail": "Ensure this field has no more than 20 characters.",
            },
            {
                "pointer": "#/rules/1/action/value",
                "detail": "Ensure this value is greater than or equal to 0.",
            },
            {"pointer": "#/rules/2/action", "detail": "This field is required."},
            {
                "pointer": "#/skus/1",
                "detail": "Ensure this field has no more than 3 characters.",
            },
        ],
    }
    assert things() == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"reason": "none"}, [{"pointer": "#", "detail": "There is no reason."}]),
        (
            [1],
            [{"pointer": "#", "detail": "Invalid data. Expected a dictionary, but got list."}],
        ),
    ],
)
def test_what_is_wrong_as_a_whole_points_at_the_whole(
    program: Caller, body: Any, expected: list[dict[str, str]]
) -> None:
    problem = told(program.send(THINGS, body))
    assert problem["detail"] == "One thing in the request is not right; nothing was changed."
    assert problem["errors"] == expected


def test_pointers_are_escaped() -> None:
    wrong = {"a/b~c d": {0: [ErrorDetail("No.")]}, "non_field_errors": ["Whole."], "é": ["E"]}
    assert pointed(wrong) == [
        FieldError("#/a~1b~0c%20d/0", "No."),
        FieldError("#", "Whole."),
        FieldError("#/%C3%A9", "E"),
    ]


def _plain(status: int, title: str, code: str, detail: str, instance: str = THINGS) -> Any:
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
    }


NOTHING_HERE = (
    "The address is wrong, the thing is gone, or it belongs to another shop. "
    "Check which shop you work in."
)


def test_nobody(shop: Shop) -> None:
    del shop
    answer = Caller().get(THINGS)
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert told(answer) == _plain(
        401,
        "Unauthorized",
        "not-authenticated",
        "Log in, or send the header Authorization: Bearer <access token>; "
        "POST /api/token/ gives one.",
    )


def test_the_wrong_method(program: Caller) -> None:
    for method in ("DELETE", "OPTIONS"):
        answer = program.send(THINGS, method=method)
        assert answer["Allow"] == "GET, POST, HEAD"
        assert told(answer) == _plain(
            405,
            "Method Not Allowed",
            "method-not-allowed",
            f"{method} is not for this address; it takes GET, POST, HEAD.",
        )


def test_the_wrong_kind_of_answer(program: Caller) -> None:
    assert told(program.get(THINGS, headers={"Accept": "text/html"})) == _plain(
        406,
        "Not Acceptable",
        "not-acceptable",
        "The header Accept rules out what this address answers: application/json.",
    )


def test_the_wrong_kind_of_body(program: Caller) -> None:
    assert told(program.post(THINGS, {"reason": "x"})) == _plain(
        415,
        "Unsupported Media Type",
        "unsupported-media-type",
        "The body must be application/json; the header Content-Type says multipart/form-data; "
        "boundary=BoUnDaRyStRiNg.",
    )


def test_a_row_that_is_not_there(program: Caller) -> None:
    assert told(program.send(THINGS, {"reason": "gone"})) == _plain(
        404, "Not Found", "not-found", NOTHING_HERE
    )


def test_what_may_not_be(program: Caller) -> None:
    assert told(program.send(THINGS, {"reason": "forbidden"})) == _plain(
        403,
        "Forbidden",
        "permission-denied",
        "You do not have permission to perform this action.",
    )


def test_too_fast(program: Caller) -> None:
    answer = program.send(THINGS, {"reason": "too fast"})
    assert answer["Retry-After"] == "7"
    assert told(answer) == _plain(
        429,
        "Too Many Requests",
        "throttled",
        "Request was throttled. Expected available in 7 seconds.",
    )


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (
            '{"reason": "x"',
            "line 1, column 15, byte 14: The document is not JSON: Expecting ',' delimiter.",
        ),
        ('{"reason": ["\\u0000"]}', "at $.reason[0]: The text has a NUL character."),
        ('{"reason": 1, "reason": 2}', "at $: The key 'reason' is there twice."),
        ('{"value": 1e999999}', "at $.value: The number is beyond all bounds."),
        ("[" * 41 + "]" * 41, "byte 40: The document is nested more than 40 deep."),
        ("NaN", "NaN is not a number in JSON."),
        (b'"\xff"', "byte 1: The document is not UTF-8."),
    ],
)
def test_what_is_not_json(program: Caller, body: str | bytes, detail: str) -> None:
    assert told(program.send(THINGS, body)) == {
        **_plain(400, "Malformed json", "malformed-json", detail),
        "type": "/api/problems/malformed-json",
    }


def test_numbers_are_not_rounded(program: Caller) -> None:
    answer = program.send("/api/asking/", '{"value": 0.1000000000000000000001}')
    assert answer.json() == {"reason": "editor", "value": "0.1000000000000000000001"}


def test_too_much(program: Caller, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2048
    for headers in ({}, {"Idempotency_Key": "k"}):
        answer = program.send(THINGS, {"reason": "x" * 2048}, **headers)
        assert told(answer) == _plain(
            413,
            "Request Entity Too Large",
            "too-big",
            "A request may be 2.0 KB long at most.",
        )


def test_a_body_in_chunks_is_not_taken_for_an_empty_one(program: Caller) -> None:
    sent: Any = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    for path in (THINGS, "/api/token/"):
        answer = program.generic("POST", path, "{}", content_type="application/json", **sent)
        assert (answer.status_code, told(answer)["code"]) == (411, "length-required")


def test_a_bug_tells_its_number_and_nothing_else(program: Caller) -> None:
    answer = program.send(THINGS, {"reason": "broken"}, X_Request_Id="r-17")
    assert answer["X-Request-Id"] == "r-17"
    assert told(answer) == {
        **_plain(
            500,
            "Internal Server Error",
            "server-error",
            "It is logged with its cause. Nothing is half done: changes are kept whole or not at "
            "all. Try again; if it happens again, tell the people who run this installation the "
            "request_id.",
        ),
        "request_id": "r-17",
    }
    assert things() == []


def test_a_browser_needs_its_csrf_token(colleague: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(colleague)
    answer = browser.post(THINGS, {"reason": "x"}, content_type="application/json")
    assert told(answer) == {
        **_plain(
            403,
            "Csrf failed",
            "csrf-failed",
            "A request of a logged-in browser that changes something needs the header X-CSRFToken "
            "with the value of the cookie csrftoken. Nothing was changed.",
        ),
        "type": "/api/problems/csrf-failed",
    }
    assert things() == []
    browser.get("/")
    given = browser.get("/panic/").context["csrf_token"]
    answer = browser.post(
        THINGS,
        {"reason": "x"},
        content_type="application/json",
        headers={"X-CSRFToken": str(given)},
    )
    assert (answer.status_code, things()) == (201, ["x"])


def test_errors_outside_of_our_views() -> None:
    caller = Caller()
    assert told(caller.get("/api/nowhere/")) == _plain(
        404, "Not Found", "not-found", NOTHING_HERE, "/api/nowhere/"
    )
    # Redirected, a POST would arrive as a GET.
    for method in ("GET", "POST"):
        assert told(caller.send("/api/things", method=method)) == _plain(
            404,
            "Not Found",
            "not-found",
            "Addresses of the API end with a slash: /api/things/",
            "/api/things",
        )
    assert told(caller.get("/api/page/?forbid")) == _plain(
        403, "Forbidden", "permission-denied", "Only for ops.", "/api/page/"
    )
    assert told(caller.get("/api/page/?break"))["code"] == "server-error"
    assert told(caller.get("/api/page/", headers={"Host": "evil.example"})) == _plain(
        400,
        "Bad Request",
        "bad-request",
        "The request is malformed or not meant for this host. Nothing was done.",
        "/api/page/",
    )
    strict = Client(enforce_csrf_checks=True)
    assert told(strict.post("/api/page/")) == _plain(
        403,
        "Forbidden",
        "csrf-failed",
        "The CSRF token is missing or does not fit. Nothing was changed.",
        "/api/page/",
    )


def test_pages_keep_their_own_errors(colleague: User) -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(colleague)
    for answer, status, words in (
        (browser.get("/nowhere/"), 404, "There is nothing here"),
        (browser.get("/admin/login/"), 403, "operations database"),
        (browser.post("/panic/freeze/"), 403, "The form has expired"),
        (browser.get("/", headers={"Host": "evil.example"}), 400, ""),
    ):
        assert answer.status_code == status
        assert answer["Content-Type"].startswith("text/html")
        assert words in answer.content.decode()


def test_answers_stay_out_of_caches(program: Caller) -> None:
    for answer in (
        program.get(THINGS),
        program.send(THINGS, {"reason": "x"}),
        Caller().get(THINGS),
    ):
        assert answer["Cache-Control"] == "no-store"


def test_a_problem_is_json_whatever_the_view_renders(owner: User, shop: Shop) -> None:
    del shop
    answer = Caller().get("/api/schema/?format=yaml")
    assert json.loads(answer.content)["code"] == "not-authenticated"
    assert program_of(owner).get("/api/schema/").status_code == 200


def test_who_has_no_shop_is_told_whom_to_ask() -> None:
    answer = program_of(factories.user("nobody@example.com")).get(THINGS)
    assert told(answer) == {
        **_plain(
            403,
            "No shop",
            "no-shop",
            "You are not a member of any shop yet. Ask an owner to add you.",
        ),
        "type": "/api/problems/no-shop",
    }
