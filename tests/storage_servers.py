"""A server that speaks S3, for tests: one per process, a bucket per test."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import environ
from botocore.config import Config
from moto.server import ThreadedMotoServer

from config.environment import storage

REGION = "ca-central-1"
KEY_ID, SECRET = "test-key", "test-secret"


@contextmanager
def moto_server() -> Iterator[str]:
    """Give the address of a server that runs in a thread of this process."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def client_of(endpoint: str) -> Any:
    """Return a client of the server, to look at it from outside."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        config=Config(s3={"addressing_style": "path"}),
    )


def new_bucket(endpoint: str) -> str:
    """Make a bucket and return its name."""
    name = f"files-{uuid4().hex[:12]}"
    place = {"LocationConstraint": REGION}
    client_of(endpoint).create_bucket(Bucket=name, CreateBucketConfiguration=place)
    return name


def environment_of(endpoint: str, bucket: str) -> dict[str, str]:
    """Return what an operator would set."""
    return {
        "S3_BUCKET": bucket,
        "S3_ENDPOINT_URL": endpoint,
        "S3_ACCESS_KEY_ID": KEY_ID,
        "S3_SECRET_ACCESS_KEY": SECRET,
        "S3_REGION": REGION,
    }


def storage_of(endpoint: str, bucket: str, **others: str) -> dict[str, Any]:
    """Return what ``STORAGES["default"]`` is in such an environment."""
    environment = environ.Env()
    environment.ENVIRON = {**environment_of(endpoint, bucket), **others}  # type: ignore[assignment]  # any mapping will do
    return storage(environment, Path("/nowhere"))
