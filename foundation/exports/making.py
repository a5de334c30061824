"""Make the file of one export. A second attempt starts over; no half file is left behind."""

import datetime as dt
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from foundation.failures import Permanent, Transient
from foundation.live.api import touch
from foundation.storage.api import StorageDown, delete, save
from foundation.work.api import Cancelled, Running

from .contracts import Exporter, InvalidExport
from .enums import ExportState
from .models import ExportJob
from .options import BYTE_ORDER_MARK, Options, columns_of, filters_of
from .registry import exporter_named
from .statements import copy_statement, count_statement
from .states import IllegalMove, transition
from .writing import HashingFile, snapshot

logger = structlog.get_logger(__name__)

FOLDER: Final = "exports"
CONTENT_TYPE: Final = "text/csv; charset=utf-8"
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
        if export.file_url:
            # What an earlier attempt has stored.
            forget_file(export.pk, export.file_url)
        with _temporary_file() as file:
            out = HashingFile(file)
            _write(job, export, exporter, out)
            _store(job, export, file, out)
    except OSError as error:
        message = (
            f"The file could not be written: {error}. It is tried again; is there room below "
            "VAR_DIR?"
        )
        _waits(job, export, message)
        raise Transient(message) from error
    except Transient as failure:
        _waits(job, export, failure.message)
        raise
    except InvalidExport as invalid:
        message = f"What was asked for is not there any more: {invalid} Ask for another export."
        raise Permanent(message) from invalid
    except Cancelled:
        _cancelled(export)
        raise


def _waits(job: Running, export: ExportJob, why: str) -> None:
    """Say on the export why it stands still; its job is tried again."""
    with suppress(IllegalMove), transaction.atomic():
        job.fence()
        transition(export.pk, ExportState.QUEUED, error=why)


def _begin(job: Running, export_id: UUID) -> ExportJob | None:
    """Take the export in hand, unless nobody wants it any more."""
    try:
        with transaction.atomic():
            job.fence()
            transition(
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
    return ExportJob.objects.select_related("shop").get(pk=export_id)


def forget_file(export_id: UUID, key: str) -> None:
    """Delete a stored file and its address; harmless when it is gone already."""
    delete(key)
    ExportJob.objects.filter(pk=export_id, file_url=key).update(file_url="")


def _temporary_file() -> IO[bytes]:
    # Beside the files, which have room: /tmp is memory in some containers. It has no name, so
    # nothing is left of it when this process is killed.
    folder = Path(settings.VAR_DIR) / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


def _write(job: Running, export: ExportJob, exporter: Exporter, out: HashingFile) -> None:
    options = Options.of(export.params)
    columns = columns_of(exporter, options)
    place = (exporter, export.shop_id, filters_of(export.params))
    if options.bom:
        out.write(BYTE_ORDER_MARK)
    with snapshot(export.shop.timezone) as view:
        total = view.count(count_statement(*place))
        telling = _Telling(job, export, total)
        for rows in view.copy(copy_statement(*place, columns), out):
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
        _still_wanted(self.export, processed_records=rows, total_records=self.total, moved_at=Now())
        touch("exports", shop_id=self.export.shop_id)


def _still_wanted(export: ExportJob, **columns: Any) -> None:
    """Set columns of a running export; raises Cancelled when it is not running any more."""
    running = ExportJob.objects.filter(pk=export.pk, state=ExportState.RUNNING)
    if not running.update(**columns):
        raise Cancelled


class _Storing:
    """Between the pieces that go into the storage: keeps the lease, notices a cancel."""

    def __init__(self, job: Running, export: ExportJob) -> None:
        self.job, self.export = job, export
        self.looked_at = time.monotonic()

    def __call__(self) -> None:
        self.job.heartbeat()
        if time.monotonic() - self.looked_at >= TELL_SECONDS:
            self.looked_at = time.monotonic()
            _still_wanted(self.export, moved_at=Now())


def _store(job: Running, export: ExportJob, file: IO[bytes], out: HashingFile) -> None:
    """Put the file into the storage. Its key is written down first, so that it is never lost."""
    key = f"{FOLDER}/{export.shop_id}/{export.pk}/{job.id}-{job.attempt}.csv"
    with transaction.atomic():
        job.fence()
        _still_wanted(export, file_url=key)
    file.seek(0)
    save(key, file, content_type=CONTENT_TYPE, beat=_Storing(job, export))
    try:
        with transaction.atomic():
            job.fence()
            transition(
                export.pk,
                ExportState.DONE,
                file_url=key,
                byte_size=out.size,
                sha256=out.sha256,
                expires_at=timezone.now() + dt.timedelta(days=KEEP_DAYS),
            )
    except IllegalMove as moved:
        raise Cancelled from moved
    except BaseException:
        # Another worker has it, or the database is away: this file is nobody's. Should the
        # storage be away, too, a sweep finds it.
        with suppress(StorageDown):
            delete(key)
        raise


def _cancelled(export: ExportJob) -> None:
    """Make the row say so, also when only the job was cancelled, and leave no file."""
    try:
        transition(export.pk, ExportState.CANCELLED)
    except IllegalMove:
        logger.debug("export.cancelled_before", export_id=str(export.pk))
    key = ExportJob.objects.values_list("file_url", flat=True).get(pk=export.pk)
    if key:
        # What the storage does not take now, `settle_strays` gives it again.
        with suppress(StorageDown):
            forget_file(export.pk, key)
