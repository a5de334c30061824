"""Addresses of the same page that show another part of it."""

from django.test import RequestFactory

from foundation.tabs import ROWS, link

HERE = "/pricing/?q=mug&show=on&after=abc&before=def&seen=active&tag=a&tag=b"


def test_a_link_keeps_the_rest_and_begins_at_the_first_page() -> None:
    request = RequestFactory().get(HERE)
    assert link(request) == "?q=mug&show=on&tag=a&tag=b"
    assert link(request, ROWS, show="off", rule=3) == "?q=mug&tag=a&tag=b&show=off&rule=3#rows"
    assert request.get_full_path() == HERE


def test_an_empty_value_removes_a_parameter() -> None:
    request = RequestFactory().get(HERE)
    assert link(request, q="", show=None, tag="c") == "?tag=c"
    assert link(request, q="", show="", tag="") == "?"


def test_a_cursor_can_be_set_anew() -> None:
    request = RequestFactory().get(HERE)
    assert link(request, after="xyz") == "?q=mug&show=on&tag=a&tag=b&after=xyz"
