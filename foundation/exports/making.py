"""Make the file of one export. A second attempt starts over; no half file is left behind."""

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from foundation.failures import Permanent, Transient
from foundation.live.api import touch
from foundation.work.api import Cancelled, Running

from .contracts import Exporter
from .enums import ExportState
from .models import ExportJob
from .registry import exporter_named
from .statements import copy_statement, count_statement
from .states import IllegalMove, transition
from .writing import HashingFile, snapshot

logger = structlog.get_logger(__name__)

KEEP_DAYS = 7
TELL_SECONDS = 0.5


def make_file(job: Running, *, export_id: UUID) -> None:
    """Write, store and record an export, unless that is done or nobody wants it any more."""
    export = _begin(job, export_id)
    if export is None:
        return
    exporter = exporter_named(export.exporter)
    if exporter is None:
        message = f"No running code knows the export {export.exporter}. Ask for it again."
        raise Permanent(message)
    try:
        with _temporary_file() as file:
            out = HashingFile(file)
            _write(job, export, exporter, out)
            _store(job, export, file, out)
    except OSError as error:
        message = f"The file could not be stored: {error}. It is tried again; is there room?"
        raise Transient(message) from error
    except Cancelled:
        _cancelled(export)
        raise


def _begin(job: Running, export_id: UUID) -> ExportJob | None:
    """Take the export in hand and clear away what an earlier attempt has stored."""
    try:
        with transaction.atomic():
            job.fence()
            export = transition(
                export_id,
                ExportState.RUNNING,
                started_at=Now(),
                finished_at=None,
                moved_at=Now(),
                processed_records=0,
                total_records=None,
            )
    except IllegalMove:
        return None
    except IntegrityError:
        # It had failed, was asked for again, and now comes back to life beside the new one.
        return None
    if export.file_url:
        forget_file(export.pk, export.file_url)
    return ExportJob.objects.select_related("shop").get(pk=export_id)


def forget_file(export_id: UUID, key: str) -> None:
    """Delete a stored file and its address; harmless when it is gone already."""
    default_storage.delete(key)
    ExportJob.objects.filter(pk=export_id, file_url=key).update(file_url="")


def _temporary_file() -> IO[bytes]:
    # Beside the files, which have room: /tmp is memory in some containers. It has no name, so
    # nothing is left of it when this process is killed.
    folder = Path(settings.VAR_DIR) / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


def _write(job: Running, export: ExportJob, exporter: Exporter, out: HashingFile) -> None:
    place = (exporter, export.shop_id, export.params)
    with snapshot(export.shop.timezone) as view:
        total = view.count(count_statement(*place))
        telling = _Telling(job, export, total)
        for rows in view.copy(copy_statement(*place), out):
            telling.tell(rows)
        telling.tell(total, last=True)


class _Telling:
    """Shows progress twice a second, keeps the lease, and notices that nobody wants it."""

    def __init__(self, job: Running, export: ExportJob, total: int) -> None:
        self.job, self.export, self.total = job, export, total
        self.told_at = 0.0

    def tell(self, rows: int, *, last: bool = False) -> None:
        now = time.monotonic()
        if not last and now - self.told_at < TELL_SECONDS:
            return
        self.told_at = now
        self.job.heartbeat()
        self.job.progress(rows, self.total)
        wanted = ExportJob.objects.filter(pk=self.export.pk, state=ExportState.RUNNING).update(
            processed_records=rows, total_records=self.total, moved_at=Now()
        )
        if not wanted:
            raise Cancelled
        touch("exports", shop_id=self.export.shop_id)


class _Beating(File):  # type: ignore[type-arg]  # not generic at run time
    """Keeps the job's lease while the storage reads the file."""

    def __init__(self, file: IO[bytes], job: Running) -> None:
        super().__init__(file, name="export.csv")
        self._job = job

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for chunk in super().chunks(chunk_size or 1024 * 1024):
            self._job.heartbeat()
            yield chunk


def _store(job: Running, export: ExportJob, file: IO[bytes], out: HashingFile) -> None:
    """Put the file into the storage. Its key is written down first, so that it is never lost."""
    key = f"exports/{export.shop_id}/{export.pk}/{job.id}-{job.attempt}.csv"
    with transaction.atomic():
        job.fence()
        if not ExportJob.objects.filter(pk=export.pk, state=ExportState.RUNNING).update(
            file_url=key
        ):
            raise Cancelled
    file.seek(0)
    stored = default_storage.save(key, _Beating(file, job))
    try:
        with transaction.atomic():
            job.fence()
            transition(
                export.pk,
                ExportState.DONE,
                file_url=stored,
                byte_size=out.size,
                sha256=out.sha256,
                expires_at=timezone.now() + dt.timedelta(days=KEEP_DAYS),
            )
    except IllegalMove as moved:
        default_storage.delete(stored)
        raise Cancelled from moved
    except BaseException:
        # Another worker has it, or the database is away: this file is nobody's.
        default_storage.delete(stored)
        raise


def _cancelled(export: ExportJob) -> None:
    """Make the row say so, also when only the job was cancelled, and leave no file."""
    try:
        transition(export.pk, ExportState.CANCELLED)
    except IllegalMove:
        logger.debug("export.cancelled_before", export_id=str(export.pk))
    key = ExportJob.objects.values_list("file_url", flat=True).get(pk=export.pk)
    if key:
        forget_file(export.pk, key)
