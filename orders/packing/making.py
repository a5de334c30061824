"""Make the zip of a batch: files stream through, so its size costs disk and not memory."""

import csv
import io
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from foundation.failures import Transient
from foundation.live.api import touch
from foundation.storage.api import NoSuchFile, delete, open_file, save
from foundation.untrusted.api import is_formula
from foundation.work.api import Running
from orders.models import DesignVersion, Order, OrderLine, PrintBatch
from orders.presenting.orders import measures_of
from orders.queries.production import Piece, pieces_of
from orders.renders.pictures import picture_of_version, staff_caller
from orders.sales.addresses import country_name

from .batches import FOLDER, ZIP, Files
from .tickets import Ticket, TicketLine, small_picture, tickets_pdf

_PIECE: Final = 1024 * 1024
# Zip files begin to count in 1980; without the time of making equal days are equal files.
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_COLUMNS: Final = (
    *("order", "line", "product", "sku", "quantity", "width_mm", "height_mm", "bleed_mm", "dpi"),
    *("shipping", "city", "country", "paid_at", "reprint", "files", "sha256"),
)


def make_batch(job: Running, *, batch_id: UUID) -> None:
    """Write and store a batch's zip; what cannot be found is named in it and on its page.

    A second attempt starts over. The file's key is noted before it is stored, so that none is lost.
    """
    batch = PrintBatch.objects.get(pk=batch_id)
    if batch.finished_at is not None:
        return
    orders = list(
        Order.objects.for_shop(batch.shop_id)
        .filter(pk__in=batch.order_ids)
        .select_related("shop", "reprint_of")
        .order_by("paid_at", "number")
    )
    if batch.file_key:
        delete(batch.file_key)
    pieces = [piece for piece in pieces_of([order.pk for order in orders]) if piece.made]
    folder = Path(settings.VAR_DIR) / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        # Beside the files, which have room; without a name, so nothing is left of it.
        with tempfile.TemporaryFile(dir=folder) as file:
            packer = _Packer(job, file, Files(batch.files), batch.requested_by_id or batch.shop_id)
            packer.pack(orders, pieces)
            size = file.seek(0, io.SEEK_END)
            file.seek(0)
            key = f"{FOLDER}/{batch.shop_id}/{batch.pk}/{job.id}-{job.attempt}.zip"
            _note(job, batch, file_key=key)
            save(key, file, content_type=ZIP, beat=job.heartbeat)
    except OSError as error:
        message = f"The zip could not be written: {error}. Is there room below VAR_DIR?"
        raise Transient(message) from error
    _note(job, batch, byte_size=size, missing=packer.missing, finished_at=timezone.now())
    job.progress(packer.total, packer.total)
    touch("orders", shop_id=batch.shop_id)


def _note(job: Running, batch: PrintBatch, **columns: Any) -> None:
    with transaction.atomic():
        job.fence()
        PrintBatch.objects.filter(pk=batch.pk).update(**columns)


@dataclass
class _Packer:
    """Puts print files, tickets and the list of both into an open zip."""

    job: Running
    file: IO[bytes]
    files: Files
    actor_id: UUID
    missing: list[str] = field(default_factory=list)
    total: int = 0

    def pack(self, orders: Sequence[Order], pieces: Sequence[Piece]) -> None:
        kinds = self.files.kinds
        self.total = len(pieces) * len(kinds) + len(orders)
        done = 0
        rows, of_line = [], {}
        with zipfile.ZipFile(self.file, "w", zipfile.ZIP_STORED) as archive:
            for piece in pieces:
                names = []
                for kind in kinds:
                    name = f"{_folder(piece.line)}/{file_name(piece.line, kind)}"
                    if self._copy(archive, name, _key(piece, kind)):
                        names.append(name)
                    done += 1
                    self.job.progress(done, self.total)
                of_line[piece.line.pk] = names
                rows.append(_row(piece, names))
            tickets = []
            for order in orders:
                ticket = self._ticket(order, pieces, of_line)
                tickets.append(ticket)
                self._add(archive, f"tickets/{order.number:07d}.pdf", tickets_pdf([ticket]))
                done += 1
                self.job.progress(done, self.total)
            self._add(archive, "all-tickets.pdf", tickets_pdf(tickets))
            self._add(archive, "manifest.csv", _csv(rows))
            if self.missing:
                said = "These files could not be found:\n" + "\n".join(self.missing) + "\n"
                self._add(archive, "MISSING.txt", said.encode())

    def _copy(self, archive: zipfile.ZipFile, name: str, key: str) -> bool:
        try:
            with open_file(key) as source, archive.open(_info(name), "w", force_zip64=True) as out:
                while part := source.read(_PIECE):
                    out.write(part)
                    self.job.heartbeat()
        except NoSuchFile:
            self.missing.append(name)
            return False
        return True

    def _add(self, archive: zipfile.ZipFile, name: str, content: bytes) -> None:
        archive.writestr(_info(name), content)
        self.job.heartbeat()

    def _ticket(
        self, order: Order, pieces: Sequence[Piece], of_line: dict[int, list[str]]
    ) -> Ticket:
        mine = sorted(
            (piece for piece in pieces if piece.line.order_id == order.pk),
            key=lambda piece: piece.line.position,
        )
        paid = order.paid_at or order.created_at
        where = (order.city, order.province, order.postal_code, country_name(order.country))
        place = " ".join(part for part in where if part)
        return Ticket(
            number=order.number,
            paid_on=paid.astimezone(ZoneInfo(order.shop.timezone)).strftime("%-d %b %Y, %H:%M"),
            shipping=order.shipping_method or "as usual",
            address=[part for part in (order.name, place) if part],
            note=order.note,
            reprint=f"of {order.reprint_of}: {order.reprint_reason}" if order.reprint_of else "",
            lines=[self._ticket_line(piece, of_line.get(piece.line.pk, [])) for piece in mine],
        )

    def _ticket_line(self, piece: Piece, names: Sequence[str]) -> TicketLine:
        line = piece.line
        return TicketLine(
            title=line.title,
            sku=line.sku,
            quantity=line.quantity,
            measures=measures_of(line.version.spec) if line.version else "",
            file=names[0] if names else "the print file is missing",
            picture=self._picture(line),
        )

    def _picture(self, line: OrderLine) -> bytes:
        self.job.heartbeat()
        if line.version_id is None:
            return b""
        version = DesignVersion.objects.select_related("design", "photo").get(pk=line.version_id)
        try:
            made = picture_of_version(version, caller=staff_caller(version.shop_id, self.actor_id))
            with open_file(made.key) as picture:
                # What a bucket sends cannot seek, which pictures need.
                return small_picture(io.BytesIO(picture.read()))
        except NoSuchFile:
            return b""


def file_name(line: OrderLine, kind: str) -> str:
    """Name a print file: sorted by order, then line, and what people look for in it."""
    return f"{line.order.number:07d}-{line.position + 1}-{line.quantity}x-{_plain(line.sku)}.{kind}"


def _folder(line: OrderLine) -> str:
    return f"prints/{_plain(line.title)}"


def _plain(text: str) -> str:
    """Return a name that every system can store: letters, digits and dashes."""
    # The sign between two sides is what people look for.
    spelt = unicodedata.normalize("NFKD", text.replace("×", "x"))
    simple = spelt.encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", simple).strip("-")[:60] or "print"


def _key(piece: Piece, kind: str) -> str:
    render = piece.render
    if render is None:
        message = "Only what is rendered is packed."
        raise ValueError(message)
    return render.pdf_key if kind == "pdf" else render.image_key


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_MOMENT)
    info.external_attr = 0o644 << 16
    return info


def _row(piece: Piece, names: Sequence[str]) -> list[str]:
    line, order = piece.line, piece.line.order
    spec = line.version.spec if line.version else {}
    measures = [f"{spec.get(name, '')}" for name in ("width_mm", "height_mm", "bleed_mm", "dpi")]
    return [
        str(order.number),
        str(line.position + 1),
        line.title,
        line.sku,
        str(line.quantity),
        *measures,
        order.shipping_method,
        order.city,
        order.country,
        order.paid_at.isoformat(timespec="seconds") if order.paid_at else "",
        "yes" if order.reprint_of_id else "",
        " ".join(names),
        piece.render.sha256 if piece.render else "",
    ]


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    # No spreadsheet takes a customer's words for a formula.
    writer.writerows([f"'{cell}" if is_formula(cell) else cell for cell in row] for row in rows)
    return out.getvalue().encode()
