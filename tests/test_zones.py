"""Wall clocks in the two odd nights of the year."""

import datetime as dt

import pytest

from foundation.zones import local_in, moment_in


@pytest.mark.parametrize(
    ("local", "moment"),
    [
        ("2026-07-01T09:00", "2026-07-01T13:00Z"),
        ("2026-12-01T09:00", "2026-12-01T14:00Z"),
        # 02:00 to 03:00 does not exist on 8 March 2026 in Toronto.
        ("2026-03-08T01:59", "2026-03-08T06:59Z"),
        ("2026-03-08T02:30", "2026-03-08T07:30Z"),
        ("2026-03-08T03:00", "2026-03-08T07:00Z"),
        # 01:00 to 02:00 is there twice on 1 November 2026; the first one counts.
        ("2026-11-01T01:30", "2026-11-01T05:30Z"),
        ("2026-11-01T02:00", "2026-11-01T07:00Z"),
    ],
)
def test_a_time_in_toronto_is_one_moment(local: str, moment: str) -> None:
    found = moment_in("America/Toronto", dt.datetime.fromisoformat(local))
    assert found == dt.datetime.fromisoformat(moment)


def test_a_time_that_never_was_is_shown_after_the_jump() -> None:
    moment = moment_in("America/Toronto", dt.datetime.fromisoformat("2026-03-08T02:30"))
    assert local_in("America/Toronto", moment) == dt.datetime.fromisoformat("2026-03-08T03:30")
