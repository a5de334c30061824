"""Verbs on exports: ask for one, cancel it, follow its job, let old files go."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from foundation.audit.api import record
from foundation.live.api import touch
from foundation.storage.api import delete, list_keys
from foundation.work.api import UNFINISHED as UNFINISHED_JOBS
from foundation.work.api import JobState, cancel, enqueue, jobs_numbered

from .contracts import InvalidExport, Params, Refused
from .enums import RUN, UNFINISHED, ExportState
from .making import FOLDER, forget_file
from .models import ExportJob
from .options import chosen, filters_of
from .registry import exporter_named
from .states import IllegalMove, transition

PRUNE_PIECE = 200
GRACE = dt.timedelta(minutes=1)
UNKNOWN_AFTER = dt.timedelta(days=1)


@transaction.atomic
def start_export(  # noqa: PLR0913 -- one use case, all by keyword
    *,
    shop_id: UUID,
    exporter: str,
    params: Mapping[str, str],
    actor_id: UUID | None,
    columns: Sequence[str] = (),
    bom: bool = False,
) -> ExportJob:
    """Ask for a file. Asking for the same again while it is not finished returns the first one.

    ``params`` are its filters; ``columns`` its columns in the wanted order, all when empty;
    ``bom``: it begins with a byte order mark, by which Excel knows UTF-8.

    Raises :class:`InvalidExport` when there is no such exporter, or its filters or columns make
    no sense.
    """
    spec = exporter_named(exporter)
    if spec is None:
        message = f"There is no export called {exporter}."
        raise InvalidExport(message)
    options = chosen(spec, columns, bom=bom)
    cleaned = {**filters_of(spec.clean(shop_id, params)), **options.as_params()}
    export, made = ExportJob.objects.get_or_create(
        shop_id=shop_id,
        requested_by_id=actor_id,
        exporter=exporter,
        params_hash=_hash(cleaned),
        state__in=UNFINISHED,
        defaults={"params": cleaned, "state": ExportState.QUEUED},
    )
    if made:
        job_id = enqueue(RUN, {"export_id": export.pk}, shop_id=shop_id, unique_key=str(export.pk))
        ExportJob.objects.filter(pk=export.pk).update(work_job_id=job_id)
        export.work_job_id = job_id
        record(
            "exports.export.asked",
            shop_id=shop_id,
            actor_id=actor_id,
            object_type="export",
            object_id=export.pk,
            details={"exporter": exporter, **cleaned},
        )
        touch("exports", shop_id=shop_id)
    return export


def _hash(params: Params) -> str:
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def cancel_export(*, export: ExportJob, actor_id: UUID | None) -> None:
    """Stop an export; the worker at it notices within a second and leaves no file.

    Raises :class:`Refused` when it has ended already.
    """
    try:
        row = transition(export.pk, ExportState.CANCELLED, actor_id=actor_id)
    except IllegalMove as illegal:
        message = f"{illegal} Somebody was quicker, or it has just ended."
        raise Refused(message) from illegal
    if row.work_job_id is not None:
        cancel(jobs_numbered([row.work_job_id]), actor_id=actor_id)


def note_death(*, work_job_id: int, error: str) -> None:
    """Say on the export that its job has given up, and why."""
    export = ExportJob.objects.filter(work_job_id=work_job_id, state__in=UNFINISHED).first()
    if export is not None:
        transition(export.pk, ExportState.FAILED, error=error)


def note_download(*, export: ExportJob, actor_id: UUID) -> None:
    """Record who took the file."""
    record(
        "exports.export.downloaded",
        shop_id=export.shop_id,
        actor_id=actor_id,
        object_type="export",
        object_id=export.pk,
    )


def expire_files() -> int:
    """Delete the files that are past their time, one bounded piece. Returns how many."""
    due = ExportJob.objects.filter(state=ExportState.DONE, expires_at__lte=Now())
    rows = list(due.order_by("expires_at").values_list("pk", "file_url")[:PRUNE_PIECE])
    for export_id, key in rows:
        # The file first: after a crash in between the next run meets the row again.
        if key:
            forget_file(export_id, key)
        transition(export_id, ExportState.EXPIRED)
    return len(rows)


def sweep_unknown() -> int:
    """Delete stored files that no export knows. Returns how many.

    They are left where a worker was killed, or lost the storage, after another had taken its
    export over. Younger ones may belong to a worker that is about to note them.
    """
    deleted = 0
    for keys in batched(list_keys(FOLDER, older_than=UNKNOWN_AFTER), PRUNE_PIECE):
        known = set(ExportJob.objects.filter(file_url__in=keys).values_list("file_url", flat=True))
        for key in keys:
            if key not in known:
                delete(key)
                deleted += 1
    return deleted


def batched(keys: Iterator[str], size: int) -> Iterator[list[str]]:
    """Yield so many at a time; as ``itertools.batched``, which Python has from 3.12 on."""
    while piece := list(islice(keys, size)):
        yield piece


def settle_strays() -> int:
    """End exports whose job has ended without them, and delete files that nobody will offer.

    A person may cancel the job itself; a worker may be killed while it clears away.
    """
    settled = 0
    open_ones = ExportJob.objects.filter(state__in=UNFINISHED, created_at__lt=Now() - GRACE)
    pairs = open_ones.order_by("created_at").values_list("work_job_id", "pk")[:PRUNE_PIECE]
    rows = {job_id or 0: export_id for job_id, export_id in pairs}
    alive = jobs_numbered(rows).filter(state__in=(*UNFINISHED_JOBS, JobState.DEAD))
    for job_id in set(rows) - set(alive.values_list("pk", flat=True)):
        transition(rows[job_id], ExportState.CANCELLED)
        settled += 1
    unwanted = ExportJob.objects.filter(
        ~Q(file_url=""), state__in=(ExportState.CANCELLED, ExportState.FAILED)
    )
    for export_id, key in unwanted.values_list("pk", "file_url")[:PRUNE_PIECE]:
        forget_file(export_id, key)
        settled += 1
    return settled
