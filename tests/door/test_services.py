from pathlib import Path

import pytest

from config.door import services

GIVEN = {
    "PUBLIC_URL": "https://backroom.test",
    "LANG": "C",
    "SECRET_KEY": "x",
    "BACKROOM_KEYS": "x",
    "DATABASE_URL": "x",
    "DATABASE_OWNER_URL": "x",
    "REDIS_URL": "x",
}


@pytest.mark.parametrize(
    ("name", "module"), [("sandbox", "sandbox.shopify"), ("stripe-sandbox", "sandbox.stripe")]
)
def test_a_stand_in_knows_where_webhooks_go_and_no_secret_of_ours(name: str, module: str) -> None:
    service = services.sandbox(
        name,
        port=9124,
        web_port=8000,
        state=Path("state"),
        arguments=("--seed", "7"),
        environment=GIVEN,
    )
    assert service.program.name == name
    assert service.program.command[1:] == [
        *("-m", module),
        *("--host", "127.0.0.1", "--port", "9124", "--state", "state"),
        *("--webhook-map", "https://backroom.test=http://127.0.0.1:8000"),
        *("--seed", "7"),
    ]
    assert service.program.environment == {"PUBLIC_URL": "https://backroom.test", "LANG": "C"}


def test_the_demo_has_both_stand_ins() -> None:
    assert set(services.SANDBOXES) <= services.EVERYTHING
