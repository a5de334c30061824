"""Files: kept whole or not at all, read in pieces, let go; in a folder and in a bucket alike."""

import datetime as dt
import io
import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone
from pytest_django import Settings

from foundation.failures import Transient
from foundation.storage.api import (
    BadKey,
    NoSuchFile,
    StorageDown,
    delete,
    list_keys,
    open_file,
    save,
    stat,
)
from tests import storage_servers

KEY = "renders/3f/print-1.png"
NOW = dt.timedelta(days=-1)


def keys(prefix: str = "renders") -> list[str]:
    return sorted(list_keys(prefix, older_than=NOW))


@pytest.mark.usefixtures("everywhere")
def test_what_is_saved_is_read_again_whole_and_from_a_place_on() -> None:
    content = os.urandom(300_000)
    save(KEY, io.BytesIO(content), content_type="image/png")
    with open_file(KEY) as stream:
        assert stream.read(10) + stream.read() == content
    with open_file(KEY, start=299_990) as stream:
        assert stream.read() == content[-10:]
    found = stat(KEY)
    assert found.size == 300_000
    assert found.etag[0] == found.etag[-1] == '"'
    assert abs(timezone.now() - found.modified_at) < dt.timedelta(minutes=1)
    assert keys() == [KEY]


@pytest.mark.usefixtures("everywhere")
def test_saved_again_it_is_another_version() -> None:
    save(KEY, io.BytesIO(b"one"))
    before = stat(KEY)
    save(KEY, io.BytesIO(b"another"))
    with open_file(KEY) as stream:
        assert stream.read() == b"another"
    assert stat(KEY).etag != before.etag
    assert keys() == [KEY]


@pytest.mark.usefixtures("everywhere")
def test_what_is_let_go_is_gone_and_may_be_let_go_again() -> None:
    save(KEY, io.BytesIO(b"x"))
    delete(KEY)
    delete(KEY)
    for look in (stat, open_file):
        with pytest.raises(NoSuchFile):
            look(KEY)
    assert keys() == []


@pytest.mark.usefixtures("everywhere")
def test_keys_are_listed_below_a_folder_and_by_their_age() -> None:
    for name in ("renders/a/1.png", "renders/b/2.png", "renders-old/3.png", "exports/4.csv"):
        save(name, io.BytesIO(b"x"))
    assert keys() == ["renders/a/1.png", "renders/b/2.png"]
    assert keys("nothing") == []
    assert list(list_keys("renders", older_than=dt.timedelta(hours=1))) == []


@pytest.mark.usefixtures("everywhere")
def test_a_writer_that_stops_in_the_middle_leaves_nothing() -> None:
    beats: list[int] = []

    def stop() -> None:
        beats.append(1)
        if len(beats) == 3:
            raise RuntimeError("nobody wants it any more")

    # Long enough for a bucket to be sent it in parts.
    content = io.BytesIO(bytes(20 * 1024 * 1024))
    with pytest.raises(RuntimeError, match="nobody wants it"):
        save(KEY, content, beat=stop)
    assert len(beats) == 3
    assert keys() == []
    with pytest.raises(NoSuchFile):
        stat(KEY)


KILLED = """
import io, os, signal, django
django.setup()
from foundation.storage.api import save
beats = []
def die():
    beats.append(1)
    if len(beats) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
save("renders/3f/print-1.png", io.BytesIO(bytes(30 * 1024 * 1024)), beat=die)
"""


def killed_with(environment: dict[str, str]) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", KILLED]
    ended = subprocess.run(command, env=os.environ | environment, cwd=root, check=False)  # noqa: S603 -- our own
    assert ended.returncode == -signal.SIGKILL


def test_a_killed_writer_leaves_nothing_in_the_folder(folder: Path) -> None:
    save("renders/3f/other.png", io.BytesIO(b"x"))
    killed_with({"VAR_DIR": str(folder.parent)})
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["other.png"]


def test_parts_that_a_killed_writer_left_in_a_bucket_go_with_the_key(
    bucket: str, s3_endpoint: str
) -> None:
    killed_with(storage_servers.environment_of(s3_endpoint, bucket))
    client = storage_servers.client_of(s3_endpoint)

    def unfinished() -> list[str]:
        found = client.list_multipart_uploads(Bucket=bucket)
        return [each["Key"] for each in found.get("Uploads", ())]

    assert (keys(), unfinished()) == ([], [KEY])
    delete(KEY)
    assert unfinished() == []


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a//b",
        "a/./b",
        ".hidden",
        "a b",
        "a\x00",
        "ä",
        "a" * 501,
    ],
)
def test_a_key_leads_nowhere_else(key: str) -> None:
    calls: list[Any] = [
        lambda: save(key, io.BytesIO(b"x")),
        lambda: open_file(key),
        lambda: stat(key),
        lambda: delete(key),
        lambda: list(list_keys(key, older_than=NOW)),
    ]
    for call in calls:
        with pytest.raises(BadKey):
            call()


def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    folder.parent.joinpath("files").write_text("a file where the folder should be")
    with pytest.raises(StorageDown, match=r"could not be stored: Not a directory.*VAR_DIR"):
        save(KEY, io.BytesIO(b"x"))


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"S3_ENDPOINT_URL": "http://127.0.0.1:9"}, "does not answer.*S3_ENDPOINT_URL"),
        ({"S3_BUCKET": "not-there"}, "There is no bucket not-there.*S3_BUCKET"),
    ],
)
def test_a_bucket_that_is_down_says_which_and_what_to_look_at(
    bucket: str, s3_endpoint: str, settings: Settings, broken: dict[str, str], said: str
) -> None:
    place = storage_servers.storage_of(s3_endpoint, bucket, **broken)
    with override_settings(STORAGES={**settings.STORAGES, "default": place}):
        calls: list[Any] = [
            lambda: save(KEY, io.BytesIO(b"x")),
            lambda: open_file(KEY),
            lambda: list(list_keys("renders", older_than=NOW)),
        ]
        for call in calls:
            with pytest.raises(StorageDown, match=said) as down:
                call()
            assert isinstance(down.value, Transient)
            assert storage_servers.SECRET not in str(down.value)


class Refusing(BaseHTTPRequestHandler):
    """A bucket that has only one answer: ``code`` as S3 writes it."""

    code, status = "", 0

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = f"<Error><Code>{self.code}</Code><Message>no</Message></Error>".encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "SignatureDoesNotMatch", "refuses us.*S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY"),
        (403, "AccessDenied", "refuses us.*may read, write, list and delete"),
        (503, "SlowDown", "answers 503 SlowDown. It is tried again"),
    ],
)
def test_a_bucket_that_refuses_says_which_setting(
    settings: Settings, status: int, code: str, said: str
) -> None:
    answering = type("Answering", (Refusing,), {"code": code, "status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), answering) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        place = storage_servers.storage_of(f"http://127.0.0.1:{server.server_port}", "files")
        with (
            override_settings(STORAGES={**settings.STORAGES, "default": place}),
            pytest.raises(StorageDown, match=said),
        ):
            save(KEY, io.BytesIO(b"x"))
        server.shutdown()


@pytest.mark.usefixtures("everywhere")
def test_the_command_tries_it(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("storage_check")
    assert capsys.readouterr().out.startswith("The storage is well")
    assert list(list_keys("storage-check", older_than=NOW)) == []


def test_the_command_says_what_is_wrong(bucket: str, s3_endpoint: str, settings: Settings) -> None:
    place = storage_servers.storage_of(s3_endpoint, bucket, S3_BUCKET="not-there")
    with (
        override_settings(STORAGES={**settings.STORAGES, "default": place}),
        pytest.raises(CommandError, match="There is no bucket not-there"),
    ):
        call_command("storage_check")
