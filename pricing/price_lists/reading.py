"""Read an uploaded price list, piece by piece; memory does not grow with it.

Each piece is a transaction of its own under the job's fence, so lines, counts and progress are seen
together. A list becomes ready when all of it was read, or is refused as a whole.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any, Final
from uuid import UUID

from django.db import connection, transaction

from foundation.live.api import touch
from foundation.storage.api import NoSuchFile, delete, open_file
from foundation.untrusted.api import Rejected, read_csv
from foundation.work.api import Cancelled, Running
from pricing.enums import PriceFileState
from pricing.models import PriceFile, PriceFileLine

from .lines import COLUMNS, ReadLine, limits, read_lines
from .matching import Judged, judged

PIECE: Final = 5_000
BLANK: Final = "blank"
"""Under this name ``counts`` has the rows that name neither SKU nor price."""

_COPY: Final = (
    "COPY pricing_pricefileline (file_id, line, sku, price_text, price, compare_at, variant_id,"
    " verdict, message) FROM STDIN"
)
_NO_LINES: Final = "Below the headings there is no line with a SKU or a price."
_FILE_GONE: Final = "The uploaded file is not in the storage any more. Upload it again."


def read_list(job: Running, *, price_file_id: UUID) -> None:
    """Read a list that is in ``reading``, from its beginning."""
    file = PriceFile.objects.select_related("shop").filter(pk=price_file_id).first()
    if file is None:
        return
    if file.state == PriceFileState.READING:
        try:
            _read(job, file)
        except Rejected as rejected:
            _end(job, file, PriceFileState.REFUSED, error=str(rejected))
        except NoSuchFile:
            _end(job, file, PriceFileState.REFUSED, error=_FILE_GONE)
        else:
            _end(job, file, PriceFileState.READY)
    forget_stored(file)


def forget_stored(file: PriceFile) -> None:
    """Delete the stored file: what it said is in the lines. Harmless when it is gone already."""
    if file.storage_key:
        delete(file.storage_key)
        PriceFile.objects.filter(pk=file.pk).update(storage_key="")


class _Metered:
    """The stored file, which knows how much of it was read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.done = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self.done += len(piece)
        return piece


def _read(job: Running, file: PriceFile) -> None:
    with _mine(job, file):
        # What an attempt before this one had read.
        PriceFileLine.objects.filter(file=file).delete()
    counts: Counter[str] = Counter()
    with open_file(file.storage_key) as stream:
        metered: Any = _Metered(stream)
        rows = read_csv(metered, COLUMNS, limits=limits(), without_mark=file.encoding)
        for piece in _pieces(read_lines(rows, currency=file.shop.currency)):
            lines = [line for line in piece if line is not None]
            with _mine(job, file):
                found = judged(file, lines)
                _copy(file, found)
                counts.update(str(each.verdict) for each in found)
                counts[BLANK] += len(piece) - len(lines)
                _count(file, counts)
            job.heartbeat()
            job.stop_if_cancelled()
            job.progress(min(metered.done, file.size - 1), file.size)
            _tell(file)
    if not counts.total() - counts[BLANK]:
        raise Rejected(_NO_LINES)


@contextmanager
def _mine(job: Running, file: PriceFile) -> Iterator[None]:
    """Open a transaction in which the job is ours and the list is still to be read."""
    with transaction.atomic():
        job.fence()
        rows = PriceFile.objects.select_for_update(no_key=True)
        if not rows.filter(pk=file.pk, state=PriceFileState.READING).exists():
            # Somebody has deleted it meanwhile.
            raise Cancelled
        yield


def _pieces(lines: Iterator[ReadLine | None]) -> Iterator[Sequence[ReadLine | None]]:
    while piece := list(islice(lines, PIECE)):
        yield piece


def _copy(file: PriceFile, found: Sequence[Judged]) -> None:
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for each in found:
            line = each.line
            copy.write_row(
                (
                    *(file.pk, line.line, line.sku, line.price_text, line.price, line.compare_at),
                    *(each.variant_id, str(each.verdict), each.message),
                )
            )


def _count(file: PriceFile, counts: Counter[str]) -> None:
    PriceFile.objects.filter(pk=file.pk).update(
        counts=dict(counts), lines=counts.total() - counts[BLANK]
    )


def _end(job: Running, file: PriceFile, state: PriceFileState, *, error: str = "") -> None:
    with _mine(job, file):
        values: dict[str, Any] = {"state": state, "error": error}
        if state is PriceFileState.REFUSED:
            PriceFileLine.objects.filter(file=file).delete()
            values |= {"lines": 0, "counts": {}}
        PriceFile.objects.filter(pk=file.pk).update(**values)
    job.progress(file.size, file.size)
    _tell(file)


def _tell(file: PriceFile) -> None:
    touch(f"pricing.list.{file.pk}", shop_id=file.shop_id)
    touch("pricing.lists", shop_id=file.shop_id)
