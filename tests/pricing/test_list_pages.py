"""The pages of price lists: the door that a file comes in by, the report, the export."""

import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from catalog_sync.models import Variant
from foundation.exports.models import ExportJob
from foundation.shops.api import Role
from foundation.shops.models import Connection, Shop, User
from foundation.work.enums import Group
from foundation.work.models import Job
from foundation.work.runner import run_batch
from pricing.enums import LineVerdict, PriceFileState
from pricing.models import PriceFile, PriceFileLine, PricingJob
from pricing.views.files import VERDICTS
from tests import factories
from tests.pricing.page_fixtures import catalogue

pytestmark = pytest.mark.django_db

NEW, LIST = "/pricing/lists/new/", "/pricing/lists/"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The folder of the default storage."""
    place = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files", "base_url": None},
    }
    with override_settings(VAR_DIR=tmp_path, STORAGES={**settings.STORAGES, "default": place}):
        yield tmp_path


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    return catalogue(connection)


def logged_in(person: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(person)
    return client


def sent(client: Client, content: bytes, name: str = "prices.csv", **fields: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(NEW, {"file": file, "encoding": "utf-8", **fields})


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def ready(connection: Connection, variants: list[Variant], person: User) -> PriceFile:
    """Make a list with a line of each verdict, the first two of them taken."""
    file = PriceFile.objects.create(
        shop_id=connection.shop_id,
        connection=connection,
        name="spring.csv",
        state=PriceFileState.READY,
        lines=6,
        size=120,
        counts={"taken": 2, "unknown_sku": 1, "ambiguous": 1, "duplicate": 1, "invalid": 1},
        uploaded_by=person,
    )
    verdicts = ["taken", "taken", "unknown_sku", "ambiguous", "duplicate", "invalid"]
    for number, verdict in enumerate(verdicts):
        variant = variants[number] if verdict == "taken" else None
        PriceFileLine.objects.create(
            file=file,
            line=number + 2,
            sku=variant.sku if variant else f"=NO-{number}",
            price_text="=1+1" if verdict == "invalid" else "12,50",
            price=None if verdict == "invalid" else Decimal("12.50"),
            variant=variant,
            verdict=verdict,
            message="A formula, not a price." if verdict == "invalid" else "",
        )
    return file


# -- the door --------------------------------------------------------------------------------------


def test_a_file_is_taken_in_and_read(
    variants: list[Variant], connection: Connection, owner: User, files: Path
) -> None:
    client = logged_in(owner)
    answer = sent(client, b"sku;price\nSKU-11;12,50\nNO;1\n", connection=str(connection.pk))
    file = PriceFile.objects.get()
    page = reverse("pricing:file", kwargs={"file_id": file.pk})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert (file.state, file.name, file.uploaded_by_id) == ("reading", "prices.csv", owner.pk)
    assert left(files) == [f"{file.pk}.csv"]

    seen = text_of(client.get(page))
    assert "Each line is being checked" in seen
    assert f'data-live-topic="pricing.list.{file.pk}"' in seen
    assert 'data-live-topic="pricing.lists"' in text_of(client.get(LIST))

    run_batch(Group.HEAVY)
    fragment = client.get(page, headers={"HX-Request": "true"})
    assert fragment["HX-Refresh"] == "true"
    seen = text_of(client.get(page))
    assert f'href="{reverse("pricing:new")}?price_file={file.pk}"' in seen
    assert "data-live-topic" not in seen.partition('id="list-status"')[2]
    assert [line.variant for line in file.rows.order_by("line")] == [variants[0], None]
    assert left(files) == []


def test_a_file_that_is_too_large_is_not_even_read(
    connection: Connection, owner: User, files: Path, settings: Settings
) -> None:
    client = logged_in(owner)
    settings.PRICING_LIST_MAX_BYTES = 1024
    # Larger than may be with all that a form has around a file: refused by its head.
    answer = sent(client, b"sku,price\n" + b"x,1\n" * 50_000, connection=str(connection.pk))
    assert answer.status_code == 413
    assert "The file is larger than 1.0 KB. Leave columns out" in text_of(answer)
    # A little larger: refused by its own size.
    answer = sent(client, b"sku,price\n" + b"x,1\n" * 500, connection=str(connection.pk))
    assert answer.status_code == 422
    assert "The file is larger than 1.0 KB. Leave columns out" in text_of(answer)
    assert (PriceFile.objects.count(), Job.objects.count(), left(files)) == (0, 0, [])


@pytest.mark.usefixtures("connection")
def test_a_hundred_megabytes_are_refused_by_the_head_alone(owner: User, files: Path) -> None:
    class Endless(io.RawIOBase):
        """A body that counts what is taken of it."""

        taken = 0

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= 65_536
            self.taken += size
            return b"x" * size

    body = Endless()
    answer = logged_in(owner).generic(
        "POST",
        NEW,
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(100 * 1024 * 1024),
        **{"wsgi.input": body},  # type: ignore[arg-type]  # typed as headers only
    )
    assert answer.status_code == 413
    assert "larger than 64.0 MB" in text_of(answer)
    # Read to its end in pieces, so that the browser comes to show the answer; none of it is kept.
    assert body.taken == 100 * 1024 * 1024
    assert (PriceFile.objects.count(), left(files)) == (0, [])


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "prices.csv", "The file is empty: nothing was stored."),
        (b"PK\x03\x04rest", "prices.xlsx", "This is a workbook or a zip file, not a CSV."),
        (b"\xd0\xcf\x11\xe0rest", "prices.xls", "This is a workbook of an older Excel"),
        (b"%PDF-1.7", "prices.csv", "This is a PDF, not a CSV."),
        (b"a", "x" * 250 + ".csv", "give it a shorter one"),
    ],
)
def test_what_is_plainly_no_list_is_refused_at_the_field(
    connection: Connection, owner: User, files: Path, content: bytes, name: str, said: str
) -> None:
    answer = sent(logged_in(owner), content, name, connection=str(connection.pk))
    assert (answer.status_code, said in text_of(answer)) == (422, True)
    assert (PriceFile.objects.count(), left(files)) == (0, [])


def test_nothing_comes_in_without_a_token_an_account_or_a_role(
    connection: Connection, shop: Shop, owner: User, stranger: User, files: Path
) -> None:
    content, account = b"sku,price\nA,1\n", str(connection.pk)
    assert sent(logged_in(owner, enforce_csrf_checks=True), content).status_code == 403
    viewer = factories.member("vera.viewer@example.com", shop, Role.VIEWER)
    assert sent(logged_in(viewer), content, connection=account).status_code == 403
    assert sent(Client(), content, connection=account).status_code == 302
    # A stranger has no account of ours to choose; nor has anybody a foreign one.
    assert sent(logged_in(stranger), content, connection=account).status_code == 422
    assert sent(logged_in(owner), content, connection="nonsense").status_code == 422
    assert sent(logged_in(owner), content, encoding="utf-7").status_code == 422
    assert logged_in(owner).post(NEW).status_code == 422
    assert (PriceFile.objects.count(), Job.objects.count(), left(files)) == (0, 0, [])


def test_a_token_of_the_form_opens_the_door(connection: Connection, owner: User) -> None:
    client = logged_in(owner, enforce_csrf_checks=True)
    page = client.get(NEW).content.decode()
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    answer = sent(
        client, b"sku,price\nA,1\n", connection=str(connection.pk), csrfmiddlewaretoken=token
    )
    assert (answer.status_code, PriceFile.objects.count()) == (302, 1)


# -- the report ------------------------------------------------------------------------------------


def test_the_report_says_of_each_line_what_to_do(
    connection: Connection, variants: list[Variant], owner: User
) -> None:
    file = ready(connection, variants, owner)
    page = reverse("pricing:file", kwargs={"file_id": file.pk})
    client = logged_in(owner)
    whole = text_of(client.get(page))
    assert set(VERDICTS) == set(LineVerdict)
    for verdict in VERDICTS.values():
        assert f"{verdict} <span" in whole
    assert "Mend the line in the file and upload it again." in whole
    only = text_of(client.get(f"{page}?show=invalid"))
    assert ("=NO-5" in only, "SKU-11" in only) == (True, False)
    assert "SKU-11" in text_of(client.get(f"{page}?show=nonsense"))


def test_another_shop_s_list_is_not_there(
    connection: Connection, variants: list[Variant], owner: User, stranger: User
) -> None:
    file = ready(connection, variants, owner)
    for name in ("file", "file_delete"):
        url = reverse(f"pricing:{name}", kwargs={"file_id": file.pk})
        client = logged_in(stranger)
        answer = client.get(url) if name == "file" else client.post(url)
        assert answer.status_code == 404
        assert "spring" not in answer.content.decode()
    assert PriceFile.objects.filter(pk=file.pk).exists()
    posted = {"file": str(file.pk)}
    logged_in(stranger).post(reverse("exports:start", args=["pricing.list_lines"]), posted)
    assert ExportJob.objects.count() == 0


def test_only_an_unused_list_is_deleted_and_only_by_an_editor(
    connection: Connection, variants: list[Variant], owner: User, shop: Shop
) -> None:
    file = ready(connection, variants, owner)
    delete = reverse("pricing:file_delete", kwargs={"file_id": file.pk})
    viewer = logged_in(factories.member("vera.viewer@example.com", shop, Role.VIEWER))
    assert viewer.post(delete).status_code == 403
    assert delete not in text_of(viewer.get(reverse("pricing:file", args=[file.pk])))
    job = PricingJob.objects.create(shop=shop, connection=connection, name="x", price_file=file)
    answer = logged_in(owner).post(delete, follow=True)
    assert "A price job was planned with this list" in text_of(answer)
    assert file.rows.count() == 6
    job.delete()
    assert "is deleted with its lines" in text_of(logged_in(owner).post(delete, follow=True))
    assert (PriceFile.objects.count(), PriceFileLine.objects.count()) == (0, 0)


def test_a_refused_list_says_why_and_a_stuck_one_what_now(
    connection: Connection, owner: User
) -> None:
    common = {"shop_id": connection.shop_id, "connection": connection, "name": "x.csv"}
    refused = PriceFile.objects.create(
        **common, state=PriceFileState.REFUSED, error="line 3: The row has 3 fields."
    )
    client = logged_in(owner)
    seen = text_of(client.get(reverse("pricing:file", args=[refused.pk])))
    assert "line 3: The row has 3 fields." in seen
    job = Job.objects.create(name="pricing.read_list", group="heavy", shop=refused.shop)
    stuck = PriceFile.objects.create(**common, work_job_id=job.pk)
    page = reverse("pricing:file", args=[stuck.pk])
    told = {
        "queued": "waiting to begin",
        "cancelled": "Its job was cancelled. Delete the list and upload it again.",
        "dead": "Reading has stopped and does not go on by itself. Disk full.",
    }
    for state, said in told.items():
        Job.objects.filter(pk=job.pk).update(
            state=state, error="Disk full." if state == "dead" else ""
        )
        seen = text_of(client.get(page)).replace("<strong>", "").replace("</strong><p>", " ")
        assert said in seen, state


def test_the_report_is_exported_by_verdict(
    connection: Connection, variants: list[Variant], owner: User
) -> None:
    file = ready(connection, variants, owner)
    client = logged_in(owner)
    start = reverse("exports:start", args=["pricing.list_lines"])
    client.post(start, {"file": str(file.pk), "verdict": "invalid"})
    export = ExportJob.objects.get()
    assert export.params == {"file": str(file.pk), "name": "spring.csv", "verdict": "invalid"}
    assert "spring.csv: the line cannot be read" in text_of(client.get("/exports/"))
    client.post(start, {"file": str(file.pk), "verdict": "nonsense"})
    assert ExportJob.objects.count() == 1


# -- what they cost --------------------------------------------------------------------------------


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    items: int,
    connection: Connection,
    owner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = logged_in(owner)
    for _ in range(items):
        ready(connection, catalogue(connection, 1, first=PriceFile.objects.count() + 1), owner)
    with django_assert_num_queries(6):
        client.get(LIST)


@pytest.mark.parametrize("shown", ["taken", "unknown_sku"])
def test_the_report_costs_the_same_for_few_and_many_lines(
    shown: str,
    connection: Connection,
    variants: list[Variant],
    owner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = logged_in(owner)
    file = ready(connection, variants, owner)
    with django_assert_num_queries(7):
        client.get(f"{reverse('pricing:file', args=[file.pk])}?show={shown}")


def test_the_lines_are_leafed_through_in_their_order(
    connection: Connection, variants: list[Variant], owner: User
) -> None:
    file = ready(connection, variants, owner)
    PriceFileLine.objects.bulk_create(
        PriceFileLine(file=file, line=number, sku=f"N-{number}", verdict="unknown_sku")
        for number in range(100, 200)
    )
    client, page = logged_in(owner), reverse("pricing:file", args=[file.pk])
    seen: list[str] = []
    url: str | None = page
    while url:
        html = client.get(url).content.decode()
        found = html.split('<span class="fr-mono fr-nowrap">')[1:]
        seen += [part.partition("<")[0] for part in found]
        follow = html.partition('rel="next" href="')[2].partition('"')[0]
        url = page + follow.replace("&amp;", "&").partition("#")[0] if follow else None
    numbers = [int(sku[2:]) for sku in seen if sku.startswith("N-")]
    assert numbers == list(range(100, 200))


def test_a_list_that_cannot_be_stored_is_said_so(
    connection: Connection, owner: User, files: Path
) -> None:
    files.joinpath("files").write_text("a file where the folder should be")
    content = b"sku,price\nA,1.00\n"
    answer = sent(logged_in(owner), content, connection=str(connection.pk))
    assert answer.status_code == 503
    assert "It could not be stored now. Nothing was kept; try again soon." in text_of(answer)
    assert (PriceFile.objects.count(), Job.objects.count()) == (0, 0)
