"""Price lists: what each line comes to, what is refused as a whole, and that nothing is doubled."""

import codecs
import datetime as dt
import io
import os
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from catalog_sync.models import Product, Variant
from foundation.audit.models import AuditEvent
from foundation.shops.models import Connection, Shop, User
from foundation.work.enums import Group
from foundation.work.models import Job
from foundation.work.recovery import sweep
from foundation.work.runner import run_batch
from pricing.enums import PricingJobState
from pricing.models import PriceFile, PriceFileLine, PricingJob
from pricing.price_lists import matching, reading
from pricing.price_lists.lines import ReadLine
from pricing.services import Refused, delete_list, upload_list
from tests import factories
from tests.pricing.page_fixtures import catalogue
from tests.work.conftest import pass_time

# A list is read in transactions of its own.
pytestmark = pytest.mark.django_db(transaction=True)

Upload = Callable[..., PriceFile]
Told = tuple[int, str, str, Decimal | None, str]


@pytest.fixture(autouse=True)
def _own_files(files: Path) -> None:
    """Keep what is stored in a folder of each test's own."""


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls; SKU-11, SKU-12, … SKU-32."""
    made = factories.shopify_connection(shop)
    catalogue(made)
    return made


@pytest.fixture
def upload(connection: Connection, owner: User) -> Upload:
    """Upload a list without reading it; ``read`` does that, too."""

    def make(content: str | bytes, *, encoding: str = "utf-8", read: bool = True) -> PriceFile:
        data = content.encode() if isinstance(content, str) else content
        made = upload_list(
            shop_id=connection.shop_id,
            connection_id=connection.pk,
            name="prices.csv",
            content=SimpleUploadedFile("prices.csv", data),
            size=len(data),
            encoding=encoding,
            actor_id=owner.pk,
        )
        if read:
            run_batch(Group.HEAVY)
            made.refresh_from_db()
        return made

    return make


def lines(file: PriceFile) -> list[Told]:
    rows = file.rows.order_by("line", "id").select_related("variant")
    return [
        (row.line, row.variant.sku if row.variant else "", row.verdict, row.price, row.message)
        for row in rows
    ]


def stored(files: Path) -> list[str]:
    return [path.name for path in files.rglob("*") if path.is_file()] if files.exists() else []


# -- what a line comes to --------------------------------------------------------------------------


def test_each_line_has_a_verdict(upload: Upload, owner: User, files: Path) -> None:
    file = upload(
        "sku,price,compare_at,note\n"
        "SKU-11,12.50,19.90,fine\n"
        "sku-12,13.00,,in another case\n"
        "SKU-99,14.00,,unknown\n"
        "SKU-11,15.00,,again\n"
        "SKU-21,abc,,no price\n"
        ",5.00,,no SKU\n"
        "SKU-22,,,no price\n"
        "SKU-31,8.00,cheap,wrong compare-at\n"
        ",,,a row of pictures\n"
    )
    bad = "is not a price. Write a number such as 12.50."
    assert lines(file) == [
        (2, "SKU-11", "taken", Decimal("12.50"), ""),
        (3, "SKU-12", "taken", Decimal("13.00"), ""),
        (4, "", "unknown_sku", Decimal("14.00"), ""),
        (
            5,
            "SKU-11",
            "duplicate",
            Decimal("15.00"),
            "Line 2 has a price for this variant; that one is taken.",
        ),
        (6, "", "invalid", None, f"“abc” {bad}"),
        (7, "", "invalid", None, "There is no SKU on this line."),
        (8, "", "invalid", None, "There is no price on this line."),
        (9, "", "invalid", None, f"Compare-at price: “cheap” {bad}"),
    ]
    assert (file.state, file.error, file.lines) == ("ready", "", 8)
    assert file.counts == {
        "taken": 2,
        "unknown_sku": 1,
        "duplicate": 1,
        "invalid": 4,
        "blank": 1,
    }
    assert file.rows.get(line=2).compare_at == Decimal("19.90")
    assert file.rows.get(line=6).price_text == "abc"
    # What it said is in the lines: the file itself is not kept.
    assert (stored(files), file.storage_key) == ([], "")
    events = AuditEvent.objects.filter(object_type="price_list")
    assert [(each.verb, each.actor_id) for each in events] == [
        ("pricing.price_list.uploaded", owner.pk)
    ]


def test_a_sku_of_two_variants_names_none_of_them(upload: Upload) -> None:
    Variant.objects.filter(sku="SKU-12").update(sku="sku-11")
    file = upload("sku,price\nSKU-11,5\nSKU-21,6\n")
    assert lines(file) == [
        (2, "", "ambiguous", Decimal(5), "2 variants have this SKU."),
        (3, "SKU-21", "taken", Decimal(6), ""),
    ]


def test_only_living_variants_of_the_account_are_meant(
    upload: Upload, shop: Shop, stranger: User
) -> None:
    other = factories.shopify_connection(shop, account="second.myshopify.com")
    catalogue(other, 1, first=5)
    foreign = factories.shopify_connection(
        Shop.objects.for_user(stranger).get(), account="elsewhere.myshopify.com"
    )
    catalogue(foreign, 1, first=7)
    Variant.objects.filter(sku="SKU-12").update(deleted_at=timezone.now())
    Product.objects.filter(variants__sku="SKU-21").update(deleted_at=timezone.now())
    file = upload("sku,price\nSKU-11,1\nSKU-12,2\nSKU-21,3\nSKU-51,4\nSKU-71,5\n")
    assert [told[2] for told in lines(file)] == ["taken", *["unknown_sku"] * 4]
    assert not PriceFileLine.objects.filter(variant__connection_id__in=(other.pk, foreign.pk))


def test_the_first_line_that_can_be_read_is_taken(upload: Upload) -> None:
    file = upload("sku,price\nSKU-11,1.234\nSKU-11,1234.00\nSKU-11,7\n")
    assert [(told[0], told[2]) for told in lines(file)] == [
        (2, "invalid"),
        (3, "taken"),
        (4, "duplicate"),
    ]


def test_duplicates_are_found_across_pieces(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 2)
    file = upload("sku,price\nSKU-11,1\nSKU-12,2\nSKU-21,3\nsku-11,4\nSKU-11,5\n")
    said = "Line 2 has a price for this variant; that one is taken."
    assert [(told[0], told[2], told[4]) for told in lines(file)] == [
        (2, "taken", ""),
        (3, "taken", ""),
        (4, "taken", ""),
        (5, "duplicate", said),
        (6, "duplicate", said),
    ]
    assert (file.lines, file.counts["taken"], file.counts["duplicate"]) == (5, 3, 2)


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", '=HYPERLINK("x")', "\t=2"])
def test_a_formula_is_no_price(upload: Upload, cell: str) -> None:
    quoted = cell.replace('"', '""')
    file = upload(f'sku,price\nSKU-11,"{quoted}"\n')
    assert lines(file) == [(2, "", "invalid", None, "A formula, not a price. Write its value.")]


def test_a_formula_is_no_sku_but_a_sku_may_begin_like_one(upload: Upload) -> None:
    Variant.objects.filter(sku="SKU-12").update(sku="-12")
    file = upload('sku,price\n"=""0012""",5\n-12,6\n')
    assert [told[2:] for told in lines(file)] == [
        ("unknown_sku", Decimal(5), "The SKU is a formula. Write its value."),
        ("taken", Decimal(6), ""),
    ]


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + b"sku,price\nSKU-11,12.50\n",
        "sku,price\nSKU-11,12.50\n".encode("utf-16"),
        codecs.BOM_UTF16_BE + "sku\tprice\r\nSKU-11\t12,50\r\n".encode("utf-16-be"),
        b"sku;price\r\nSKU-11;12,50\r\n",
        b'"sku","price"\n"SKU-11","12.50"\n',
        b'sku,price,note\nSKU-11,12.50,"two\nlines, and a ""quote"""\n',
        b"Handle,Variant SKU,Variant Price,Variant Compare At Price\nx,SKU-11,12.50,\n",
        b"Artikel-Nr.;Preis;UVP\nSKU-11;12,50 $;\n",
        "Référence;Prix de vente;Prix barré\nSKU-11;12,50;\n".encode(),
        b"price,other,SKU\n12.50,x, SKU-11 \n",
    ],
)
def test_what_spreadsheets_make_is_read(upload: Upload, content: bytes) -> None:
    file = upload(content)
    assert [told[1:4] for told in lines(file)] == [("SKU-11", "taken", Decimal("12.50"))]


def test_an_old_encoding_is_read_when_it_is_declared(upload: Upload) -> None:
    content = "Référence;Prix\nSKU-11;12,50\n".encode("cp1252")
    assert upload(content, encoding="cp1252").counts["taken"] == 1
    refused = upload(content)
    assert (refused.state, refused.error.partition(":")[0]) == ("refused", "line 1")
    assert "declare its encoding" in refused.error


# -- what is refused as a whole --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "line 1: The columns sku, price are missing. Found: a, b."),
        (b"sku,amount\nA,1\n", "line 1: The columns price are missing. Found: sku, amount."),
        (
            b"sku,price,Variant Price\nA,1,2\n",
            "line 1, column 3: Two columns are headed 'Variant Price' or mean the same.",
        ),
        (
            b"sku,price\nSKU-11,1\nSKU-12,1,50\n",
            "line 3: The row has 3 fields, the heading 2.",
        ),
        (
            b"sku,price\nSKU-11,1\x00\n",
            "line 2, column 9: There is a NUL byte: this is not a text file.",
        ),
        (
            b"sku,price\nSKU-11," + b"1" * 2_000 + b"\n",
            "line 2, column price: The field is longer than 1000 characters.",
        ),
        (b'sku,price\nSKU-11,"1\n', "line 2: The line is not CSV: unexpected end of data."),
        (b"\n\n", "line 1: The file is empty: the first line must name the columns."),
        (b"sku,price\n", "Below the headings there is no line with a SKU or a price."),
        (b"sku,price\n,\n", "Below the headings there is no line with a SKU or a price."),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "line 1: The text is not utf-8"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(
    upload: Upload, files: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    monkeypatch.setattr(reading, "PIECE", 1)
    file = upload(content)
    assert (file.state, file.error[: len(said)]) == ("refused", said)
    assert (file.lines, file.counts, file.storage_key) == (0, {}, "")
    assert not file.rows.exists()
    assert stored(files) == []
    assert Job.objects.get(name="pricing.read_list").state == "done"


def test_a_file_that_is_gone_is_said_to_be_gone(upload: Upload, files: Path) -> None:
    file = upload("sku,price\nSKU-11,1\n", read=False)
    for path in files.rglob("*.csv"):
        path.unlink()
    run_batch(Group.HEAVY)
    file.refresh_from_db()
    assert (file.state, file.error) == (
        "refused",
        "The uploaded file is not in the storage any more. Upload it again.",
    )


# -- workers that die, people who change their mind ------------------------------------------------


def test_a_worker_killed_in_the_middle_leaves_nothing_doubled(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 2)
    whole = reading._copy
    copied: list[int] = []

    def dies_at_the_second(file: PriceFile, found: Any) -> None:
        copied.append(len(found))
        whole(file, found)
        if len(copied) == 2:
            message = "the connection is gone"
            raise OperationalError(message)

    monkeypatch.setattr(reading, "_copy", dies_at_the_second)
    content = "sku,price\n" + "".join(f"SKU-{n}1,{n}\nSKU-{n}2,{n}\n" for n in (1, 2, 3))
    file = upload(content)
    # The first piece stands, the second was rolled back with its counts.
    assert (file.state, file.lines, file.rows.count()) == ("reading", 2, 2)

    pass_time(10)
    run_batch(Group.HEAVY)
    file.refresh_from_db()
    assert (file.state, file.lines, file.counts["taken"]) == ("ready", 6, 6)
    assert [told[:2] for told in lines(file)] == [
        (number + 2, f"SKU-{number // 2 + 1}{number % 2 + 1}") for number in range(6)
    ]
    assert copied == [2, 2, 2, 2, 2]


def test_a_worker_that_lost_its_lease_records_nothing(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 2)
    whole = reading._copy

    def slow(file: PriceFile, found: Any) -> None:
        whole(file, found)
        if Job.objects.get().attempts == 1:
            # So slow that another worker took the job over.
            monkeypatch.setattr(reading, "_copy", whole)
            pass_time(60)
            sweep()

    monkeypatch.setattr(reading, "_copy", slow)
    file = upload("sku,price\nSKU-11,1\nSKU-12,2\nSKU-21,3\n")
    assert file.state == "reading"
    pass_time(60)
    run_batch(Group.HEAVY)
    file.refresh_from_db()
    assert (file.state, file.lines, file.rows.count()) == ("ready", 3, 3)


def test_reading_twice_changes_nothing(upload: Upload) -> None:
    file = upload("sku,price\nSKU-11,1\nSKU-99,2\n")
    before = list(file.rows.order_by("pk").values())
    Job.objects.update(state="queued", run_after=timezone.now(), finished_at=None)
    run_batch(Group.HEAVY)
    assert Job.objects.get().state == "done"
    assert list(file.rows.order_by("pk").values()) == before


def test_a_list_deleted_while_it_is_read_leaves_nothing(
    upload: Upload, files: Path, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 1)
    whole = reading._tell

    def meanwhile(file: PriceFile) -> None:
        monkeypatch.setattr(reading, "_tell", whole)
        delete_list(file=file, actor_id=owner.pk)

    monkeypatch.setattr(reading, "_tell", meanwhile)
    with pytest.raises(PriceFile.DoesNotExist):
        upload("sku,price\nSKU-11,1\nSKU-12,2\n")
    assert (PriceFileLine.objects.count(), stored(files)) == (0, [])
    assert Job.objects.get().state == "cancelled"


def test_a_list_that_a_job_uses_stays(upload: Upload, owner: User) -> None:
    file = upload("sku,price\nSKU-11,1\n")
    job = PricingJob.objects.create(
        shop_id=file.shop_id, connection_id=file.connection_id, name="x", price_file=file
    )
    assert job.state == PricingJobState.PLANNING
    with pytest.raises(Refused) as refused:
        delete_list(file=file, actor_id=owner.pk)
    assert refused.value.code == "list_in_use"
    assert (PriceFile.objects.count(), file.rows.count()) == (1, 1)
    job.delete()
    delete_list(file=file, actor_id=owner.pk)
    delete_list(file=file, actor_id=owner.pk)
    assert (PriceFile.objects.count(), PriceFileLine.objects.count()) == (0, 0)
    deeds = AuditEvent.objects.filter(verb="pricing.price_list.deleted")
    assert [(each.actor_id, each.details["name"]) for each in deeds] == [(owner.pk, "prices.csv")]


# -- how much it takes -----------------------------------------------------------------------------


def test_a_long_list_takes_no_more_memory_than_a_short_one(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 500)
    peaks = []
    for count in (2_000, 40_000):
        rows = "".join(f"NO-{number},12.50\n" for number in range(count))
        file = upload(f"sku,price\n{rows}", read=False)
        tracemalloc.start()
        run_batch(Group.HEAVY)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        file.refresh_from_db()
        assert (file.state, file.lines) == ("ready", count)
    assert peaks[1] < 1.5 * peaks[0]


def test_a_piece_asks_twice_whatever_is_in_it(
    upload: Upload, django_assert_num_queries: Any
) -> None:
    file = upload("sku,price\nSKU-11,1\n")
    for count in (1, 3):
        found = [
            ReadLine(number, f"SKU-{number}1", "1", Decimal(1)) for number in range(1, count + 1)
        ]
        with django_assert_num_queries(2):
            matching.judged(file, found)


# -- ops' hand -------------------------------------------------------------------------------------


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("price_lists", *arguments, stdout=out)
    return out.getvalue()


def test_ops_list_show_and_delete(upload: Upload) -> None:
    assert told("list") == "No price lists.\n"
    file = upload("sku,price\nSKU-11,1\nSKU-99,2\n")
    refused = upload("a,b\n1,2\n")
    assert told("list", "--state", "ready") == (
        f"{file.pk}  Ready      Demo: prices.csv (1 of 2 taken)\n"
    )
    shown = told("show", str(file.pk))
    assert "1 taken: Taken\n  1 unknown_sku: No variant has this SKU\n" in shown
    assert "used by 0 price jobs" in shown
    assert "line 1: The columns sku, price are missing." in told("show", str(refused.pk))
    assert "Dry run" in told("delete", str(file.pk), "--dry-run")
    assert PriceFile.objects.count() == 2
    assert told("delete", str(file.pk)) == "Deleted.\n"
    assert not PriceFile.objects.filter(pk=file.pk).exists()
    for arguments in (("show",), ("delete", str(file.pk))):
        with pytest.raises(CommandError):
            told(*arguments)


def test_ops_prune_what_nobody_uses(upload: Upload, files: Path) -> None:
    old, used, young = (upload("sku,price\nSKU-11,1\n") for _ in range(3))
    reading_still = upload("sku,price\nSKU-11,1\n", read=False)
    PricingJob.objects.create(
        shop_id=used.shop_id, connection_id=used.connection_id, name="x", price_file=used
    )
    long_ago = timezone.now() - dt.timedelta(days=100)
    PriceFile.objects.exclude(pk=young.pk).update(uploaded_at=long_ago)
    folder = files / "price-lists" / str(old.shop_id)
    for name, days in (("stray.csv", 2), ("just-now.csv", 0)):
        (folder / name).write_text("x")
        moment = (timezone.now() - dt.timedelta(days=days)).timestamp()
        os.utime(folder / name, (moment, moment))
    os.utime(folder / f"{reading_still.pk}.csv", (0, 0))

    assert told("prune", "--dry-run") == (
        "Dry run: 1 unused lists older than 90 days and 1 stored files of no list would be "
        "deleted; nothing changed.\n"
    )
    assert (PriceFile.objects.count(), len(stored(files))) == (4, 3)
    assert told("prune") == "1 lists and 1 files of no list were deleted.\n"
    assert set(PriceFile.objects.values_list("pk", flat=True)) == {
        used.pk,
        young.pk,
        reading_still.pk,
    }
    assert sorted(stored(files)) == sorted([f"{reading_still.pk}.csv", "just-now.csv"])
