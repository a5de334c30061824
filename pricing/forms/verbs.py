"""What people enter with a verb: when a plan begins and ends, which rows are meant."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms

from foundation.zones import moment_in
from pricing.presenting import known_zone

NOW, LATER = "now", "later"
MOST_NAMED = 1_000
"""Rows ticked one by one in one form; a page has fifty."""


class LocalTimeField(forms.Field):
    """A wall clock's time, without a zone, as a browser's ``datetime-local`` sends it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {  # noqa: RUF012 -- Django's shape
        "invalid": "Write a day and a time, such as 2026-11-27T08:00."
    }

    def to_python(self, value: Any) -> dt.datetime | None:
        """Read the text; one with a zone is refused, as it would be taken for the shop's."""
        if value in self.empty_values:
            return None
        try:
            found = dt.datetime.fromisoformat(str(value))
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


def moment_of(form: forms.Form, name: str, zone: str) -> dt.datetime | None:
    """Return what a clock in ``zone`` means by a :class:`LocalTimeField` of a form, in UTC.

    None for an empty field, and, with an error at it, for a time that there is not.
    """
    local: dt.datetime | None = form.cleaned_data.get(name)
    if local is None:
        return None
    try:
        return moment_in(zone, local)
    except OverflowError:
        # Within hours of the calendar's first or last day.
        form.add_error(name, "There is no such time. Write one of this or the next year.")
        return None


class _Timed(forms.Form):
    """A form with times of the shop's zone; ``moment`` reads one of them as a moment."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, zone: str, **options: Any) -> None:
        """``zone`` is the shop's, by name."""
        super().__init__(data, **options)
        self.zone = known_zone(zone)

    def moment(self, name: str) -> dt.datetime | None:
        """Return what a clock of the shop means by this field, in UTC."""
        return moment_of(self, name, self.zone)


class ConfirmForm(_Timed):
    """When a plan begins, and whether it is taken back by itself."""

    when = forms.ChoiceField(
        choices=[(NOW, "Now"), (LATER, "At a time")], required=False, initial=NOW
    )
    run_at = LocalTimeField(label="Begin at", required=False)
    with_end = forms.BooleanField(label="Take it back by itself", required=False)
    ends_at = LocalTimeField(label="Take it back at", required=False)

    run_moment: dt.datetime | None = None
    end_moment: dt.datetime | None = None

    def clean(self) -> dict[str, Any]:
        """Ask for the times that were announced, and leave out those that were not."""
        said: dict[str, Any] = super().clean() or {}
        wanted = {"run_at": said.get("when") == LATER, "ends_at": bool(said.get("with_end"))}
        for name, asked_for in wanted.items():
            if not asked_for:
                self.errors.pop(name, None)
        if wanted["run_at"] and "run_at" not in self.errors:
            if said.get("run_at") is None:
                self.add_error("run_at", "Say when it should begin.")
            self.run_moment = self.moment("run_at")
        if wanted["ends_at"] and "ends_at" not in self.errors:
            if said.get("ends_at") is None:
                self.add_error("ends_at", "Say when it should be taken back.")
            self.end_moment = self.moment("ends_at")
        return said


class EndForm(_Timed):
    """When a job is taken back by itself, said anew."""

    ends_at = LocalTimeField(label="Take it back at")


class MomentForm(_Timed):
    """A time whose meaning is asked for while it is typed."""

    at = LocalTimeField()


def named_rows(posted: Any) -> list[int]:
    """Return the numbers of the rows that were ticked; what is none is left out."""
    texts = posted.getlist("result")[:MOST_NAMED]
    return [int(each) for each in texts if each.isdecimal() and len(each) < 19]  # noqa: PLR2004
