"""A place for files: a folder, then a bucket."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from pytest_django import Settings

from tests import storage_servers


@pytest.fixture
def folder(files: Path) -> Path:
    """Files in a folder."""
    return files


@pytest.fixture
def bucket(s3_endpoint: str, settings: Settings) -> Iterator[str]:
    """Files in a bucket, which has this name."""
    name = storage_servers.new_bucket(s3_endpoint)
    place = storage_servers.storage_of(s3_endpoint, name)
    with override_settings(STORAGES={**settings.STORAGES, "default": place}):
        yield name


@pytest.fixture(params=["folder", "bucket"])
def everywhere(request: pytest.FixtureRequest) -> None:
    """The same test over both."""
    request.getfixturevalue(request.param)
