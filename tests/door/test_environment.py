import re
from dataclasses import replace

import pytest

from config.door import environment, keys
from config.door.environment import Addresses
from config.door.places import CHECKOUT, Place

ADDRESSES = Addresses(
    database="postgres://app@127.0.0.1:1/backroom",
    database_owner="postgres://owner@127.0.0.1:1/backroom",
    redis="redis://127.0.0.1:2/0",
    web_port=8000,
    live_port=9001,
    sandbox_port=9123,
    stripe_sandbox_port=9124,
)


def composed(
    place: Place, *, private: bool, up: tuple[str, ...] = (), **extra: str
) -> dict[str, str]:
    return environment.compose(
        addresses=replace(ADDRESSES, up=up),
        keys=keys.fresh(),
        place=place,
        private=private,
        extra=extra,
    )


def test_processes_learn_where_everything_is(place: Place) -> None:
    given = composed(place, private=True)
    assert {name: given[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")} == {
        "DATABASE_URL": ADDRESSES.database,
        "DATABASE_OWNER_URL": ADDRESSES.database_owner,
        "REDIS_URL": ADDRESSES.redis,
    }
    assert given["LIVE_URL"] == "ws://127.0.0.1:9001"
    assert given["OUTBOUND_ADDRESS_MAP"] == (
        "demo-shop.myshopify.com=http://127.0.0.1:9123,"
        "other-shop.myshopify.com=http://127.0.0.1:9123,"
        "bulk-results.shopify.test=http://127.0.0.1:9123,"
        "api.stripe.com=http://127.0.0.1:9124,"
        "checkout.stripe.com=http://127.0.0.1:9124"
    )
    assert given["VAR_DIR"] == str(place.var)


@pytest.mark.parametrize(
    ("up", "named"),
    [
        (("web",), {}),
        (("sandbox", "web"), {"SANDBOX_URL": "http://127.0.0.1:9123"}),
        (
            ("sandbox", "stripe-sandbox"),
            {
                "SANDBOX_URL": "http://127.0.0.1:9123",
                "STRIPE_SANDBOX_URL": "http://127.0.0.1:9124",
            },
        ),
    ],
)
def test_only_stand_ins_that_run_are_named(
    place: Place, up: tuple[str, ...], named: dict[str, str]
) -> None:
    given = composed(place, private=True, up=up)
    assert {name: url for name, url in given.items() if name.endswith("SANDBOX_URL")} == named


def test_all_that_the_settings_read_is_known() -> None:
    sources = [CHECKOUT / "config" / name for name in ("settings.py", "environment.py")]
    read = re.compile(r'(?:env\.\w+|_required)\(\s*"(\w+)"')
    found = {name for path in sources for name in read.findall(path.read_text())}
    assert found - set(environment.OUR_VARIABLES) == set()


def test_a_private_stack_gets_nothing_of_the_callers_installation(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in environment.OUR_VARIABLES:
        monkeypatch.setenv(name, "the caller's")
    monkeypatch.setenv("LANG", "C")
    given = composed(place, private=True)
    assert "the caller's" not in given.values()
    assert given["LANG"] == "C"


def test_the_callers_choice_wins_over_what_the_door_invents(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_URL", "smtp://mail.example:25")
    assert composed(place, private=False)["MAIL_URL"] == "smtp://mail.example:25"


def test_what_a_stack_is_told_wins_over_everything(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBUG", "0")
    assert composed(place, private=False, DEBUG="1")["DEBUG"] == "1"
