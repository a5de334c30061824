"""The token door: right and wrong passwords, guessing, tokens that are over."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from foundation.shops.models import User
from tests.factories import PASSWORD

from .conftest import THINGS, Caller, told

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.rest.urls")]

TOKEN = "/api/token/"
REFRESH = "/api/token/refresh/"


def _ask(person: str, password: str = PASSWORD) -> Any:
    return Caller().send(TOKEN, {"email": person, "password": password})


def _with(token: str) -> Caller:
    return Caller(Authorization=f"Bearer {token}")


def test_a_password_gives_a_pair_of_tokens(colleague: User) -> None:
    answer = _ask(colleague.email)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    pair = answer.json()
    assert set(pair) == {"access", "refresh", "expires_in"}
    assert pair["expires_in"] == 900
    assert "sessionid" not in answer.cookies
    assert _with(pair["access"]).get(THINGS).status_code == 200

    again = Caller().send(REFRESH, {"refresh": pair["refresh"]})
    assert set(again.json()) == {"access", "expires_in"}
    assert _with(again.json()["access"]).get(THINGS).status_code == 200


def test_each_token_is_for_its_own_use(colleague: User) -> None:
    pair = _ask(colleague.email).json()
    assert _with(pair["refresh"]).get(THINGS).status_code == 401
    assert Caller().send(REFRESH, {"refresh": pair["access"]}).status_code == 401


def test_a_wrong_password(colleague: User) -> None:
    for person, password in ((colleague.email, "wrong"), ("nobody@example.com", PASSWORD)):
        answer = _ask(person, password)
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
        assert told(answer) == {
            "type": "about:blank",
            "title": "Unauthorized",
            "status": 401,
            "detail": "The e-mail or the password is wrong.",
            "instance": "/api/token/",
            "code": "wrong-credentials",
        }


def test_what_is_missing_is_pointed_at() -> None:
    problem = told(Caller().send(TOKEN, {"email": "x"}))
    assert [each["pointer"] for each in problem["errors"]] == ["#/email", "#/password"]


def test_guessing_closes_the_door_for_the_right_password_too(colleague: User, owner: User) -> None:
    # Each spelling finds the same person, so each counts.
    names = [colleague.email, colleague.email.upper(), colleague.email.title()]
    answers = [_ask(names[n % 3], f"wrong {n}").status_code for n in range(8)]
    assert answers == [401] * 7 + [429]
    for name in names:
        answer = _ask(name)
        assert answer["Retry-After"] == "900"
        assert told(answer) == {
            "type": "/api/problems/locked-out",
            "title": "Locked out",
            "status": 429,
            "detail": "The password was wrong 8 times, so log-in from here is closed for 15 "
            "minutes. It opens again by itself. If it was not you who tried, tell an owner of "
            "your shop.",
            "instance": "/api/token/",
            "code": "locked-out",
        }
    assert _ask(owner.email).status_code == 200


def test_both_doors_count_together(colleague: User) -> None:
    for n in range(4):
        assert _ask(colleague.email, f"wrong {n}").status_code == 401
    browser = Client()
    answers = [
        browser.post("/login/", {"username": colleague.email.upper(), "password": "wrong"})
        for _ in range(4)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "Too many attempts" in answers[-1].content.decode()
    assert _ask(colleague.email).status_code == 429


def _aged(token: Any, by: dt.timedelta) -> str:
    token.set_exp(from_time=timezone.now() - by - token.lifetime)
    return str(token)


def test_a_token_that_is_over(colleague: User) -> None:
    pair = RefreshToken.for_user(colleague)
    second = dt.timedelta(seconds=1)
    answer = _with(_aged(pair.access_token, second)).get(THINGS)
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    expected = {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "The token is expired or not one of ours, or the password was changed since. "
        "POST /api/token/refresh/ or /api/token/ gives a new one.",
        "instance": THINGS,
        "code": "token-not-valid",
    }
    assert told(answer) == expected
    answer = Caller().send(REFRESH, {"refresh": _aged(pair, second)})
    assert told(answer) == {**expected, "instance": REFRESH}


def test_a_token_that_somebody_has_made_up(colleague: User) -> None:
    head, body, _ = str(AccessToken.for_user(colleague)).split(".")
    for token in (f"{head}.{body}.", f"{head}.{body}.AAAA", "x", "x y"):
        assert _with(token).get(THINGS).status_code == 401


@pytest.mark.parametrize("why", ["password", "inactive", "gone"])
def test_tokens_end_with_what_they_were_given_for(colleague: User, why: str) -> None:
    pair = _ask(colleague.email).json()
    if why == "password":
        colleague.set_password("another one that is long")
        colleague.save()
    elif why == "inactive":
        User.objects.filter(pk=colleague.pk).update(is_active=False)
    else:
        colleague.delete()
    assert told(_with(pair["access"]).get(THINGS))["status"] == 401
    assert told(Caller().send(REFRESH, {"refresh": pair["refresh"]}))["status"] == 401
