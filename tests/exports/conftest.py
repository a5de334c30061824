"""Storage of one's own, exporters for one test, eyes for files."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import override_settings
from pytest_django import Settings

from foundation.exports import registry
from foundation.exports.api import Column, Exporter
from foundation.exports.models import ExportJob
from foundation.shops.models import Connection, Shop
from foundation.storage.api import list_keys, open_file
from foundation.work.enums import Group
from foundation.work.runner import run_batch
from tests import factories

MakeExporter = Callable[..., Exporter]


@pytest.fixture(autouse=True)
def _own_files(files: Path) -> None:
    """Keep what is stored in a folder of each test's own."""


@pytest.fixture(params=["local", "bucket"])
def everywhere(
    request: pytest.FixtureRequest, files: Path, settings: Settings
) -> Iterator[dict[str, str]]:
    """Files in a folder, then in a bucket; the environment of such a program."""
    if request.param == "local":
        yield {}
        return
    from tests import storage_servers  # noqa: PLC0415 -- a second of imports, for who needs it

    endpoint = request.getfixturevalue("s3_endpoint")
    bucket = storage_servers.new_bucket(endpoint)
    place = storage_servers.storage_of(endpoint, bucket)
    with override_settings(STORAGES={**settings.STORAGES, "default": place}):
        yield storage_servers.environment_of(endpoint, bucket)


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


@pytest.fixture
def exporting(monkeypatch: pytest.MonkeyPatch) -> MakeExporter:
    """Register the exporter ``t.shops`` over the shop's own row, or over ``rows``."""
    monkeypatch.setattr(registry, "_exporters", dict(registry._exporters))

    def make(*columns: Column, rows: Callable[..., QuerySet[Any]] | None = None) -> Exporter:
        def own(shop_id: Any, params: Any) -> QuerySet[Any]:
            del params
            return Shop.objects.filter(pk=shop_id).order_by("pk")

        return registry.register(
            Exporter(
                name="t.shops",
                title="Shops",
                columns=columns or (Column("name", "name"),),
                clean=lambda _shop_id, posted: {k: v for k, v in posted.items() if k == "q"},
                rows=rows or own,
                words=lambda params: params.get("q", "everything"),
            )
        )

    return make


def stored() -> list[str]:
    """Return the keys of all files of exports, and of what is only half there."""
    return sorted(list_keys("exports", older_than=dt.timedelta(days=-1)))


def content_of(export: ExportJob) -> bytes:
    """Return the file of an export."""
    export.refresh_from_db()
    with open_file(export.file_url) as file:
        return file.read()


def table_of(export: ExportJob) -> list[dict[str, str]]:
    """Return the rows of an export's file."""
    return list(csv.DictReader(io.StringIO(content_of(export).decode("utf-8-sig"))))


def work() -> int:
    """Run what is due, once; give how many jobs that were."""
    return sum(run_batch(group) for group in Group)


def settle() -> None:
    """Run all that is due, and what that causes."""
    while work():
        pass
