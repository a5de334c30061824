"""How a window looks back on the past of a stock."""

import datetime as dt

import pytest

from campaigns.triggers import Step, first_move_after, level_at, look_back

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def hour(count: float) -> dt.datetime:
    return NOON + dt.timedelta(hours=count)


STEPS: list[Step] = [(hour(-30), 9), (hour(-24), 7), (hour(-3), 5), (hour(1), 2)]


@pytest.mark.parametrize(
    ("count", "level", "moved"),
    [
        (-31, None, -30),
        (-30, 9, -24),
        (-24.01, 9, -24),
        (-24, 7, -3),
        (0, 5, 1),
        (1, 2, None),
        (99, 2, None),
    ],
)
def test_a_step_counts_from_its_own_moment(
    count: float, level: int | None, moved: int | None
) -> None:
    assert level_at(STEPS, hour(count)) == level
    assert first_move_after(STEPS, hour(count)) == (None if moved is None else hour(moved))


@pytest.mark.parametrize(
    ("hours", "before", "moved"),
    [(48, None, -30), (25, 9, -24), (24, 7, -3), (4, 7, -3), (3, 5, None), (1, 5, None)],
)
def test_a_window_knows_its_start_and_the_first_move_inside_it(
    hours: int, before: int | None, moved: int | None
) -> None:
    # What comes an hour from now is nobody's yet.
    assert look_back(STEPS, hours, NOON) == (before, None if moved is None else hour(moved))


def test_without_a_past_nothing_is_known() -> None:
    assert look_back([], 24, NOON) == (None, None)
