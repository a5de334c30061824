"""Which shop, and what one may do in it."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from foundation.shops.api import Role, set_role
from foundation.shops.models import Shop, User
from tests import factories

from .conftest import THINGS, Caller, program_of, things, told

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.rest.urls")]


@pytest.fixture
def second(owner: User, shop: Shop) -> Shop:
    """Another shop of the same owner; the first is first by name, too."""
    assert shop.name == "Demo"
    return factories.shop("Second", owner)


def test_a_program_of_one_shop_needs_to_say_nothing(
    program: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):  # the person, the memberships, the things
        answer = program.get(THINGS)
    assert answer.json() == {"items": [], "next": None, "previous": None}


def test_a_program_of_several_shops_must_say_which(owner: User, shop: Shop, second: Shop) -> None:
    answer = program_of(owner).get(THINGS)
    assert told(answer) == {
        "type": "/api/problems/shop-not-chosen",
        "title": "Shop not chosen",
        "status": 400,
        "detail": "You belong to 2 shops: say which by the header X-Shop with one of these ids.",
        "instance": "/api/things/",
        "code": "shop-not-chosen",
        "shops": [
            {"id": str(shop.pk), "name": "Demo"},
            {"id": str(second.pk), "name": "Second"},
        ],
    }
    for of, reason in ((shop, "one"), (second, "two")):
        caller = program_of(owner, X_Shop=str(of.pk))
        assert caller.send(THINGS, {"reason": reason}).status_code == 201
        assert caller.get(THINGS).json()["items"] == [{"reason": reason}]


def test_a_shop_of_strangers_is_not_there(program: Caller, stranger: User) -> None:
    foreign = Shop.objects.for_user(stranger).get()
    for method in ("GET", "POST"):
        answer = program.send(THINGS, {"reason": "x"}, method, X_Shop=str(foreign.pk))
        assert told(answer) == {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "The header X-Shop names no shop that you belong to.",
            "instance": "/api/things/",
            "code": "not-found",
        }
    assert things() == []


def test_the_header_must_be_an_id(program: Caller) -> None:
    assert told(program.get(THINGS, headers={"X-Shop": "Demo"}))["code"] == "bad-shop-header"


def test_a_browser_works_in_its_own_shop_or_in_the_named_one(
    owner: User, shop: Shop, second: Shop
) -> None:
    browser = Client()
    browser.force_login(owner)
    browser.post("/shop/", {"shop": second.pk})
    json = "application/json"
    assert browser.post(THINGS, {"reason": "here"}, json).status_code == 201
    assert browser.get(THINGS).json()["items"] == [{"reason": "here"}]
    assert browser.get(THINGS, headers={"X-Shop": str(shop.pk)}).json()["items"] == []


def test_a_token_counts_more_than_the_session(program: Caller, stranger: User) -> None:
    program.force_login(stranger)
    assert program.send(THINGS, {"reason": "x"}).status_code == 201
    assert program_of(stranger).get(THINGS).json()["items"] == []
    program.defaults["HTTP_AUTHORIZATION"] = "Bearer nonsense"
    assert program.get(THINGS).status_code == 401


@pytest.fixture
def as_role(shop: Shop, colleague: User) -> Callable[[Role], Caller]:
    """The colleague's program, the colleague having a role."""

    def make(role: Role) -> Caller:
        set_role(shop_id=shop.pk, user=colleague, role=role, actor_id=None)
        return program_of(colleague)

    return make


def test_a_role_is_asked_for_by_method(as_role: Callable[[Role], Caller]) -> None:
    viewer = as_role(Role.VIEWER)
    assert viewer.get(THINGS).status_code == 200
    assert viewer.head(THINGS).status_code == 200
    assert told(viewer.send(THINGS, {"reason": "x"})) == {
        "type": "/api/problems/role-too-weak",
        "title": "Role too weak",
        "status": 403,
        "detail": "This needs the role editor in Demo; yours is viewer. Ask an owner.",
        "instance": "/api/things/",
        "code": "role-too-weak",
    }
    assert things() == []
    assert as_role(Role.APPROVER).send(THINGS, {"reason": "x"}).status_code == 201


def test_one_role_is_for_all_methods(
    as_role: Callable[[Role], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.rest.urls.Things.role", Role.OWNER)
    assert as_role(Role.APPROVER).get(THINGS).status_code == 403
    assert as_role(Role.OWNER).get(THINGS).status_code == 200


def test_a_method_that_was_forgotten_is_the_owners(
    as_role: Callable[[Role], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.rest.urls.Things.role", {"GET": Role.VIEWER})
    assert as_role(Role.APPROVER).send(THINGS, {"reason": "x"}).status_code == 403
    assert as_role(Role.OWNER).send(THINGS, {"reason": "x"}).status_code == 201
