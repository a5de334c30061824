"""Files in a bucket that speaks S3, through django-storages."""

import datetime as dt
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, Final, cast

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

from .contracts import NoSuchFile, Stat, StorageDown

_NOT_THERE: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_REFUSED: Final = frozenset({"401", "403"})
_BUFFER: Final = 256 * 1024


class Bucket:
    """A bucket. A file appears when it is whole: S3 knows no half ones."""

    def __init__(self, storage: S3Storage) -> None:
        """``storage`` has the bucket's name and the client."""
        self._storage = storage
        self._name: str = storage.bucket.name

    @property
    def _client(self) -> Any:
        return self._storage.connection.meta.client

    def save(
        self, key: str, content: IO[bytes], content_type: str, beat: Callable[[], object]
    ) -> None:
        """Upload, a long one in parts, in this thread alone: ``beat`` may use the database."""
        file = _Beating(content, beat)
        file.content_type = content_type
        with self._named(key):
            self._storage.save(key, file)

    def open(self, key: str, start: int = 0) -> IO[bytes]:
        """Read as it comes; django-storages itself would download all of it first."""
        wanted = {"Range": f"bytes={start}-"} if start else {}
        with self._named(key):
            found = self._client.get_object(Bucket=self._name, Key=key, **wanted)
        return cast("IO[bytes]", io.BufferedReader(_Body(self, key, found["Body"]), _BUFFER))

    def stat(self, key: str) -> Stat:
        """Ask the bucket."""
        with self._named(key):
            found = self._client.head_object(Bucket=self._name, Key=key)
        return Stat(found["ContentLength"], found["ETag"], found["LastModified"])

    def delete(self, key: str) -> None:
        """Remove the file, and the parts that a killed upload has left, which are paid for."""
        with self._named(key):
            self._client.delete_object(Bucket=self._name, Key=key)
            begun = self._client.list_multipart_uploads(Bucket=self._name, Prefix=key)
            for upload in begun.get("Uploads", ()):
                if upload["Key"] == key:
                    self._client.abort_multipart_upload(
                        Bucket=self._name, Key=key, UploadId=upload["UploadId"]
                    )

    def keys(self, prefix: str, before: dt.datetime) -> Iterator[str]:
        """List the bucket, a thousand at a time."""
        pages = self._client.get_paginator("list_objects_v2")
        with self._named(prefix):
            for page in pages.paginate(Bucket=self._name, Prefix=f"{prefix}/"):
                for found in page.get("Contents", ()):
                    if found["LastModified"] < before:
                        yield found["Key"]

    def address(self, key: str, *, seconds: int, content_type: str, download_as: str) -> str | None:
        """Presign an address that answers with our names."""
        shown = f'attachment; filename="{download_as}"' if download_as else "inline"
        asked = {
            "Bucket": self._name,
            "Key": key,
            "ResponseContentType": content_type,
            "ResponseContentDisposition": shown,
            "ResponseCacheControl": "private, no-store",
        }
        made = self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds)
        return str(made)

    @contextmanager
    def _named(self, key: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise self._failure(key, error) from error
        except (Boto3Error, BotoCoreError, OSError) as error:
            # An upload that failed wraps what the bucket has answered.
            answered = error.__cause__ or error.__context__
            if isinstance(answered, ClientError):
                raise self._failure(key, answered) from error
            message = (
                f"The file storage ({self._place}) does not answer: {_short(error)}. It is tried "
                "again. Does it run, and is S3_ENDPOINT_URL right?"
            )
            raise StorageDown(message) from error

    def _failure(self, key: str, error: ClientError) -> Exception:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
        if code in _NOT_THERE:
            return NoSuchFile(key)
        if code == "NoSuchBucket":
            said = f"There is no bucket {self._name} ({self._place}). Make it, or mend S3_BUCKET."
        elif status in _REFUSED:
            said = (
                f"The file storage ({self._place}) refuses us ({code}). Check S3_ACCESS_KEY_ID, "
                "S3_SECRET_ACCESS_KEY and S3_REGION, and that they may read, write, list and "
                "delete in this bucket."
            )
        else:
            said = f"The file storage ({self._place}) answers {status} {code}."
        return StorageDown(f"{said} It is tried again.")

    @property
    def _place(self) -> str:
        return f"bucket {self._name} at {self._client.meta.endpoint_url}"


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]


class _Beating(File):  # type: ignore[type-arg]  # not generic at run time
    """A file that tells that it is being read."""

    content_type: str

    def __init__(self, file: IO[bytes], beat: Callable[[], object]) -> None:
        super().__init__(file)
        self._content, self._beat = file, beat

    def read(self, size: int = -1) -> bytes:
        self._beat()
        return self._content.read(size)


class _Body(io.RawIOBase):
    """What the bucket sends, as a file; a connection that breaks says which storage it was."""

    def __init__(self, bucket: Bucket, key: str, body: Any) -> None:
        super().__init__()
        self._bucket, self._key, self._body = bucket, key, body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with self._bucket._named(self._key):  # noqa: SLF001 -- its own reader
            piece = self._body.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()
