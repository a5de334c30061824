"""Take a price list in to be read, and let one go."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import IO
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from foundation.audit.api import record
from foundation.live.api import touch
from foundation.storage.api import delete, list_keys, save
from foundation.work.api import cancel, enqueue, jobs_numbered
from pricing.models import PriceFile

from .refusing import Refused

_FOLDER = "price-lists"
_IN_USE = "A price job was planned with this list: it stays, as the record of what was meant."


def upload_list(  # noqa: PLR0913 -- one use case, all by keyword
    *,
    shop_id: UUID,
    connection_id: UUID,
    name: str,
    content: IO[bytes],
    size: int,
    encoding: str,
    actor_id: UUID | None,
) -> PriceFile:
    """Store an uploaded list and have it read. Its content is copied in bounded pieces.

    Raises :class:`~foundation.storage.api.StorageDown` when it cannot be stored.

    ``encoding`` ("utf-8" or "cp1252") is what the sender says a file without a mark is in.
    """
    file_id = uuid4()
    # Outside any transaction: a bucket may be slow.
    key = f"{_FOLDER}/{shop_id}/{file_id}.csv"
    content.seek(0)
    save(key, content, content_type="text/csv")
    try:
        with transaction.atomic():
            job_id = enqueue(
                "pricing.read_list",
                {"price_file_id": str(file_id)},
                shop_id=shop_id,
                unique_key=str(file_id),
            )
            made = PriceFile.objects.create(
                pk=file_id,
                shop_id=shop_id,
                connection_id=connection_id,
                name=name,
                encoding=encoding,
                size=size,
                storage_key=key,
                work_job_id=job_id,
                uploaded_by_id=actor_id,
            )
            _record(made, "uploaded", actor_id, size=size)
    except BaseException:
        delete(key)
        raise
    return made


@transaction.atomic
def delete_list(*, file: PriceFile, actor_id: UUID | None) -> None:
    """Forget a list with its lines; one that is being read stops.

    Raises :class:`Refused` for a list that a price job was planned with.
    """
    if file.jobs.exists():
        raise Refused("list_in_use", _IN_USE)
    if file.work_job_id is not None:
        # Before the list's own row: in this order the reader locks them, too.
        cancel(jobs_numbered([file.work_job_id]), actor_id=actor_id)
    try:
        with transaction.atomic():
            deleted, _ = PriceFile.objects.filter(pk=file.pk, shop_id=file.shop_id).delete()
    except (ProtectedError, IntegrityError) as error:
        raise Refused("list_in_use", _IN_USE) from error
    if not deleted:
        return
    _record(file, "deleted", actor_id, lines=file.lines)
    if file.storage_key:
        transaction.on_commit(lambda: delete(file.storage_key))


def stray_files(*, before: dt.datetime) -> Iterator[str]:
    """Yield the keys of stored lists that belong to none, from before a moment.

    They are left where a process was killed between storing a file and noting it.
    """
    for key in list_keys(_FOLDER, older_than=timezone.now() - before):
        if not PriceFile.objects.filter(storage_key=key).exists():
            yield key


def delete_stray_files(keys: Iterable[str]) -> None:
    """Delete stored files that belong to no list."""
    for key in keys:
        delete(key)


def _record(file: PriceFile, deed: str, actor_id: UUID | None, **details: object) -> None:
    record(
        f"pricing.price_list.{deed}",
        shop_id=file.shop_id,
        actor_id=actor_id,
        object_type="price_list",
        object_id=file.pk,
        details={"name": file.name, **details},
    )
    touch("pricing.lists", shop_id=file.shop_id)
