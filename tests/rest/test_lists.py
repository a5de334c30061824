"""Lists as pages."""

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from .conftest import THINGS, Caller, told

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.rest.urls")]


def _read(program: Caller, url: str) -> tuple[list[str], str | None, str | None]:
    page = program.get(url).json()
    assert set(page) == {"items", "next", "previous"}
    return [each["reason"] for each in page["items"]], page["next"], page["previous"]


def test_there_and_back_again(program: Caller) -> None:
    for n in range(5):
        program.send(THINGS, {"reason": str(n)})
    items, after, before = _read(program, f"{THINGS}?limit=2&x=1")
    assert (items, before) == (["4", "3"], None)
    assert after is not None
    assert after.startswith("http://testserver/api/things/?limit=2&x=1&after=")
    items, last, back = _read(program, after)
    assert items == ["2", "1"]
    assert last is not None
    assert back is not None
    items, none, before_last = _read(program, last)
    assert (items, none) == (["0"], None)
    assert before_last is not None
    assert _read(program, back)[0] == ["4", "3"]
    assert _read(program, before_last)[0] == ["2", "1"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_length_of_a_list_costs_nothing(
    program: Caller, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(rows):
        program.send(THINGS, {"reason": str(n)})
    with django_assert_num_queries(3):  # the person, the memberships, the rows
        assert len(program.get(THINGS).json()["items"]) == rows


@pytest.mark.parametrize("query", ["after=nonsense", "before=bm8", "after=WyIxIiwiMiJd"])
def test_a_mangled_cursor_does_not_begin_again(program: Caller, query: str) -> None:
    problem = told(program.get(f"{THINGS}?{query}"))
    assert (problem["status"], problem["code"]) == (400, "bad-cursor")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1.5", "²", "9" * 5000])
def test_a_limit_has_limits(program: Caller, limit: str) -> None:
    problem = told(program.get(f"{THINGS}?limit={limit}"))
    assert (problem["status"], problem["detail"]) == (400, "limit must be a number from 1 to 200.")
