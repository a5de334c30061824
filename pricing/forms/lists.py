"""The upload of a price list."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat

ENCODINGS: Final = (("utf-8", "UTF-8"), ("cp1252", "Windows-1252"))
# What the first bytes of other kinds of file are, and what to do about it.
_OTHERS: Final = (
    (b"PK\x03\x04", "This is a workbook or a zip file"),
    (b"\xd0\xcf\x11\xe0", "This is a workbook of an older Excel"),
    (b"%PDF", "This is a PDF"),
)
_MOST_NAME: Final = 200


def size_words() -> str:
    """Return the most a list may be, for people."""
    return filesizeformat(settings.PRICING_LIST_MAX_BYTES).replace("\xa0", " ")


def too_large_words() -> str:
    """Say that a file is too large, and what to do."""
    return (
        f"The file is larger than {size_words()}. Leave columns out (SKU and price are enough), "
        "or cut it into several lists."
    )


class PriceListForm(forms.Form):
    """A CSV of SKUs and prices."""

    file = forms.FileField(
        label="CSV file",
        max_length=_MOST_NAME,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
        error_messages={
            "required": "Choose a file.",
            "empty": "The file is empty: nothing was stored.",
            "max_length": f"Its name is longer than {_MOST_NAME} letters: give it a shorter one.",
        },
    )
    encoding = forms.ChoiceField(
        label="Encoding",
        choices=ENCODINGS,
        help_text="UTF-8 unless it was saved by an older Excel on Windows. A mark inside the file "
        "counts more than this.",
    )
    connection = forms.ChoiceField(label="Account")

    def __init__(self, *args: Any, connections: Sequence[Any], **kwargs: Any) -> None:
        """``connections`` are the shop's accounts; a choice is shown when there are several."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["connection"]
        field.choices = [(str(each.pk), each.account) for each in connections]
        if len(connections) == 1:
            field.widget = forms.HiddenInput()
            field.initial = str(connections[0].pk)

    def clean_file(self) -> Any:
        """Refuse what is too large or plainly no text, before anything is stored."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > settings.PRICING_LIST_MAX_BYTES:
            raise forms.ValidationError(too_large_words())
        start = file.read(8)
        file.seek(0)
        for mark, what in _OTHERS:
            if start.startswith(mark):
                message = f"{what}, not a CSV. Save it as “CSV UTF-8” and upload that."
                raise forms.ValidationError(message)
        return file

    @property
    def connection_id(self) -> UUID:
        """The chosen account of a valid form."""
        return UUID(self.cleaned_data["connection"])
