"""What the system checks say, and that they are silent when all is well."""

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

GOOD = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN",
    "DEBUG": False,
    "ALLOWED_HOSTS": ["shop.acme.com"],
    "PUBLIC_URL": "https://shop.acme.com",
    "LIVE_URL": "wss://shop.acme.com",
    "OUTBOUND_ADDRESS_MAP": {},
    "SESSION_COOKIE_SECURE": True,
}
MAPPED = {"demo-shop.myshopify.com": "http://127.0.0.1:9123"}


def _ids(settings: Settings, **changed: object) -> list[str]:
    for name, value in {**GOOD, **changed}.items():
        setattr(settings, name, value)
    return sorted(message.id or "" for message in run_checks(tags=["backroom"]))


def test_a_sound_public_installation_has_nothing_to_say(settings: Settings) -> None:
    assert _ids(settings) == []


def test_a_demo_on_loopback_may_be_plain_and_mapped(settings: Settings) -> None:
    said = _ids(
        settings,
        ALLOWED_HOSTS=["127.0.0.1", "localhost", "backroom.test"],
        PUBLIC_URL="https://backroom.test",
        OUTBOUND_ADDRESS_MAP=MAPPED,
        SESSION_COOKIE_SECURE=False,
        DEBUG=True,
    )
    assert said == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"SECRET_KEY": "x"}, ["backroom.E001"]),
        ({"SECRET_KEY": "ab" * 40}, ["backroom.E001"]),
        ({"BACKROOM_KEYS": []}, ["backroom.E002"]),
        ({"BACKROOM_KEYS": ["short"]}, ["backroom.E002"]),
        ({"PUBLIC_URL": "http://shop.acme.com"}, ["backroom.E003"]),
        ({"PUBLIC_URL": "https://backroom.test"}, ["backroom.W001", "backroom.W002"]),
        ({"ALLOWED_HOSTS": ["www.acme.com"]}, ["backroom.W002"]),
        ({"DEBUG": True}, ["backroom.E004"]),
        ({"OUTBOUND_ADDRESS_MAP": MAPPED}, ["backroom.E005"]),
        ({"SESSION_COOKIE_SECURE": False}, ["backroom.E006"]),
        ({"LIVE_URL": ""}, ["backroom.W003"]),
    ],
)
def test_each_mistake_is_named(
    settings: Settings, changed: dict[str, object], expected: list[str]
) -> None:
    assert _ids(settings, **changed) == expected


def test_every_message_says_what_to_do(settings: Settings) -> None:
    _ids(
        settings,
        SECRET_KEY="x",
        BACKROOM_KEYS=[],
        PUBLIC_URL="http://x.test",
        DEBUG=True,
        OUTBOUND_ADDRESS_MAP=MAPPED,
        SESSION_COOKIE_SECURE=False,
        LIVE_URL="",
    )
    messages = run_checks(tags=["backroom"])
    assert len(messages) == 9
    assert all(message.hint for message in messages)
