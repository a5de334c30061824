"""Signed links: who has one may fetch one file for a while, and nothing else."""

import io
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.signing import Signer
from django.test import Client, override_settings
from pytest_django import Settings

from foundation.storage import links
from foundation.storage.api import LinkOver, delete, on_fetch, save, signed_url
from tests import storage_servers

KEY = "previews/3f/small.webp"
CONTENT = bytes(range(256)) * 4


@pytest.fixture(autouse=True)
def _kept(everywhere: None) -> None:
    del everywhere
    save(KEY, io.BytesIO(CONTENT), content_type="image/webp")


def picture() -> str:
    return signed_url(KEY, seconds=600, content_type="image/webp")


def fetched(url: str, **headers: str) -> Any:
    return Client().get(url, headers={name.replace("_", "-"): v for name, v in headers.items()})


def test_a_picture_is_shown_without_log_in_and_may_be_kept_for_the_while() -> None:
    answer = fetched(picture())
    assert (answer.status_code, answer.getvalue()) == (200, CONTENT)
    assert answer["Content-Type"] == "image/webp"
    assert answer["Content-Length"] == str(len(CONTENT))
    assert answer["Content-Disposition"] == "inline"
    assert answer["X-Content-Type-Options"] == "nosniff"
    rule, _, seconds = answer["Cache-Control"].rpartition("=")
    assert (rule, 595 <= int(seconds) <= 660) == ("private, max-age", True)


def test_within_a_minute_it_is_the_same_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def at(second: int) -> str:
        monkeypatch.setattr(time, "time", lambda: second + 0.5)
        return picture()

    assert at(6_000_001) == at(6_000_050)
    assert at(6_000_001) != at(6_000_070)


def test_a_download_has_our_name_and_is_not_kept() -> None:
    url = signed_url(KEY, seconds=60, download_as="pet star, n° 1.webp")
    answer = fetched(url)
    assert answer.getvalue() == CONTENT
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''pet%20star%2C%20n%C2%B0%201.webp"
    )
    assert answer["Cache-Control"] == "private, no-store"


def test_what_a_browser_might_run_is_never_shown() -> None:
    for kind in ("text/html", "image/svg+xml", "application/octet-stream"):
        with pytest.raises(ValueError, match="is not shown in a browser"):
            signed_url(KEY, seconds=60, content_type=kind)


def test_a_forged_link_leads_nowhere() -> None:
    url = picture()
    token = url.split("/")[2]
    other = Signer(salt="another").sign_object([KEY, 9_999_999_999, "image/webp", "", "", ""])
    short = Signer(salt="storage.link").sign_object([KEY])
    for forged in (f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}", "x", KEY[:8], other, short):
        assert fetched(f"/files/{forged}/").status_code == 404
    assert fetched(f"/files/{KEY}/").status_code == 404


def test_a_link_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    url = picture()
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 700)
    answer = fetched(url)
    assert (answer.status_code, answer["Content-Type"]) == (410, "text/plain; charset=utf-8")
    assert "Open the page it was on again" in answer.content.decode()


def test_a_file_that_is_gone_is_said_so() -> None:
    url = picture()
    delete(KEY)
    answer = fetched(url)
    assert (answer.status_code, b"not kept any more" in answer.content) == (410, True)


def test_who_has_it_is_not_sent_it_again() -> None:
    etag = fetched(picture())["ETag"]
    again = fetched(picture(), If_None_Match=f'"x", {etag}')
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    save(KEY, io.BytesIO(b"another"))
    assert fetched(picture(), If_None_Match=etag).getvalue() == b"another"


@pytest.mark.parametrize(
    ("asked", "status", "part", "said"),
    [
        ("bytes=0-9", 206, CONTENT[:10], "bytes 0-9/1024"),
        ("bytes=1000-", 206, CONTENT[1000:], "bytes 1000-1023/1024"),
        ("bytes=-4", 206, CONTENT[-4:], "bytes 1020-1023/1024"),
        ("bytes=1020-9999", 206, CONTENT[1020:], "bytes 1020-1023/1024"),
        ("bytes=1024-", 416, b"", "bytes */1024"),
        ("bytes=9-2", 200, CONTENT, None),
        ("bytes=0-1,4-5", 200, CONTENT, None),
        ("lines=0-1", 200, CONTENT, None),
    ],
)
def test_a_part_can_be_asked_for(asked: str, status: int, part: bytes, said: str | None) -> None:
    answer = fetched(picture(), Range=asked)
    body = answer.content if status == 416 else answer.getvalue()
    assert (answer.status_code, body) == (status, part)
    assert answer.get("Content-Range") == said
    if status != 416:
        assert answer["Content-Length"] == str(len(part))


def test_a_part_of_another_version_is_the_whole() -> None:
    etag = fetched(picture())["ETag"]
    assert fetched(picture(), Range="bytes=0-3", If_Range=etag).status_code == 206
    assert fetched(picture(), Range="bytes=0-3", If_Range='"old"').status_code == 200


def test_head_tells_and_sends_nothing() -> None:
    answer = Client().head(picture())
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Length"] == "1024"
    assert Client().post(picture()).status_code == 405


def test_who_keeps_the_purpose_is_asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_checks", dict(links._checks))
    asked: list[str] = []

    @on_fetch("t.purpose")
    def check(subject: str) -> None:
        asked.append(subject)
        if len(asked) > 1:
            raise LinkOver("Not any more.")

    url = signed_url(KEY, seconds=60, download_as="x", purpose="t.purpose", subject="order 7")
    assert fetched(url).getvalue() == CONTENT
    refused = fetched(url)
    assert (refused.status_code, refused.content) == (410, b"Not any more.")
    assert asked == ["order 7", "order 7"]


def test_a_storage_that_is_down_is_told_shortly(settings: Settings) -> None:
    down = storage_servers.storage_of("http://127.0.0.1:9", "some-bucket")
    with override_settings(STORAGES={**settings.STORAGES, "default": down}):
        answer = fetched(picture())
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert b"127.0.0.1" not in answer.content


def test_downloads_go_to_the_bucket_itself_where_that_is_set(
    s3_endpoint: str, settings: Settings
) -> None:
    with override_settings(S3_DIRECT=True):
        shown = fetched(picture())
        answer = fetched(signed_url(KEY, seconds=60, download_as="a.webp"))
    assert shown.getvalue() == CONTENT, "what a page shows comes from our origin"
    if "FileSystem" in settings.STORAGES["default"]["BACKEND"]:
        assert answer.getvalue() == CONTENT
        return
    assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-store")
    place = urlsplit(answer["Location"])
    query = parse_qs(place.query)
    assert f"{place.scheme}://{place.netloc}" == s3_endpoint
    assert place.path.endswith(f"/{KEY}")
    assert query["X-Amz-Expires"] == ["60"]
    assert query["response-content-disposition"] == ['attachment; filename="a.webp"']
    assert storage_servers.SECRET not in answer["Location"]
