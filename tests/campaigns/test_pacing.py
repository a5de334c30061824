"""How often a price may move; days are the shop's, also in the two odd nights of the year."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.pacing import Allowed, Later, Pace, counted, may_move

TORONTO = "America/Toronto"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def minutes(count: int) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def test_without_limits_a_price_moves_whenever_it_wants() -> None:
    now = at("2026-03-01T12:00Z")
    assert may_move(Pace(), now, None, None, 0) == Allowed()
    assert may_move(Pace(), now, now, day("2026-03-01"), 9_999) == Allowed()


@pytest.mark.parametrize(
    ("cool_down", "now", "expected"),
    [
        (
            minutes(120),
            "2026-03-01T13:59:59Z",
            Later(
                at("2026-03-01T14:00Z"),
                "The price rests for 2 hours after a move: until 2026-03-01 09:00.",
            ),
        ),
        (minutes(120), "2026-03-01T14:00Z", Allowed()),
        (
            minutes(90),
            "2026-03-01T12:00Z",
            Later(
                at("2026-03-01T13:30Z"),
                "The price rests for 90 minutes after a move: until 2026-03-01 08:30.",
            ),
        ),
        (
            minutes(60),
            "2026-03-01T12:00Z",
            Later(
                at("2026-03-01T13:00Z"),
                "The price rests for 1 hour after a move: until 2026-03-01 08:00.",
            ),
        ),
        (
            dt.timedelta(seconds=90),
            "2026-03-01T12:00Z",
            Later(
                at("2026-03-01T12:01:30Z"),
                "The price rests for 90 seconds after a move: until 2026-03-01 07:01.",
            ),
        ),
        # A clock that was set back: the move lies ahead, and the price rests from there.
        (
            minutes(60),
            "2026-03-01T11:00Z",
            Later(
                at("2026-03-01T13:00Z"),
                "The price rests for 1 hour after a move: until 2026-03-01 08:00.",
            ),
        ),
    ],
)
def test_a_price_rests_after_a_move(
    cool_down: dt.timedelta, now: str, expected: Allowed | Later
) -> None:
    pace = Pace(cool_down=cool_down, zone=TORONTO)
    moved_at = at("2026-03-01T12:00Z")
    assert may_move(pace, at(now), moved_at, day("2026-03-01"), 1) == expected


@pytest.mark.parametrize(
    ("zone", "moves_on", "now", "until"),
    [
        # Late evening in Toronto is the next day in UTC.
        (TORONTO, "2026-03-01", "2026-03-02T04:59:59Z", "2026-03-02T05:00Z"),
        (TORONTO, "2026-03-01", "2026-03-02T05:00Z", None),
        (TORONTO, "2026-02-28", "2026-03-01T12:00Z", None),
        ("UTC", "2026-03-01", "2026-03-01T23:59:59Z", "2026-03-02T00:00Z"),
        ("UTC", "2026-03-01", "2026-03-02T00:00Z", None),
        # The day whose clocks go forward has 23 hours, the one they go back 25.
        (TORONTO, "2026-03-08", "2026-03-08T05:00Z", "2026-03-09T04:00Z"),
        (TORONTO, "2026-03-08", "2026-03-09T04:00Z", None),
        (TORONTO, "2026-11-01", "2026-11-01T04:00Z", "2026-11-02T05:00Z"),
        (TORONTO, "2026-11-01", "2026-11-02T04:59:59Z", "2026-11-02T05:00Z"),
        (TORONTO, "2026-11-01", "2026-11-02T05:00Z", None),
        # Where clocks go forward at midnight the day begins at one.
        ("Africa/Cairo", "2026-04-23", "2026-04-23T20:00Z", "2026-04-23T22:00Z"),
        ("Africa/Cairo", "2026-04-23", "2026-04-23T22:00Z", None),
        # Where they go back at midnight its last hour comes twice, and the day ends after both.
        ("Africa/Cairo", "2026-10-29", "2026-10-29T20:30Z", "2026-10-29T22:00Z"),
        ("Africa/Cairo", "2026-10-29", "2026-10-29T21:30Z", "2026-10-29T22:00Z"),
        ("Africa/Cairo", "2026-10-29", "2026-10-29T22:00Z", None),
        # Where they go back to midnight the first hour comes twice: the first begins the day.
        ("America/Havana", "2026-10-31", "2026-11-01T03:59:59Z", "2026-11-01T04:00Z"),
        ("America/Havana", "2026-11-01", "2026-11-01T05:30Z", "2026-11-02T05:00Z"),
        # A shop that moved its zone back has counted a day that is not yet: it begins anew.
        (TORONTO, "2026-03-02", "2026-03-02T03:00Z", None),
    ],
)
def test_a_day_of_the_shop_has_so_many_moves(
    zone: str, moves_on: str, now: str, until: str | None
) -> None:
    pace = Pace(moves_per_day=2, zone=zone)
    expected: Allowed | Later = Allowed()
    if until is not None:
        why = "The price has moved 2 times today and may move 2 times in a day."
        expected = Later(at(until), why)
    assert may_move(pace, at(now), at(now), day(moves_on), 2) == expected
    assert may_move(pace, at(now), at(now), day(moves_on), 1) == Allowed()


def test_both_limits_hold_and_the_later_one_is_said() -> None:
    pace = Pace(cool_down=minutes(180), moves_per_day=1, zone="UTC")
    noon, evening = at("2026-03-01T12:00Z"), at("2026-03-01T23:00Z")
    today = day("2026-03-01")
    assert may_move(pace, noon, noon, today, 1) == Later(
        at("2026-03-02T00:00Z"), "The price has moved once today and may move once in a day."
    )
    assert may_move(pace, evening, evening, today, 1) == Later(
        at("2026-03-02T02:00Z"), "The price rests for 3 hours after a move: until 2026-03-02 02:00."
    )


@pytest.mark.parametrize(
    ("moves_on", "moves_today", "now", "expected"),
    [
        (None, 0, "2026-03-01T12:00Z", ("2026-03-01", 1)),
        ("2026-03-01", 1, "2026-03-01T12:00Z", ("2026-03-01", 2)),
        ("2026-03-01", 2, "2026-03-02T04:59Z", ("2026-03-01", 3)),
        ("2026-03-01", 3, "2026-03-02T05:00Z", ("2026-03-02", 1)),
        ("2026-02-28", 3, "2026-03-01T12:00Z", ("2026-03-01", 1)),
    ],
)
def test_moves_are_counted_by_the_shops_days(
    moves_on: str | None, moves_today: int, now: str, expected: tuple[str, int]
) -> None:
    pace = Pace(moves_per_day=2, zone=TORONTO)
    before = None if moves_on is None else day(moves_on)
    assert counted(pace, at(now), before, moves_today) == (day(expected[0]), expected[1])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cool_down": minutes(-1)}, "A cool-down is zero or more."),
        ({"moves_per_day": 0}, "A day has at least one move; to stop a campaign, pause it."),
    ],
)
def test_a_pace_that_means_never_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Pace(**wrong)


@given(
    st.integers(0, 600).map(minutes),
    st.none() | st.integers(1, 3),
    st.sampled_from(["UTC", TORONTO, "Africa/Cairo", "Pacific/Apia", "America/Havana"]),
    st.sampled_from(["2026-03-07T00:00Z", "2026-10-29T12:00Z", "2011-12-29T00:00Z"]).map(at),
    st.lists(st.integers(0, 400).map(minutes), max_size=30),
)
def test_whoever_waits_as_told_moves_then_and_never_too_often(
    cool_down: dt.timedelta,
    moves_per_day: int | None,
    zone: str,
    now: dt.datetime,
    pauses: list[dt.timedelta],
) -> None:
    pace = Pace(cool_down, moves_per_day, zone)
    moved_at: dt.datetime | None = None
    moves_on: dt.date | None = None
    moves_today = 0
    days: dict[dt.date, int] = {}
    for pause in pauses:
        now += pause
        answer = may_move(pace, now, moved_at, moves_on, moves_today)
        if isinstance(answer, Later):
            assert answer.at > now
            now = answer.at
            assert may_move(pace, now, moved_at, moves_on, moves_today) == Allowed()
        assert moved_at is None or now - moved_at >= cool_down
        moves_on, moves_today = counted(pace, now, moves_on, moves_today)
        moved_at = now
        days[moves_on] = days.get(moves_on, 0) + 1
        assert moves_today == days[moves_on]
    assert moves_per_day is None or all(count <= moves_per_day for count in days.values())
