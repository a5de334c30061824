"""Designs on pages: begin, change without script, copy, throw away; everything for its owner."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from orders.artwork.document import read_document, to_json
from orders.models import Design, Photo, PrintProduct, PrintSize
from orders.people.allowances import Cost, spend
from tests.orders import shop as makers

from .conftest import Browser

pytestmark = pytest.mark.django_db
NEW = "/print-shop/design/"


def photo(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("rex.jpg", content or makers.jpeg(), content_type="image/jpeg")


def test_a_photo_becomes_a_design_without_script(size: PrintSize) -> None:
    client = Client()
    answer = client.post(NEW, {"size": str(size.pk), "photo": photo()})
    design = Design.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{NEW}{design.pk}/")
    assert (design.size_id, design.photo.name) == (size.pk, "rex.jpg")
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"photo": "none"}, "Choose a photo first."),
        ({"size": "x"}, "Choose a product and a size."),
        ({"size": str(uuid4())}, "is not sold here"),
        ({"photo": photo(b"GIF89a" + bytes(90))}, "JPEG"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(
    size: PrintSize, form: dict[str, Any], said: str
) -> None:
    answer = Client().post(NEW, {"size": str(size.pk), "photo": photo(), **form})
    page = answer.content.decode()
    assert (answer.status_code, said in page) == (422, True)
    assert 'role="alert"' in page
    assert (Design.objects.count(), "<script>alert" in page) == (0, False)


def test_too_many_photos_are_refused_with_the_seconds(browser: Browser, size: PrintSize) -> None:
    spend(browser.caller.keys, Cost.PHOTO, times=9.5)
    answer = browser.client.post(NEW, {"size": str(size.pk), "photo": photo()})
    assert answer.status_code == 429
    assert "Try again in" in answer.content.decode()
    assert (Photo.objects.count(), Design.objects.count()) == (0, 0)


def test_the_designers_form_keeps_what_is_chosen(browser: Browser, design: Design) -> None:
    before = to_json(read_document(design.document))
    answer = browser.client.post(
        f"{NEW}{design.pk}/",
        {
            "size": str(design.size_id),
            "photo.zoom": "1.5",
            "photo.rotation": "not a number",
            "frame.kind": "heart",
            "frame.colour": "#B9BEC8",
            "backdrop": "gradient #fdeecb #f3b477",
            "name.text": "  Sir   Rex ",
            "text.text": "",
            "unknown.field": "x",
        },
    )
    assert answer.status_code == 302
    after = Design.objects.get(pk=design.pk).document
    assert after == {
        **before,
        "photo": {**before["photo"], "zoom": 1.5},
        "frame": {**before["frame"], "kind": "heart", "colour": "#b9bec8"},
        "background": {"kind": "gradient", "colours": ["#fdeecb", "#f3b477"]},
        "name": {**before["name"], "text": "Sir Rex"},
    }


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"frame.kind": "skull"}, "Choose one of"),
        ({"name.text": "x" * 500}, "Shorten it to 40 characters"),
        ({"photo.zoom": "1e309"}, "Enter a number from 1 to 8"),
        ({"name.font": "comic"}, "Choose one of"),
    ],
)
def test_what_cannot_be_meant_changes_nothing(
    browser: Browser, design: Design, form: dict[str, str], said: str
) -> None:
    answer = browser.client.post(f"{NEW}{design.pk}/", form)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert Design.objects.get(pk=design.pk).document == design.document


def test_letters_that_no_font_has_are_named(browser: Browser, size: PrintSize) -> None:
    design = makers.design_for(browser.caller, size, name={"text": "Rex \U00012345"})
    page = browser.client.get(f"{NEW}{design.pk}/").content.decode()
    assert '<strong id="lost-letters">\U00012345 (U+12345)</strong>' in page
    answer = browser.client.get(f"{NEW}{design.pk}/letters/")
    assert answer.json() == {"lost": ["\U00012345 (U+12345)"]}
    assert answer["Cache-Control"] == "private, no-store"


def test_a_product_that_is_gone_is_said_and_cannot_be_ordered(
    browser: Browser, design: Design
) -> None:
    PrintProduct.objects.filter(pk=design.size.product_id).update(active=False)
    page = browser.client.get(f"{NEW}{design.pk}/").content.decode()
    assert "is no longer sold. Your design is kept" in page
    assert '<button class="button big" disabled>Order this print</button>' in page
    answer = browser.client.post(f"{NEW}{design.pk}/order/")
    assert (answer.status_code, "no longer sold" in answer.content.decode()) == (409, True)


def test_the_picture_is_drawn_once_and_led_to(browser: Browser, design: Design) -> None:
    first = browser.client.get(f"{NEW}{design.pk}/picture/")
    assert (first.status_code, first["Location"].startswith("/files/")) == (302, True)
    picture: Any = browser.client.get(first["Location"])
    content = b"".join(picture) if picture.streaming else picture.content
    assert (picture["Content-Type"], content[8:12]) == ("image/webp", b"WEBP")
    key = Design.objects.get(pk=design.pk).preview_image_url
    assert browser.client.get(f"{NEW}{design.pk}/picture/").status_code == 302
    assert Design.objects.get(pk=design.pk).preview_image_url == key
    page = browser.client.get("/print-shop/designs/").content.decode()
    assert f"{NEW}{design.pk}/picture/" not in page


def test_copy_throw_away_and_take_back(browser: Browser, design: Design) -> None:
    answer = browser.client.post(f"{NEW}{design.pk}/copy/")
    copy = Design.objects.exclude(pk=design.pk).get()
    assert answer["Location"] == f"{NEW}{copy.pk}/"
    same = (copy.document, copy.size_id, copy.original_design_id, copy.visitor_id)
    assert same == (design.document, design.size_id, design.pk, design.visitor_id)

    answer = browser.client.post(f"{NEW}{design.pk}/throw-away/")
    assert answer["Location"] == f"/print-shop/designs/?thrown={design.pk}"
    assert browser.client.get(f"{NEW}{design.pk}/").status_code == 404
    page = browser.client.get(answer["Location"]).content.decode()
    assert (f"{NEW}{design.pk}/take-back/" in page, f'href="{NEW}{design.pk}/"' in page) == (
        True,
        False,
    )

    browser.client.post(f"{NEW}{design.pk}/take-back/")
    assert browser.client.get(f"{NEW}{design.pk}/").status_code == 200
    # What is there cannot be taken back, nor what is another's.
    assert browser.client.post(f"{NEW}{design.pk}/take-back/").status_code == 404


PATHS = [
    ("get", ""),
    ("post", ""),
    ("get", "picture/"),
    ("get", "letters/"),
    ("post", "order/"),
    ("post", "copy/"),
    ("post", "throw-away/"),
    ("post", "take-back/"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_guessed_design_is_nobodys(
    browser: Browser, other: Browser, elsewhere: Browser, design: Design, method: str, path: str
) -> None:
    def ask(client: Client, design_id: Any) -> tuple[int, bool]:
        answer = getattr(client, method)(f"{NEW}{design_id}/{path}")
        return answer.status_code, "Rex" in answer.content.decode()

    for client in (other.client, elsewhere.client, Client()):
        assert ask(client, design.pk) == (404, False)
    assert ask(browser.client, uuid4()) == (404, False)
    row = Design.objects.get()
    assert (row.deleted_at, row.document, row.status) == (None, design.document, "draft")


def test_empty_lists_teach(browser: Browser) -> None:
    page = browser.client.get("/print-shop/designs/").content.decode()
    assert "You have made nothing yet." in page
    page = browser.client.get("/print-shop/orders/").content.decode()
    assert "You have ordered nothing yet." in page


@pytest.mark.parametrize("designs", [1, 3])
def test_queries_of_my_designs(
    browser: Browser,
    size: PrintSize,
    designs: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(designs):
        makers.design_for(browser.caller, size)
    # The shop, the visitor, the designs.
    with django_assert_num_queries(3):
        page = browser.client.get("/print-shop/designs/").content.decode()
    assert page.count('class="tile"') == designs


@pytest.mark.parametrize("sizes", [1, 3])
def test_queries_of_the_designer(
    browser: Browser,
    design: Design,
    sizes: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(1, sizes):
        makers.sell(design.shop, size=f"Size {number}")
    # The shop, the visitor, the design; products and sizes.
    with django_assert_num_queries(5):
        assert browser.client.get(f"{NEW}{design.pk}/").status_code == 200
