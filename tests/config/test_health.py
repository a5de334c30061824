"""The two health addresses: what they answer when parts are away, and what they cost."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from config import health


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    health._schema_seen.clear()


def test_alive_looks_at_nothing(client: Client) -> None:
    # No database mark: a query would fail the test.
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert "Set-Cookie" not in answer.headers


@pytest.mark.django_db
def test_ready_names_each_part(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"ok": True, "database": {"ok": True}, "migrations": {"ok": True}},
    )


@pytest.mark.django_db
def test_ready_costs_one_query_once_the_schema_was_seen(
    client: Client, django_assert_num_queries: Any
) -> None:
    client.get("/readyz")
    with django_assert_num_queries(1):
        client.get("/readyz")


@pytest.mark.django_db
def test_a_lost_database_is_503_with_the_part_and_the_remedy(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        def cursor(self) -> None:
            raise OperationalError("connection refused\nmore")

        def close(self) -> None:
            return None

    monkeypatch.setattr(health, "connection", Gone())
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == {
        "ok": False,
        "why": "connection refused",
        "now": "Start PostgreSQL, or correct DATABASE_URL; jobs and webhooks wait meanwhile.",
    }
    assert answer.json()["ok"] is False


@pytest.mark.django_db
def test_a_migration_that_is_not_applied_is_503(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Migration:
        app_label, name = "pricing", "0002_more"

    class Executor:
        class loader:  # noqa: N801 -- stands in for Django's attribute
            class graph:  # noqa: N801 -- as above
                @staticmethod
                def leaf_nodes() -> list[object]:
                    return []

        def __init__(self, _connection: object) -> None:
            return None

        def migration_plan(self, _targets: object) -> list[tuple[object, bool]]:
            return [(Migration, False)]

    monkeypatch.setattr(health, "MigrationExecutor", Executor)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"]["why"] == "1 not applied, the first is pricing.0002_more"
