"""Designs: made, changed, previewed, never shown to anybody else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from orders.artwork import document as documents
from orders.contracts import Refused
from orders.designs import services
from orders.designs.services import change_design, create_design, delete_design
from orders.enums import DesignStatus
from orders.models import Design, PrintSize
from orders.people import allowances
from orders.people.callers import Caller
from orders.renders import previews
from orders.renders.previews import preview, preview_key
from tests.factories import PASSWORD

from . import shop as makers

pytestmark = pytest.mark.django_db


def test_a_design_is_kept_as_canonical_json_with_both_sums(caller: Caller, size: PrintSize) -> None:
    design = makers.design_for(caller, size, name={"text": "Bella"})
    read = documents.read_document(design.document)
    assert (design.checksum, design.digest) == (documents.checksum(read), documents.digest(read))
    assert documents.to_json(read) == design.document
    assert design.document["name"]["text"] == "Bella"
    assert (design.status, design.visitor, design.customer) == ("draft", caller.visitor, None)


def test_saying_the_same_again_changes_nothing(caller: Caller, size: PrintSize) -> None:
    design = makers.design_for(caller, size)
    before = Design.objects.values().get()
    change_design(caller=caller, design_id=design.pk, document=design.document, size_id=size.pk)
    assert Design.objects.values().get() == before


def test_what_somebody_else_said_meanwhile_is_not_said_again(
    caller: Caller, size: PrintSize, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the lock another tab says the same and finalises."""
    design = makers.design_for(caller, size)
    document = {**design.document, "background": {"kind": "plain", "colours": ["#00ff00"]}}
    read = documents.read_document(document)
    said = {
        "document": documents.to_json(read),
        "checksum": documents.checksum(read),
        "digest": documents.digest(read),
    }
    rows, locked = Design.objects.filter(pk=design.pk), services.design_locked

    def late(caller: Caller, design_id: Any) -> Design:
        rows.update(**said, status=DesignStatus.QUEUED)
        return locked(caller, design_id)

    monkeypatch.setattr(services, "design_locked", late)
    changed = change_design(caller=caller, design_id=design.pk, document=document)
    assert (changed.status, changed.digest) == (DesignStatus.QUEUED, said["digest"])
    assert rows.get().status == DesignStatus.QUEUED


def test_a_changed_size_is_kept(caller: Caller, size: PrintSize) -> None:
    larger = makers.sell(caller.print_shop.shop, size="9 x 12 cm", mm=(90, 120))
    design = makers.design_for(caller, size)
    assert change_design(caller=caller, design_id=design.pk, size_id=larger.pk).size == larger


def test_a_photo_of_somebody_else_makes_no_design(caller: Caller, size: PrintSize) -> None:
    other = makers.visit(caller.print_shop)
    photo = makers.photo_for(other)
    with pytest.raises(Refused) as refused:
        create_design(caller=caller, size_id=size.pk, photo_id=photo.pk)
    assert refused.value.code == "no-such-photo"
    design = makers.design_for(caller, size)
    stolen = {**design.document, "photo": {**design.document["photo"], "id": str(photo.pk)}}
    with pytest.raises(Refused) as refused:
        change_design(caller=caller, design_id=design.pk, document=stolen)
    assert refused.value.code == "no-such-photo"
    assert Design.objects.get().photo == design.photo


def test_what_is_not_sold_cannot_be_designed(caller: Caller, size: PrintSize) -> None:
    photo = makers.photo_for(caller)
    size.product.active = False
    size.product.save()
    with pytest.raises(Refused) as refused:
        create_design(caller=caller, size_id=size.pk, photo_id=photo.pk)
    assert refused.value.code == "size-gone"
    assert not Design.objects.exists()


def test_a_design_of_somebody_else_is_not_there(caller: Caller, size: PrintSize) -> None:
    design = makers.design_for(caller, size)
    other = makers.visit(caller.print_shop)
    for act in (
        lambda: change_design(caller=other, design_id=design.pk, size_id=size.pk),
        lambda: delete_design(caller=other, design_id=design.pk),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "no-such-design"
    assert Design.objects.get().deleted_at is None


def test_a_browser_without_cookie_has_no_designs(caller: Caller, size: PrintSize) -> None:
    makers.design_for(caller, size)
    assert caller.designs().count() == 1
    assert not Caller(print_shop=caller.print_shop).designs().exists()


def test_a_preview_is_drawn_once(caller: Caller, size: PrintSize, files: Path) -> None:
    design = makers.design_for(caller, size)
    first = preview(caller=caller, design=design)
    assert (first.width, first.height, first.known) == (800, 1067, False)
    assert (files / first.key).read_bytes()[8:12] == b"WEBP"
    with mock.patch.object(previews, "draw_preview") as draw:
        second = preview(caller=caller, design=Design.objects.select_related("photo").get())
    assert (second.key, second.known, draw.called) == (first.key, True, False)
    assert Design.objects.get().preview_image_url == first.key


def test_a_preview_follows_the_design(caller: Caller, size: PrintSize) -> None:
    design = makers.design_for(caller, size)
    first = preview(caller=caller, design=design)
    changed = change_design(
        caller=caller,
        design_id=design.pk,
        document={**design.document, "background": {"kind": "plain", "colours": ["#ff0000"]}},
    )
    second = preview(caller=caller, design=changed)
    assert (second.known, second.key != first.key) == (False, True)


def test_two_customers_share_no_preview_even_with_one_crc32(
    caller: Caller, size: PrintSize, monkeypatch: pytest.MonkeyPatch, files: Path
) -> None:
    """The same photo's bytes, the same document but for its colours, and a forced collision."""
    monkeypatch.setattr("orders.designs.services.checksum", lambda _document: 7)
    mine = makers.design_for(caller, size)
    other = makers.visit(caller.print_shop)
    theirs = makers.design_for(other, size, background={"kind": "plain", "colours": ["#00ff00"]})
    assert (mine.checksum, theirs.checksum) == (7, 7)
    keys = [
        preview(caller=mine_or, design=design).key
        for mine_or, design in ((caller, mine), (other, theirs))
    ]
    assert len(set(keys)) == 2
    assert (files / keys[0]).read_bytes() != (files / keys[1]).read_bytes()


def test_a_changed_design_is_noticed_although_its_crc32_is_the_same(
    caller: Caller, size: PrintSize, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.designs.services.checksum", lambda _document: 7)
    design = makers.design_for(caller, size)
    before = preview_key(design)
    changed = change_design(
        caller=caller,
        design_id=design.pk,
        document={**design.document, "background": {"kind": "plain", "colours": ["#00ff00"]}},
    )
    assert changed.digest != design.digest
    assert preview_key(changed) != before


def test_one_document_of_two_owners_has_two_keys(caller: Caller, size: PrintSize) -> None:
    design = makers.design_for(caller, size)
    before = preview_key(design)
    design.visitor_id = makers.visit(caller.print_shop).visitor.pk  # type: ignore[union-attr]
    assert preview_key(design) != before


# --- over HTTP ---


@pytest.fixture
def browser(client: Client, caller: Caller) -> Client:
    """The caller's browser."""
    assert caller.visitor
    return makers.as_browser(client, caller.visitor)


def _post(client: Client, address: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(address, body or {}, content_type="application/json")


def test_a_new_browser_gets_its_cookie_with_the_first_photo(
    client: Client, size: PrintSize
) -> None:
    with Path(__file__).open("rb") as wrong:
        refused = client.post("/api/photos/", {"photo": wrong})
    assert (refused.status_code, refused.json()["code"]) == (422, "file-refused")
    cookie = refused.cookies["print_shop_visitor"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    file = SimpleUploadedFile("rex.jpg", makers.jpeg(), "image/jpeg")
    photo = client.post("/api/photos/", {"photo": file})
    assert (photo.status_code, dict(photo.cookies)) == (201, {})
    made = _post(client, "/api/designs/", {"size": str(size.pk), "photo": photo.json()["id"]})
    assert made.status_code == 201
    assert made["Location"] == f"/api/designs/{made.json()['id']}/"
    assert made.json()["resolution"]["level"] in {"excellent", "good", "soft", "too_small"}
    shown = _post(client, f"/api/designs/{made.json()['id']}/preview/").json()
    assert (shown["width"], shown["height"], shown["cached"]) == (800, 1067, False)
    picture = client.get(shown["preview_image_url"])
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/webp")


def test_designs_of_others_are_404_at_every_address(
    browser: Client, caller: Caller, size: PrintSize
) -> None:
    design = makers.design_for(makers.visit(caller.print_shop), size)
    here = f"/api/designs/{design.pk}/"
    answers = [
        browser.get(here),
        browser.patch(here, {"size": str(size.pk)}, content_type="application/json"),
        browser.delete(here),
        _post(browser, f"{here}preview/"),
        _post(browser, f"{here}preview/?quality=high"),
        _post(browser, f"{here}finalize/"),
        browser.get(f"/api/designs/{uuid4()}/"),
    ]
    assert [each.status_code for each in answers] == [404] * 7
    assert browser.get("/api/designs/").json()["items"] == []
    assert Design.objects.get().deleted_at is None


def test_what_is_wrong_in_a_document_is_named(
    browser: Client, caller: Caller, size: PrintSize
) -> None:
    design = makers.design_for(caller, size)
    document = {**design.document, "name": {"text": "x" * 5_000}, "frame": {"kind": "cube"}}
    answer = _post(browser, f"/api/designs/{design.pk}/preview/", {"document": document})
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [
        "#/document/frame/kind",
        "#/document/name/text",
    ]
    assert Design.objects.get().document == design.document


def test_flooding_is_told_to_wait_and_takes_nothing(
    browser: Client, caller: Caller, size: PrintSize, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = makers.design_for(caller, size)
    small = allowances.Bucket("drawing", capacity=2, per_second=0.5)
    monkeypatch.setattr(allowances.Cost.PREVIEW, "_value_", (small, 1.5))
    colours = iter(("#000001", "#000002"))

    def ask() -> Any:
        background = {"kind": "plain", "colours": [next(colours)]}
        document = {**design.document, "background": background}
        return _post(browser, f"/api/designs/{design.pk}/preview/", {"document": document})

    first, second = ask(), ask()
    assert (first.status_code, second.status_code) == (200, 429)
    assert second.json()["code"] == "too-many-requests"
    assert int(second["Retry-After"]) >= 1


def test_a_known_preview_is_answered_by_five_queries_and_no_lock(
    browser: Client,
    caller: Caller,
    size: PrintSize,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    design = makers.design_for(caller, size)
    preview(caller=caller, design=design)
    # The limit's transaction stands in the test's: two more, its savepoint.
    with django_assert_num_queries(5 + 2) as asked:
        answer = _post(browser, f"/api/designs/{design.pk}/preview/", {"document": design.document})
    assert (answer.status_code, answer.json()["cached"]) == (200, True)
    assert [each["sql"] for each in asked if "FOR UPDATE" in each["sql"]] == []


def test_a_change_from_another_site_is_refused(caller: Caller, size: PrintSize) -> None:
    design = makers.design_for(caller, size)
    assert caller.visitor
    strict = makers.as_browser(Client(enforce_csrf_checks=True), caller.visitor)
    answer = _post(strict, f"/api/designs/{design.pk}/finalize/")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf-failed")
    assert Design.objects.get().status == DesignStatus.DRAFT


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_as_many_queries_whatever_its_length(
    browser: Client,
    caller: Caller,
    size: PrintSize,
    number: int,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    for _ in range(number):
        makers.design_for(caller, size)
    with django_assert_num_queries(3):
        assert len(browser.get("/api/designs/").json()["items"]) == number


def test_staff_finds_designs_by_what_is_in_them(
    client: Client, caller: Caller, size: PrintSize, owner: Any
) -> None:
    makers.design_for(caller, size, frame={"kind": "heart"})
    wanted = makers.design_for(makers.visit(caller.print_shop), size, frame={"kind": "circle"})
    token = client.post(
        "/api/token/",
        {"email": owner.email, "password": PASSWORD},
        content_type="application/json",
    ).json()["access"]
    found = client.get("/api/designs/?frame=circle", headers={"Authorization": f"Bearer {token}"})
    assert [each["id"] for each in found.json()["items"]] == [str(wanted.pk)]
