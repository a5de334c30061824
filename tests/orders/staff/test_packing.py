"""A day's work as one zip: what is in it, where it is safe, and who may have it."""

import csv
import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from foundation.shops.models import User
from foundation.storage.api import delete, list_keys, open_file
from foundation.work.models import Job
from orders.models import Order, OrderLine, PrintBatch
from orders.packing.batches import Files, ask_batch, batch_of, sweep_batches
from orders.packing.making import file_name
from tests.orders.shop import run_all

from .asking import said_after, words_of
from .conftest import logged_in
from .making import Desk, S, renders_of, standing

pytestmark = pytest.mark.django_db(transaction=True)


def made(desk: Desk, orders: list[Order], files: Files = Files.PDF) -> PrintBatch:
    """Have a zip made."""
    batch = ask_batch(
        shop_id=desk.caller.shop_id,
        order_ids=[order.pk for order in orders],
        files=files,
        actor_id=None,
    )
    Job.objects.exclude(name="orders.pack_batch").delete()
    run_all("heavy")
    return PrintBatch.objects.get(pk=batch.pk)


def opened(batch: PrintBatch) -> zipfile.ZipFile:
    """Open a batch's zip."""
    with open_file(batch.file_key) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def test_the_zip_has_files_tickets_and_a_manifest(desk: Desk) -> None:
    first = desk.order(S.IN_PRODUCTION, lines=2, note="Wrap it", shipping_method="Express")
    second = desk.order(S.IN_PRODUCTION, quantity=1, name="=cmd()")
    batch = made(desk, [first, second], Files.BOTH)
    archive = opened(batch)
    assert archive.testzip() is None
    one, two = (f"{order.number:07d}" for order in (first, second))
    folder = "prints/Poster-6-x-8-cm"
    assert sorted(archive.namelist()) == sorted(
        [
            *(
                f"{folder}/{one}-{line}-2x-POSTER-6X8CM.{kind}"
                for line in (1, 2)
                for kind in ("pdf", "png")
            ),
            *(f"{folder}/{two}-1-1x-POSTER-6X8CM.{kind}" for kind in ("pdf", "png")),
            *(f"tickets/{each}.pdf" for each in (one, two)),
            "all-tickets.pdf",
            "manifest.csv",
        ]
    )
    render = renders_of(second).get(version=second.lines.get().version)
    assert archive.read(f"{folder}/{two}-1-1x-POSTER-6X8CM.pdf") == f"pdf of {render.pk}".encode()
    rows = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode())))
    assert [(row["order"], row["line"], row["quantity"], row["shipping"]) for row in rows] == [
        (str(first.number), "1", "2", "Express"),
        (str(first.number), "2", "2", "Express"),
        (str(second.number), "1", "1", "Standard"),
    ]
    assert rows[0]["files"].split() == [
        f"{folder}/{one}-1-2x-POSTER-6X8CM.{kind}" for kind in ("pdf", "png")
    ]
    ticket = PdfReader(io.BytesIO(archive.read(f"tickets/{one}.pdf"))).pages[0].extract_text()
    for words in (f"Order #{first.number}", "4 pieces", "Ship: Express", "Note: Wrap it", "× 2"):
        assert words in ticket, words
    assert len(PdfReader(io.BytesIO(archive.read("all-tickets.pdf"))).pages) == 2
    # A zip moves nothing.
    assert {standing(first), standing(second)} == {("in_production", "succeeded")}
    assert (batch.byte_size, batch.missing) == (len(open_file(batch.file_key).read()), [])


def test_the_same_orders_give_the_same_bytes(desk: Desk) -> None:
    order = desk.order(S.IN_PRODUCTION)
    first, second = made(desk, [order]), made(desk, [order])
    assert first.pk != second.pk
    assert open_file(first.file_key).read() == open_file(second.file_key).read()


def test_names_are_safe_whatever_is_sold(desk: Desk) -> None:
    order = desk.order(S.IN_PRODUCTION)
    OrderLine.objects.filter(order=order).update(title="../../etc/passwd", sku='..\\"; é/*')
    line = order.lines.select_related("order").get()
    assert file_name(line, "pdf") == f"{order.number:07d}-1-2x-e.pdf"
    line.sku = "Größe 30×40"
    assert file_name(line, "png") == f"{order.number:07d}-1-2x-Groe-30x40.png"
    names = opened(made(desk, [order])).namelist()
    assert f"prints/etc-passwd/{order.number:07d}-1-2x-e.pdf" in names
    assert not any(".." in name or name.startswith("/") for name in names)


def test_what_is_missing_is_named(desk: Desk, as_owner: Client) -> None:
    order = desk.order(S.IN_PRODUCTION)
    delete(renders_of(order).get().pdf_key)
    batch = made(desk, [order])
    lost = f"prints/Poster-6-x-8-cm/{order.number:07d}-1-2x-POSTER-6X8CM.pdf"
    assert batch.missing == [lost]
    assert lost in opened(batch).read("MISSING.txt").decode()
    assert "1 file could not be found." in words_of(as_owner, f"/fulfilment/zips/{batch.pk}/")


def test_the_page_leads_from_the_zip_to_ready(
    as_editor: Client, desk: Desk, viewer: User, stranger: User
) -> None:
    order, later = desk.order(S.IN_PRODUCTION), desk.order(S.IN_PRODUCTION)
    answer = as_editor.post("/fulfilment/zips/", {"order": [str(order.pk)], "files": "png"})
    page = answer["Location"]
    assert "Waits for a worker" in words_of(as_editor, page)
    assert as_editor.get(f"{page}file/")["Location"] == page
    Job.objects.exclude(name="orders.pack_batch").delete()
    run_all("heavy")
    said = words_of(as_editor, page)
    assert "with PNG of 1 order. Kept for 3 days." in said
    assert logged_in(viewer).get(f"{page}file/").status_code == 403
    assert logged_in(stranger).get(page).status_code == 404
    fetched = Client().get(as_editor.get(f"{page}file/")["Location"])
    assert fetched["Content-Type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(fetched.getvalue())).testzip() is None
    assert logged_in(viewer).post(f"{page}ready/").status_code == 403
    assert "1 order is ready to ship." in said_after(as_editor, f"{page}ready/")
    assert (standing(order)[0], standing(later)[0]) == ("ready_to_ship", "in_production")


def test_it_can_be_stopped_and_asked_for_again(as_editor: Client, desk: Desk) -> None:
    order = desk.order(S.IN_PRODUCTION)
    page = as_editor.post("/fulfilment/zips/")["Location"]
    assert as_editor.post("/fulfilment/zips/")["Location"] == page
    assert "Stopped. No file is kept" in said_after(as_editor, f"{page}stop/")
    assert as_editor.post("/fulfilment/zips/")["Location"] != page
    assert standing(order) == ("in_production", "succeeded")
    Order.objects.update(status="canceled")
    assert "nothing to print" in said_after(as_editor, "/fulfilment/zips/")


def test_files_go_after_their_time(desk: Desk, files: Path) -> None:
    batch = made(desk, [desk.order(S.IN_PRODUCTION)])
    assert sweep_batches() == 0
    stray = files / "batches" / "stray.zip"
    stray.write_bytes(b"left by a killed worker")
    PrintBatch.objects.update(created_at=timezone.now() - dt.timedelta(days=4))
    assert sweep_batches() == 1
    found = batch_of(batch.shop_id, batch.pk)
    assert found is not None
    assert (found.state, found.made) == ("over", False)
    assert list(list_keys("batches", older_than=dt.timedelta(0))) == ["batches/stray.zip"]


def test_a_second_attempt_leaves_one_file(desk: Desk) -> None:
    order = desk.order(S.IN_PRODUCTION)
    batch = made(desk, [order])
    # As if the first worker had died between storing and noting.
    PrintBatch.objects.filter(pk=batch.pk).update(finished_at=None)
    Job.objects.filter(name="orders.pack_batch").update(
        state="queued", attempts=1, run_after=timezone.now()
    )
    run_all("heavy")
    batch.refresh_from_db()
    assert batch.finished_at is not None
    assert list(list_keys("batches", older_than=dt.timedelta(0))) == [batch.file_key]
