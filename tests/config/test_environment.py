"""What the settings say of an impossible value: which one, and never a secret."""

from pathlib import Path
from typing import Any

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import database, storage

BUCKET = {
    "S3_BUCKET": "acme-files",
    "S3_ACCESS_KEY_ID": "AKIA",
    "S3_SECRET_ACCESS_KEY": "hunter2",
}


def test_a_wrong_database_address_is_told_without_its_password() -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        database("DATABASE_URL", "postgresql://app:hunter2/7@db:5432/backroom", environ.Env())

    assert str(refused.value).startswith("DATABASE_URL")
    assert "hunter2" not in str(refused.value)
    assert refused.value.__suppress_context__


def stored(**said: str) -> dict[str, Any]:
    env = environ.Env()
    env.ENVIRON = said  # type: ignore[assignment]  # any mapping will do
    return storage(env, Path("/var/files"))


@pytest.mark.parametrize("said", [{}, {"S3_BUCKET": "", "S3_ENDPOINT_URL": "", "S3_REGION": ""}])
def test_without_a_bucket_files_are_kept_in_the_folder(said: dict[str, str]) -> None:
    assert stored(**said) == {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": Path("/var/files"), "base_url": None},
    }


def test_a_bucket_is_taken_as_it_is_named() -> None:
    found = stored(**BUCKET, S3_ENDPOINT_URL="http://minio:9000/", S3_REGION="ca-central-1")
    options = found["OPTIONS"]
    config = options.pop("client_config")
    assert options.pop("transfer_config").use_threads is False
    assert found["BACKEND"] == "storages.backends.s3.S3Storage"
    assert options == {
        "bucket_name": "acme-files",
        "endpoint_url": "http://minio:9000",
        "access_key": "AKIA",
        "secret_key": "hunter2",
        "region_name": "ca-central-1",
        "file_overwrite": True,
        "default_acl": None,
    }
    assert (config.s3, config.signature_version) == ({"addressing_style": "path"}, "s3v4")
    assert config.connect_timeout + 2 * config.read_timeout < 60, "a job's shortest long lease"
    aws = stored(**BUCKET)["OPTIONS"]
    assert (aws["endpoint_url"], aws["client_config"].s3) == (None, {"addressing_style": "auto"})


def test_without_keys_the_machine_s_own_role_is_used() -> None:
    options = stored(S3_BUCKET="acme-files")["OPTIONS"]
    assert (options["access_key"], options["secret_key"]) == (None, None)


@pytest.mark.parametrize(
    ("said", "named", "why"),
    [
        ({"S3_BUCKET": ""}, "S3_BUCKET", "S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY is set"),
        ({"S3_BUCKET": "Acme Files"}, "S3_BUCKET", "'Acme Files' is not"),
        ({"S3_BUCKET": "s3://acme"}, "S3_BUCKET", "'s3://acme' is not"),
        ({"S3_ACCESS_KEY_ID": ""}, "S3_ACCESS_KEY_ID", "belong together"),
        ({"S3_SECRET_ACCESS_KEY": ""}, "S3_SECRET_ACCESS_KEY", "belong together"),
        ({"S3_ENDPOINT_URL": "minio:9000"}, "S3_ENDPOINT_URL", "is not https://host"),
        ({"S3_ENDPOINT_URL": "http://minio/acme"}, "S3_ENDPOINT_URL", "is not https://host"),
        ({"S3_ADDRESSING_STYLE": "hosted"}, "S3_ADDRESSING_STYLE", "auto, path, virtual"),
    ],
)
def test_a_wrong_bucket_stops_the_start_and_names_the_variable(
    said: dict[str, str], named: str, why: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        stored(**(BUCKET | said))
    assert str(refused.value).startswith(f"{named}: ")
    assert why in str(refused.value)
    assert "hunter2" not in str(refused.value)
