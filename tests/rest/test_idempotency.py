"""A POST that is sent again has one effect, whatever happens in between."""

import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection
from rest_framework.response import Response

from foundation.rest.models import IdempotentRequest
from foundation.rest.tasks import prune
from foundation.shops.api import Role, set_role
from foundation.shops.models import Shop, User
from tests import factories

from . import urls
from .conftest import THINGS, Caller, program_of, sql, things, told

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
CALLING = "/api/calling/"

pytestmark = [pytest.mark.urls("tests.rest.urls")]
in_database = pytest.mark.django_db
in_threads = pytest.mark.django_db(transaction=True)


def _make(program: Caller, reason: str = "x", key: str = KEY, url: str = THINGS) -> Any:
    return program.send(url, {"reason": reason}, Idempotency_Key=key)


def _rows() -> list[tuple[Any, ...]]:
    found = IdempotentRequest.objects.order_by("pk")
    return list(found.values_list("key", "method", "path", "status"))


@in_database
def test_a_repeat_is_answered_again_and_does_nothing(program: Caller) -> None:
    first, again = _make(program), _make(program)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content == b'{"reason":"x"}'
    for name in ("Content-Type", "Location", "Cache-Control"):
        assert first[name] == again[name]
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert things() == ["x"]
    assert _rows() == [(KEY, "POST", THINGS, 201)]


@in_database
def test_without_a_key_each_is_a_new_one(program: Caller) -> None:
    for _ in range(2):
        assert program.send(THINGS, {"reason": "x"}).status_code == 201
    assert (things(), _rows()) == (["x", "x"], [])


@in_database
def test_a_quoted_key_is_the_same_key(program: Caller) -> None:
    _make(program)
    assert _make(program, key=f'"{KEY}"')["Idempotency-Replayed"] == "true"
    assert things() == ["x"]


@in_database
@pytest.mark.parametrize("key", ["", '""', "a b", "k" * 256, "schlüssel", "a\tb"])
def test_a_key_that_is_none(program: Caller, key: str) -> None:
    assert told(_make(program, key=key)) == {
        "type": "/api/problems/bad-idempotency-key",
        "title": "Bad idempotency key",
        "status": 400,
        "detail": "Idempotency-Key must be 1 to 255 visible ASCII characters, best a fresh UUID.",
        "instance": THINGS,
        "code": "bad-idempotency-key",
    }
    assert (things(), _rows()) == ([], [])


@in_database
def test_the_longest_key(program: Caller) -> None:
    for _ in range(2):
        assert _make(program, key="~" * 255).status_code == 201
    assert things() == ["x"]


@in_database
def test_another_request_under_the_same_key(program: Caller) -> None:
    _make(program)
    other_body = _make(program, "y")
    other_address = _make(program, url=f"{THINGS}?a=1")
    for answer in (other_body, other_address):
        assert told(answer) == {
            "type": "/api/problems/idempotency-key-reused",
            "title": "Idempotency key reused",
            "status": 422,
            "detail": "This Idempotency-Key was used for another request within the last 24 hours. "
            "Nothing was changed. Take a new key for every new request; the same one only to "
            "repeat it.",
            "instance": THINGS,
            "code": "idempotency-key-reused",
        }
    assert things() == ["x"]


@in_database
def test_another_shop_under_the_same_key(owner: User, shop: Shop) -> None:
    second = factories.shop("Second", owner)
    assert _make(program_of(owner, X_Shop=str(shop.pk))).status_code == 201
    assert _make(program_of(owner, X_Shop=str(second.pk))).status_code == 422
    assert things() == ["x"]


@in_database
def test_keys_of_two_people_are_two(program: Caller, owner: User, stranger: User) -> None:
    for each in (program, program_of(owner), program_of(stranger)):
        assert "Idempotency-Replayed" not in _make(each)
    assert (things(), len(_rows())) == (["x"] * 3, 3)


@in_database
def test_reading_ignores_the_key(program: Caller) -> None:
    _make(program)
    for key in (KEY, "k" * 300):
        answer = program.get(THINGS, headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["items"]) == (200, [{"reason": "x"}])
    assert len(_rows()) == 1


@in_database
def test_asking_ignores_the_key(program: Caller) -> None:
    for value in (1, 2):
        answer = program.send("/api/asking/", {"value": value}, Idempotency_Key=KEY)
        assert answer.json()["value"] == value
    assert _rows() == []


@in_database
def test_a_repeat_needs_the_right_to_ask(program: Caller, shop: Shop, colleague: User) -> None:
    _make(program)
    set_role(shop_id=shop.pk, user=colleague, role=Role.VIEWER, actor_id=None)
    assert _make(program).status_code == 403
    shop.memberships.filter(user=colleague).delete()
    assert _make(program, key=KEY).status_code == 403
    assert program.send(THINGS, {"reason": "x"}, X_Shop=str(shop.pk)).status_code == 403


@in_threads
@pytest.mark.parametrize("url", [THINGS, CALLING])
@pytest.mark.parametrize(
    ("reason", "status"), [("refused", 409), ("broken", 500), ("answered 500", 503), ("gone", 404)]
)
def test_what_did_not_succeed_may_be_sent_again(
    program: Caller, monkeypatch: pytest.MonkeyPatch, url: str, reason: str, status: int
) -> None:
    assert _make(program, reason, url=url).status_code == status
    # What the service did before it refused is its own; what broke is taken back as a whole.
    broken_off = status >= 500 and url == THINGS
    assert things() == ([] if broken_off else [reason])
    assert _rows() == []

    monkeypatch.setattr(urls.Things, "answer", lambda _self, _reason: Response({}, 201))
    assert _make(program, reason, url=url).status_code == 201
    assert _make(program, reason, url=url)["Idempotency-Replayed"] == "true"
    assert things() == [reason] * (1 if broken_off else 2)


@in_database
def test_wrong_input_does_not_use_the_key_up(program: Caller) -> None:
    assert _make(program, "x" * 21).status_code == 400
    assert _make(program, "x").status_code == 201
    assert things() == ["x"]


@in_database
@pytest.mark.parametrize("reason", ["long", "stream"])
def test_an_answer_that_is_not_kept_is_not_given_twice(program: Caller, reason: str) -> None:
    assert _make(program, reason).status_code in {200, 201}
    problem = told(_make(program, reason))
    assert (problem["status"], problem["code"]) == (409, "answer-not-kept")
    assert things() == [reason]


@pytest.fixture
def two() -> Iterator[ThreadPoolExecutor]:
    """Two threads that close their own connections."""

    with ThreadPoolExecutor(2) as pool:
        yield pool


def _in_thread(pool: ThreadPoolExecutor, program: Caller, **how: Any) -> "Future[Any]":
    def run() -> Any:
        try:
            return _make(program, **how)
        finally:
            connection.close()

    return pool.submit(run)


@in_threads
def test_two_at_once_have_one_effect(colleague: User, two: ThreadPoolExecutor) -> None:
    for n in range(10):
        start = Barrier(2)

        def run(key: str = str(n), start: Barrier = start) -> Any:
            start.wait(10)
            try:
                return _make(program_of(colleague), key, key)
            finally:
                connection.close()

        answers = [each.result(20) for each in [two.submit(run), two.submit(run)]]
        statuses = sorted(each.status_code for each in answers)
        assert statuses in ([201, 201], [201, 409])
        replayed = [each for each in answers if "Idempotency-Replayed" in each]
        assert len(replayed) == statuses.count(201) - 1
    assert things() == [str(n) for n in range(10)]


@in_threads
def test_while_the_first_is_running(program: Caller, two: ThreadPoolExecutor) -> None:
    reached, go_on = Event(), Event()
    urls.inside.extend([reached.set, lambda: go_on.wait(20)])
    first = _in_thread(two, program)
    assert reached.wait(10)

    second = _make(program)
    assert second["Retry-After"] == "2"
    assert told(second) == {
        "type": "/api/problems/request-still-running",
        "title": "Request still running",
        "status": 409,
        "detail": "The first request with this Idempotency-Key has not ended. "
        "Ask again in a moment.",
        "instance": THINGS,
        "code": "request-still-running",
    }
    assert _make(program, "y").status_code == 422
    assert things() == []

    go_on.set()
    assert first.result(20).status_code == 201
    assert _make(program)["Idempotency-Replayed"] == "true"
    assert things() == ["x"]


def _let_pass(seconds: int) -> None:
    sql(
        "UPDATE rest_idempotentrequest SET created_at = created_at - make_interval(secs => %s),"
        " claimed_until = claimed_until - make_interval(secs => %s)",
        seconds,
        seconds,
    )


class Killed(BaseException):
    """The process is gone: nothing behind this line runs."""


@in_threads
def test_killed_in_the_middle(program: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def die() -> None:
        raise Killed

    urls.inside.append(die)
    # A process that is killed releases nothing.
    monkeypatch.setattr("foundation.rest.idempotency.release", lambda _claim: None)
    with pytest.raises(Killed):
        _make(program)
    urls.inside.clear()
    assert things() == []
    assert _rows() == [(KEY, "POST", THINGS, None)]

    assert _make(program).status_code == 409
    _let_pass(59)
    assert _make(program).status_code == 409
    _let_pass(2)
    assert _make(program, "y").status_code == 422
    answer = _make(program)
    assert (answer.status_code, "Idempotency-Replayed" in answer) == (201, False)
    assert _make(program)["Idempotency-Replayed"] == "true"
    assert things() == ["x"]


@in_threads
def test_slow_instead_of_dead(program: Caller, two: ThreadPoolExecutor) -> None:
    reached, go_on = Event(), Event()

    def wait_once() -> None:
        if not reached.is_set():
            reached.set()
            go_on.wait(20)

    urls.inside.append(wait_once)
    first = _in_thread(two, program)
    assert reached.wait(10)
    _let_pass(61)
    assert _make(program).status_code == 201
    assert things() == ["x"]

    go_on.set()
    problem = told(first.result(20))
    assert (problem["status"], problem["code"]) == (409, "request-taken-over")
    assert things() == ["x"]
    assert _make(program)["Idempotency-Replayed"] == "true"


@in_threads
def test_the_answer_is_committed_with_the_effect_or_not_at_all(
    program: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> bool:
        raise RuntimeError("the connection is lost")

    with monkeypatch.context() as patch:
        patch.setattr("foundation.rest.idempotency.keep_answer", fail)
        assert _make(program).status_code == 500
    assert (things(), _rows()) == ([], [])
    assert _make(program).status_code == 201


@in_database
def test_after_a_day_a_key_is_new_again(program: Caller) -> None:
    _make(program)
    _let_pass(24 * 3600 - 60)
    assert _make(program)["Idempotency-Replayed"] == "true"
    _let_pass(120)
    answer = _make(program, "y")
    assert (answer.status_code, "Idempotency-Replayed" in answer) == (201, False)
    assert things() == ["x", "y"]
    assert len(_rows()) == 1


class _Beating:
    beats = 0

    def heartbeat(self) -> None:
        self.beats += 1


@in_database
def test_pruning_keeps_a_day(program: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foundation.rest.services.PRUNE_PIECE", 2)
    for _ in range(5):
        _make(program, key=str(uuid.uuid4()))
    _let_pass(24 * 3600 + 1)
    _make(program)
    job: Any = _Beating()
    prune(job)
    assert job.beats == 2
    assert _rows() == [(KEY, "POST", THINGS, 201)]
