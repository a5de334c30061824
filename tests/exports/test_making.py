"""Files: whole, right, harmless, made once; cancelled and killed ones leave nothing."""

import datetime as dt
import hashlib
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection as database
from django.db.models import F, Func, TextField, Value
from django.test import override_settings
from django.utils import timezone
from pytest_django import Settings

from foundation.alerts.models import Alert
from foundation.audit.models import AuditEvent
from foundation.exports import making, services, writing
from foundation.exports.api import Column, InvalidExport, start_export
from foundation.exports.contracts import Refused
from foundation.exports.models import ExportJob
from foundation.exports.services import cancel_export, expire_files, settle_strays, sweep_unknown
from foundation.exports.statements import copy_statement
from foundation.shops.models import Connection, Shop, User
from foundation.storage.api import save, stat
from foundation.work.api import cancel
from foundation.work.enums import Group
from foundation.work.models import Job
from foundation.work.recovery import sweep
from foundation.work.runner import run_batch
from tests import storage_servers
from tests.pricing.page_fixtures import catalogue
from tests.work.conftest import pass_time, sql

from .conftest import MakeExporter, content_of, settle, stored, table_of

# The file is read over a connection of its own, which sees only what is committed.
FULL = Path("/dev/full")
pytestmark = pytest.mark.django_db(transaction=True)


def start(
    shop: Shop,
    person: User | None = None,
    name: str = "t.shops",
    *,
    columns: Sequence[str] = (),
    bom: bool = False,
    **params: str,
) -> ExportJob:
    return start_export(
        shop_id=shop.pk,
        exporter=name,
        params=params,
        actor_id=person.pk if person else None,
        columns=columns,
        bom=bom,
    )


def write_ledger(connection: Connection, count: int) -> None:
    """Enter ``count`` outside edits of one variant."""
    (variant, _) = catalogue(connection, 1)
    sql(
        "INSERT INTO pricing_audittrailentry (shop_id, variant_id, layer, cause, price_before,"
        " price_after, vendor_updated_at, vendor_request_id, request_id)"
        " SELECT %s, %s, 'outside', 'outside_edit', n, n + 0.5, now() + n * interval '1 s', '', ''"
        " FROM generate_series(1, %s) n",
        connection.shop_id,
        variant.pk,
        count,
    )


def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let progress be told after every few rows."""
    monkeypatch.setattr(writing, "PIECE_BYTES", 4_000)
    monkeypatch.setattr(making, "TELL_SECONDS", 0.0)


@pytest.mark.usefixtures("everywhere")
def test_a_file_is_whole_and_known_by_its_hash(
    exporting: MakeExporter, shop: Shop, owner: User
) -> None:
    exporting(Column("name", "name"), Column("currency", "currency", plain=True))
    Shop.objects.filter(pk=shop.pk).update(name='Chez "Zoé", n° 1\nbis')
    export = start(shop, owner, q="x")
    assert (export.state, export.params, stored()) == ("queued", {"q": "x"}, [])
    settle()

    content = content_of(export)
    assert content.decode() == 'name,currency\n"Chez ""Zoé"", n° 1\nbis",CAD\n'
    assert (export.state, export.processed_records, export.total_records) == ("done", 1, 1)
    assert (export.byte_size, export.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert export.expires_at is not None
    assert 6.9 < (export.expires_at - timezone.now()).total_seconds() / 86_400 <= 7
    assert stored() == [export.file_url]
    events = AuditEvent.objects.filter(object_type="export").order_by("pk")
    assert [(e.verb, e.actor_id, e.shop_id) for e in events] == [
        ("exports.export.asked", owner.pk, shop.pk),
        ("exports.export.done", None, shop.pk),
    ]


@pytest.mark.parametrize("bom", [False, True])
def test_no_cell_of_a_file_is_a_formula(exporting: MakeExporter, shop: Shop, *, bom: bool) -> None:
    exporting(Column("name", "name"), Column("below", Value(-5), plain=True))
    Shop.objects.filter(pk=shop.pk).update(name='=HYPERLINK("https://evil.example","x")')
    export = start(shop, bom=bom)
    settle()
    text = content_of(export).decode()
    assert text == "\ufeff" * bom + (
        'name,below\n"\'=HYPERLINK(""https://evil.example"",""x"")",-5\n'
    )


def test_numbers_stay_numbers_and_nothing_stays_nothing(
    exporting: MakeExporter, shop: Shop
) -> None:
    exporting(
        Column("below", Value(-5), plain=True),
        Column("none", "frozen_by__email"),
    )
    export = start(shop)
    settle()
    assert table_of(export) == [{"below": "-5", "none": ""}]


def test_a_file_has_the_columns_that_were_asked_for_in_their_order(
    exporting: MakeExporter, shop: Shop, owner: User
) -> None:
    exporting(Column("name", "name"), Column("currency", "currency", plain=True), Column("z", "pk"))
    every = start(shop, owner)
    some = start(shop, owner, columns=["currency", " name"])
    marked = start(shop, owner, columns=["currency", "name"], bom=True)
    assert len({every.pk, some.pk, marked.pk}) == 3
    assert start(shop, owner, columns=["name", "currency", "z"]).pk == every.pk
    assert start(shop, owner, columns=["currency", "name"]).pk == some.pk
    settle()
    assert content_of(some) == b"currency,name\nCAD,Demo\n"
    assert content_of(marked) == b"\xef\xbb\xbfcurrency,name\nCAD,Demo\n"
    assert marked.byte_size == 3 + (some.byte_size or 0)
    assert marked.sha256 == hashlib.sha256(content_of(marked)).hexdigest()
    asked = AuditEvent.objects.get(verb="exports.export.asked", object_id=str(marked.pk))
    assert asked.details == {"exporter": "t.shops", "columns": "currency,name", "bom": "1"}


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["nam"], "there is no column nam. There are: name, currency."),
        (["name", "name"], "the column name is named twice."),
        (["name", "x" * 999], f"there is no column {'x' * 60}. There are: name, currency."),
    ],
)
def test_columns_that_there_are_not_are_named_with_those_there_are(
    exporting: MakeExporter, shop: Shop, columns: list[str], said: str
) -> None:
    exporting(Column("name", "name"), Column("currency", "currency"))
    with pytest.raises(InvalidExport) as refused:
        start(shop, columns=columns)
    assert str(refused.value) == said
    assert (ExportJob.objects.count(), Job.objects.count()) == (0, 0)


def test_a_column_that_went_while_it_waited_is_said(exporting: MakeExporter, shop: Shop) -> None:
    exporting(Column("name", "name"), Column("currency", "currency"))
    export = start(shop, columns=["currency"])
    exporting(Column("name", "name"), Column("zone", "timezone"))
    settle()
    export.refresh_from_db()
    assert (export.state, stored()) == ("failed", [])
    assert "there is no column currency" in export.error


def test_times_are_written_in_the_shop_s_zone(exporting: MakeExporter, shop: Shop) -> None:
    said = Func(F("created_at"), Value("TZH:TZM"), function="to_char", output_field=TextField())
    exporting(Column("offset", said, plain=True))
    sql("UPDATE shops_shop SET created_at = '2026-01-15 12:00Z'")
    for zone, expected in (
        ("America/St_Johns", "-03:30"),
        ("Asia/Kolkata", "+05:30"),
        ("Nowhere/At_All", "+00:00"),
    ):
        Shop.objects.filter(pk=shop.pk).update(timezone=zone)
        export = start(shop)
        settle()
        assert table_of(export) == [{"offset": expected}], zone


def test_asking_twice_is_one_export_until_it_is_finished(
    exporting: MakeExporter, shop: Shop, owner: User, colleague: User
) -> None:
    exporting()
    first = start(shop, owner, q="a")
    assert start(shop, owner, q="a").pk == first.pk
    assert len({start(shop, owner, q="b").pk, start(shop, colleague, q="a").pk, first.pk}) == 3
    settle()
    assert start(shop, owner, q="a").pk != first.pk
    assert Job.objects.filter(name="exports.run").count() == 4


def test_sixteen_clicks_at_once_are_one_export(
    exporting: MakeExporter, shop: Shop, owner: User
) -> None:
    exporting()

    def click(_: int) -> Any:
        try:
            return start(shop, owner).pk
        finally:
            database.close()

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(click, range(16)))) == 1
    settle()
    assert len(stored()) == 1


def test_what_nobody_knows_or_makes_no_sense_is_refused(shop: Shop) -> None:
    for name, params in (
        ("no.such", {}),
        ("pricing.ledger", {"layer": "nonsense"}),
        ("pricing.plan", {}),
        ("pricing.plan", {"job": "x' OR 1=1"}),
    ):
        with pytest.raises(InvalidExport):
            start_export(shop_id=shop.pk, exporter=name, params=params, actor_id=None)
    assert (ExportJob.objects.count(), Job.objects.count()) == (0, 0)


def test_a_hundred_thousand_rows_take_no_more_memory_than_a_thousand(
    connection: Connection,
) -> None:
    peaks, sizes = {}, {}
    for count, more in ((1_000, 1_000), (100_000, 99_000)):
        if count == more:
            write_ledger(connection, more)
        else:
            sql(
                "INSERT INTO pricing_audittrailentry (shop_id, variant_id, layer, cause,"
                " price_after, vendor_updated_at)"
                " SELECT shop_id, variant_id, layer, cause, n, now() - n * interval '1 s'"
                " FROM generate_series(1, %s) n,"
                " (SELECT * FROM pricing_audittrailentry LIMIT 1) e",
                more,
            )
        export = start(connection.shop, None, "pricing.ledger")
        tracemalloc.start()
        run_batch(Group.HEAVY)
        peaks[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        export.refresh_from_db()
        assert (export.state, export.processed_records) == ("done", count)
        content = content_of(export)
        sizes[count] = len(content)
        assert content.count(b"\n") == count + 1
    assert sizes[100_000] > 10 * 1024 * 1024
    # Two pieces of a quarter of a megabyte and a chunk of the storage's.
    assert peaks[100_000] < 4 * 1024 * 1024
    assert peaks[100_000] - peaks[1_000] < 2 * 1024 * 1024


def test_progress_is_shown_while_it_runs(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ledger(connection, 2_000)
    in_small_pieces(monkeypatch)
    seen: list[tuple[int, int | None]] = []

    def look(topic: str, *, shop_id: Any) -> None:
        assert (topic, shop_id) == ("exports", connection.shop_id)
        row = ExportJob.objects.get()
        seen.append((row.processed_records, row.total_records))

    monkeypatch.setattr(making, "touch", look)
    start(connection.shop, None, "pricing.ledger")
    run_batch(Group.HEAVY)

    assert len(seen) > 10
    assert seen == sorted(seen)
    assert {total for _, total in seen} == {2_000}
    assert seen[-1] == (2_000, 2_000)
    job = Job.objects.get(name="exports.run")
    assert (job.progress_done, job.progress_total) == (2_000, 2_000)


def test_rows_that_come_while_it_is_written_are_not_half_in_it(
    exporting: MakeExporter, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def all_shops(shop_id: Any, params: Any) -> Any:
        del shop_id, params
        return Shop.objects.order_by("name")

    exporting(rows=all_shops)
    real = writing.Snapshot.count

    def count_then_others_write(view: Any, statement: Any) -> int:
        counted = real(view, statement)
        Shop.objects.create(name="Latecomer")
        Shop.objects.filter(pk=shop.pk).update(name="Renamed")
        return counted

    monkeypatch.setattr(writing.Snapshot, "count", count_then_others_write)
    export = start(shop)
    run_batch(Group.HEAVY)
    assert table_of(export) == [{"name": "Demo"}]
    assert (export.processed_records, export.total_records) == (1, 1)


def test_cancelled_before_it_began(exporting: MakeExporter, shop: Shop, owner: User) -> None:
    exporting()
    export = start(shop, owner)
    cancel_export(export=export, actor_id=owner.pk)
    settle()

    export.refresh_from_db()
    assert (export.state, export.file_url, stored()) == ("cancelled", "", [])
    assert Job.objects.get(name="exports.run").state == "cancelled"
    with pytest.raises(Refused, match="The export is cancelled"):
        cancel_export(export=export, actor_id=owner.pk)


@pytest.mark.parametrize("through", ["export", "job"])
def test_cancelled_while_it_is_written_it_leaves_no_file(
    connection: Connection,
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    files: Path,
    through: str,
) -> None:
    write_ledger(connection, 50_000)
    in_small_pieces(monkeypatch)
    export = start(connection.shop, owner, "pricing.ledger")
    told: list[int] = []
    real = making._Telling.tell

    def tell(self: Any, rows: int, *, last: bool = False) -> None:
        told.append(rows)
        if len(told) == 2:
            if through == "export":
                cancel_export(export=ExportJob.objects.get(), actor_id=owner.pk)
            else:
                cancel(Job.objects.filter(name="exports.run"), actor_id=owner.pk)
                self.job._lease_until -= 100
        real(self, rows, last=last)

    monkeypatch.setattr(making._Telling, "tell", tell)
    run_batch(Group.HEAVY)

    export.refresh_from_db()
    assert len(told) == 2, "it stops at the next piece"
    assert (export.state, export.file_url, stored()) == ("cancelled", "", [])
    assert list((files.parent / "tmp").iterdir()) == []
    assert Job.objects.get(name="exports.run").state == "cancelled"
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active'"
            " AND datname = current_database()"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("at", ["between two pieces", "when it is stored"])
def test_cancelled_while_it_is_stored_it_leaves_no_file(
    exporting: MakeExporter, shop: Shop, owner: User, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    exporting()
    export = start(shop, owner)
    monkeypatch.setattr(making, "TELL_SECONDS", 0.0)

    def save_and_cancel(key: str, content: Any, *, beat: Any, **options: Any) -> None:
        def cancelling() -> None:
            cancel_export(export=export, actor_id=owner.pk)
            beat()

        if at == "between two pieces":
            save(key, content, beat=cancelling, **options)
        else:
            save(key, content, beat=beat, **options)
            cancel_export(export=export, actor_id=owner.pk)

    monkeypatch.setattr(making, "save", save_and_cancel)
    run_batch(Group.HEAVY)

    export.refresh_from_db()
    assert (export.state, export.file_url, stored()) == ("cancelled", "", [])


KILLED = """
import os, signal, sys, django
django.setup()
from django.core.management import call_command
from foundation.exports import making
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
real = making.save
if sys.argv[1] == "writing":
    making._Telling.tell = die
elif sys.argv[1] == "storing":
    making._Storing.__call__ = die
else:
    making.save = lambda *a, **k: (real(*a, **k), die())
call_command("work", "--group", "heavy", "--until-idle")
"""


@pytest.mark.parametrize("at", ["storing", "stored"])
def test_after_a_kill_it_starts_over_and_the_half_file_is_gone(
    shop: Shop, files: Path, everywhere: dict[str, str], at: str
) -> None:
    """A real process, really killed: in the midst of the rows, or of the storing, or behind it."""
    export = start(shop, None, "pricing.ledger")
    place = database.settings_dict
    environment = os.environ | {
        "DATABASE_URL": "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**place),
        "VAR_DIR": str(files.parent),
        **everywhere,
    }
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", KILLED, at]
    killed = subprocess.run(command, env=environment, cwd=root, check=False)  # noqa: S603 -- our own
    assert killed.returncode == -signal.SIGKILL
    export.refresh_from_db()
    assert export.state == "running"
    assert len(stored()) == (1 if at == "stored" else 0)
    assert not list((files.parent / "tmp").iterdir())

    pass_time(5)
    assert sweep()["expired"] == 1
    settle()
    export.refresh_from_db()
    assert (export.state, stored()) == ("done", [export.file_url])
    assert Job.objects.get(name="exports.run").attempts == 2


def test_a_worker_silent_beyond_its_lease_does_not_spoil_the_other_s_file(
    exporting: MakeExporter, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporting()
    export = start(shop)
    inside, go_on = Event(), Event()
    calls: list[str] = []

    def slow_save(key: str, content: Any, **options: Any) -> None:
        calls.append(key)
        if len(calls) == 1:
            inside.set()
            assert go_on.wait(20)
        save(key, content, **options)

    monkeypatch.setattr(making, "save", slow_save)

    def first() -> None:
        try:
            run_batch(Group.HEAVY)
        finally:
            database.close()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(first)
        assert inside.wait(20)
        pass_time(5)
        assert sweep()["expired"] == 1
        run_batch(Group.HEAVY)
        export.refresh_from_db()
        assert export.state == "done"
        go_on.set()
        slow.result(20)

    before = (export.file_url, export.sha256)
    export.refresh_from_db()
    assert (export.state, export.file_url, export.sha256) == ("done", *before)
    assert stored() == [export.file_url]


def test_two_workers_make_each_file_once(exporting: MakeExporter, shop: Shop) -> None:
    exporting()
    exports = [start(shop, None, q=str(n)) for n in range(6)]

    def one() -> None:
        try:
            while run_batch(Group.HEAVY):
                pass
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(one) for _ in range(2)]:
            future.result(60)

    for export in exports:
        export.refresh_from_db()
    assert {export.state for export in exports} == {"done"}
    assert stored() == sorted(export.file_url for export in exports)
    assert set(Job.objects.filter(name="exports.run").values_list("attempts", flat=True)) == {1}


def test_a_bug_is_said_on_the_export_and_a_replay_heals_it(
    exporting: MakeExporter, shop: Shop
) -> None:
    exporting(Column("x", Func(Value("nonsense"), function="to_number"), plain=True))
    export = start(shop)
    settle()
    export.refresh_from_db()
    assert export.state == "failed"
    assert export.error.startswith("ProgrammingError:")
    assert Alert.objects.get().key == f"dead:exports.run:{shop.pk}"

    exporting()
    pass_time(15)
    sweep()
    settle()
    export.refresh_from_db()
    assert (export.state, export.error, len(stored())) == ("done", "", 1)


def test_a_full_disk_is_tried_again(
    exporting: MakeExporter, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporting()
    export = start(shop)
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "TemporaryFile", lambda **_: FULL.open("wb"))
        run_batch(Group.HEAVY)
    job = Job.objects.get(name="exports.run")
    assert (job.state, job.failure_kind) == ("queued", "transient")
    assert "No space left on device" in job.error
    export.refresh_from_db()
    assert (export.state, export.error) == ("queued", job.error)

    pass_time(6)
    settle()
    export.refresh_from_db()
    assert (export.state, export.error, stored()) == ("done", "", [export.file_url])


def test_while_the_bucket_is_down_it_waits_and_says_why(
    exporting: MakeExporter, shop: Shop, s3_endpoint: str, settings: Settings
) -> None:
    """The very bucket: first nobody is at its address, then our key is wrong, then all is well."""
    exporting()
    export = start(shop)
    bucket = storage_servers.new_bucket(s3_endpoint)
    right = storage_servers.storage_of(s3_endpoint, bucket)
    nobody = storage_servers.storage_of("http://127.0.0.1:9", bucket)
    missing = storage_servers.storage_of(s3_endpoint, "no-such-bucket")
    for place, said in (
        (nobody, f"(bucket {bucket} at http://127.0.0.1:9) does not answer"),
        (missing, "There is no bucket no-such-bucket"),
    ):
        with override_settings(STORAGES={**settings.STORAGES, "default": place}):
            run_batch(Group.HEAVY)
        export.refresh_from_db()
        job = Job.objects.get(name="exports.run")
        assert said in export.error
        assert (export.state, job.state, job.error) == ("queued", "queued", export.error)
        assert "It is tried again" in job.error
        assert storage_servers.SECRET not in job.error
        sql("UPDATE work_job SET run_after = now() - interval '1 s' WHERE state = 'queued'")
    assert AuditEvent.objects.filter(verb__startswith="exports.export.queued").count() == 0
    with override_settings(STORAGES={**settings.STORAGES, "default": right}):
        settle()
        export.refresh_from_db()
        assert (export.state, export.error, stored()) == ("done", "", [export.file_url])


@pytest.mark.usefixtures("everywhere")
def test_what_no_export_knows_is_swept(
    exporting: MakeExporter, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporting()
    export = start(shop)
    settle()
    export.refresh_from_db()
    stray = f"exports/{shop.pk}/{uuid4()}/7-1.csv"
    other = f"price-lists/{shop.pk}/{uuid4()}.csv"
    for key in (stray, other):
        save(key, io.BytesIO(b"x"))
    assert sweep_unknown() == 0, "young ones may belong to a worker that is about to note them"
    monkeypatch.setattr(services, "UNKNOWN_AFTER", dt.timedelta(days=-1))
    assert sweep_unknown() == 1
    assert stored() == [export.file_url]
    assert stat(other).size == 1


@pytest.mark.usefixtures("everywhere")
def test_old_files_go_and_the_record_stays(exporting: MakeExporter, shop: Shop) -> None:
    exporting()
    old, young = start(shop, q="a"), start(shop, q="b")
    settle()
    sql("UPDATE export_job SET expires_at = now() - interval '1 s' WHERE id = %s", old.pk)
    assert expire_files() == 1
    assert expire_files() == 0

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, old.file_url, old.processed_records) == ("expired", "", 1)
    assert (young.state, stored()) == ("done", [young.file_url])


@pytest.mark.parametrize("count", [1, 3])
def test_pruning_asks_the_same_for_one_and_three_that_are_well(
    exporting: MakeExporter, shop: Shop, count: int, django_assert_num_queries: Any
) -> None:
    exporting()
    for n in range(count):
        start(shop, q=str(n))
    settle()
    with django_assert_num_queries(3):
        assert expire_files() + settle_strays() == 0


def test_an_export_that_lost_its_job_is_settled(
    exporting: MakeExporter, shop: Shop, owner: User
) -> None:
    exporting()
    export, waiting = start(shop, owner, q="a"), start(shop, owner, q="b")
    cancel(Job.objects.filter(pk=export.work_job_id or 0))
    assert settle_strays() == 0, "one that has just been asked for gets a moment"
    sql("UPDATE export_job SET created_at = now() - interval '5 min'")
    assert settle_strays() == 1

    export.refresh_from_db()
    waiting.refresh_from_db()
    assert (export.state, waiting.state) == ("cancelled", "queued")


def test_the_statement_is_one_copy_with_a_header(exporting: MakeExporter, shop: Shop) -> None:
    columns = (Column("the name", "name", plain=True),)
    sql_text, _ = copy_statement(exporting(*columns), shop.pk, {})
    assert re.fullmatch(
        r'COPY \(SELECT "the name" AS "the name" FROM \(SELECT .+\) AS exported \("the name"\)\)'
        r" TO STDOUT WITH \(FORMAT csv, HEADER\)",
        sql_text,
    )
