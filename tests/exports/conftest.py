"""Storage of one's own, exporters for one test, eyes for files."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.test import override_settings
from pytest_django import Settings

from foundation.exports import registry
from foundation.exports.api import Column, Exporter
from foundation.exports.models import ExportJob
from foundation.shops.models import Connection, Shop
from foundation.work.enums import Group
from foundation.work.runner import run_batch
from tests import factories

MakeExporter = Callable[..., Exporter]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The folder of the default storage."""
    place = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files", "base_url": None},
    }
    with override_settings(VAR_DIR=tmp_path, STORAGES={**settings.STORAGES, "default": place}):
        yield tmp_path / "files"


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
    """Return the keys of all files in the storage."""
    found: list[str] = []
    folders = [""]
    while folders:
        here = folders.pop()
        if here and not default_storage.exists(here):
            continue
        try:
            inside, names = default_storage.listdir(here)
        except FileNotFoundError:
            continue
        folders += [f"{here}/{name}".lstrip("/") for name in inside]
        found += [f"{here}/{name}" for name in names]
    return sorted(found)


def content_of(export: ExportJob) -> bytes:
    """Return the file of an export."""
    export.refresh_from_db()
    with default_storage.open(export.file_url) as file:
        content: bytes = file.read()
        return content


def table_of(export: ExportJob) -> list[dict[str, str]]:
    """Return the rows of an export's file."""
    return list(csv.DictReader(io.StringIO(content_of(export).decode())))


def work() -> int:
    """Run what is due, once; give how many jobs that were."""
    return sum(run_batch(group) for group in Group)


def settle() -> None:
    """Run all that is due, and what that causes."""
    while work():
        pass
