"""Input of the job pages."""

from django import forms

from .enums import Group
from .queries import JobFilter, Tab
from .registry import known_tasks


class JobFilterForm(forms.Form):
    """The filters of the job list, from the URL."""

    tab = forms.ChoiceField(
        choices=[(str(tab), str(tab)) for tab in Tab], required=False, widget=forms.HiddenInput
    )
    text = forms.CharField(
        label="Search",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "Number, error, product id…"}),
    )
    task = forms.CharField(label="Task", required=False, max_length=120)
    group = forms.ChoiceField(
        label="Group", choices=[("", "All groups"), *Group.choices], required=False
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        names = [("", "All tasks"), *((name, name) for name in known_tasks())]
        self.fields["task"].widget = forms.Select(choices=names)

    @property
    def is_narrowed(self) -> bool:
        """Whether more than the tab is chosen."""
        chosen = self.chosen()
        return bool(chosen.text or chosen.task or chosen.group)

    def chosen(self) -> JobFilter:
        """Return the filter; what makes no sense counts as not said."""
        self.is_valid()
        values = self.cleaned_data
        return JobFilter(
            tab=Tab(values.get("tab") or Tab.BUSY),
            task=values.get("task") or "",
            group=values.get("group") or "",
            text=(values.get("text") or "").strip(),
        )


class ReasonForm(forms.Form):
    """Why jobs are given up."""

    reason = forms.CharField(max_length=300)
