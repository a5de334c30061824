"""Forms kept as they are typed, thrown away, or made into what they are about exactly once.

An app has a table of them for each thing it makes (:class:`UnsavedForm`) and calls these functions
with it. Its id is in the form, so that a form sent twice is led to the one thing made of it.

Not done here: which fields are a form's, and what is made of them.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.http import QueryDict
from django.utils import timezone

from foundation.shop_owned import ShopOwnedManager

REMEMBERED = dt.timedelta(days=30)
"""How long a form that was made into something leads one that is sent again to it."""


@dataclass
class FormClosed(Exception):
    """Something was made of the form, or it is somebody else's; what is entered now is new."""

    made_id: UUID | None

    def __str__(self) -> str:
        return "The form is closed."


class UnsavedForm(models.Model):
    """What a person has entered for something new; one open form each in a shop.

    It is closed when the thing is made, which it then names by the foreign key ``MADE``, or when
    it is thrown away.
    """

    MADE: ClassVar[str]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("shops.User", on_delete=models.PROTECT, related_name="+")
    document = models.JSONField(default=dict, help_text="The form's fields, each with its values.")
    saved_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    objects = ShopOwnedManager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"Form of {self.user_id}"

    def is_of(self, shop_id: UUID, user_id: UUID) -> bool:
        """Tell whether it is this person's, in this shop."""
        return (self.shop_id, self.user_id) == (shop_id, user_id)


Form = TypeVar("Form", bound=UnsavedForm)
Made = TypeVar("Made", bound=models.Model)


def open_once(name: str) -> models.UniqueConstraint:
    """Return the constraint that each such table has: one open form of a person in a shop."""
    return models.UniqueConstraint(
        fields=["shop", "user"], condition=Q(closed_at__isnull=True), name=name
    )


def open_of(forms: type[Form], *, shop_id: UUID, user_id: UUID) -> Form | None:
    """Return a person's open form."""
    return _open(forms, shop_id, user_id).first()


@transaction.atomic
def save(
    forms: type[Form], *, form_id: UUID, shop_id: UUID, user_id: UUID, document: dict[str, Any]
) -> None:
    """Keep what a person has entered, in place of an earlier form of theirs in this shop.

    Raises :class:`FormClosed` for one that was closed; then nothing is kept. Of two tabs that begin
    in the same instant one is kept; the other's next keystroke follows.
    """
    form = forms.objects.select_for_update().filter(pk=form_id).first()
    if form is not None:
        if not form.is_of(shop_id, user_id):
            raise FormClosed(None)
        if form.closed_at is not None:
            raise FormClosed(getattr(form, f"{forms.MADE}_id"))
        form.document, form.saved_at = document, timezone.now()
        form.save(update_fields=["document", "saved_at"])
        return
    _open(forms, shop_id, user_id).delete()
    form = forms(pk=form_id, shop_id=shop_id, user_id=user_id, document=document)
    forms.objects.bulk_create([form], ignore_conflicts=True)


def drop(forms: type[Form], *, shop_id: UUID, user_id: UUID) -> None:
    """Throw a person's open form away. It stays closed: a keystroke under way brings none back."""
    _open(forms, shop_id, user_id).update(closed_at=timezone.now(), document={})


@transaction.atomic
def make_once(
    forms: type[Form], *, form_id: UUID, shop_id: UUID, user_id: UUID, make: Callable[[], Made]
) -> tuple[Made, bool]:
    """Make what a form is about, once: sent again, it gives the same thing.

    The form need not have been saved. What it is made once by is its key: a second sender waits
    here until the first has the thing. Returns whether it was made by this call. Raises
    :class:`FormClosed` for a form of somebody else, and whatever ``make`` raises.
    """
    now = timezone.now()
    unsaved = forms(pk=form_id, shop_id=shop_id, user_id=user_id, closed_at=now)
    forms.objects.bulk_create([unsaved], ignore_conflicts=True)
    # Without the thing joined: who has waited here would read it as of before the wait.
    form = forms.objects.select_for_update().get(pk=form_id)
    if not form.is_of(shop_id, user_id):
        raise FormClosed(None)
    made: Made | None = getattr(form, forms.MADE)
    if made is not None:
        return made, False
    made = make()
    setattr(form, forms.MADE, made)
    form.document, form.closed_at = {}, now
    form.save(update_fields=["document", "closed_at", forms.MADE])
    closed = forms.objects.for_shop(shop_id).filter(user_id=user_id)
    closed.filter(closed_at__lt=now - REMEMBERED).delete()
    return made, True


def document_of(data: QueryDict, kept: Container[str]) -> dict[str, list[str]]:
    """Return those fields of a form that are ``kept``, as a document. No database stores NUL."""
    return {
        name: [str(value).replace("\x00", "") for value in data.getlist(name)]
        for name in data
        if name in kept
    }


def data_of(form: UnsavedForm) -> QueryDict:
    """Return the fields of a form that was kept, to be read as if they were sent."""
    data = QueryDict(mutable=True)
    for name, values in form.document.items():
        data.setlist(name, values)
    data["draft"] = str(form.pk)
    return data


def _open(forms: type[Form], shop_id: UUID, user_id: UUID) -> models.QuerySet[Form]:
    return forms.objects.for_shop(shop_id).filter(user_id=user_id, closed_at=None)
