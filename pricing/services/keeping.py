"""Keep rules and selections under a name, to begin price jobs with.

A name is one name in any letter case. Nothing here touches jobs: each keeps a copy of its own.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.utils import timezone

from catalog_sync.api import Selection
from foundation.audit.api import record
from pricing.models import RuleSet, SavedFilter
from pricing.rules import Rule, rules_to_json

from .refusing import Refused

MOST_NAME: Final = 120


@transaction.atomic
def save_rule_set(
    *,
    shop_id: UUID,
    name: str,
    rules: Sequence[Rule],
    actor_id: UUID | None,
    replace: bool = False,
) -> RuleSet:
    """Keep a copy of these rules under a name.

    Saving the same once more changes nothing. Raises :class:`Refused` when the name stands for
    other rules and ``replace`` does not say that these should take their place.
    """
    if not rules:
        raise Refused("no_rules", "There is no rule to save. Make one first.")
    found: RuleSet = _keep(
        RuleSet, shop_id, name, {"rules": rules_to_json(rules)}, actor_id, replace
    )
    return found


@transaction.atomic
def rename_rule_set(*, rule_set: RuleSet, name: str, actor_id: UUID | None) -> None:
    """Give a rule set another name. Raises :class:`Refused` when another one has it."""
    name, before = _named(name), rule_set.name
    if name == before:
        return
    taken = _called(RuleSet, rule_set.shop_id, name).exclude(pk=rule_set.pk)
    if taken.exists():
        raise _name_taken(RuleSet, name)
    try:
        with transaction.atomic():
            RuleSet.objects.filter(pk=rule_set.pk).update(name=name)
    except IntegrityError as error:
        raise _name_taken(RuleSet, name) from error
    _record(rule_set, "renamed", actor_id, name=name, before=before)


@transaction.atomic
def delete_rule_set(*, rule_set: RuleSet, actor_id: UUID | None) -> None:
    """Forget a rule set; jobs made with it keep their rules."""
    _forget(rule_set, actor_id, rules=rule_set.rules)


@transaction.atomic
def save_filter(
    *,
    shop_id: UUID,
    name: str,
    selection: Selection,
    actor_id: UUID | None,
    replace: bool = False,
) -> SavedFilter:
    """Keep a selection under a name; what it matches follows the catalogue.

    Raises :class:`Refused` like :func:`save_rule_set`, and for a selection that says nothing.
    """
    if selection.is_empty:
        raise Refused("no_filter", "Set at least one filter: this one would match nothing.")
    values = {"selection": selection.to_query()}
    found: SavedFilter = _keep(SavedFilter, shop_id, name, values, actor_id, replace)
    return found


@transaction.atomic
def delete_filter(*, saved: SavedFilter, actor_id: UUID | None) -> None:
    """Forget a saved filter; jobs and locks made with it keep their selection."""
    _forget(saved, actor_id, selection=saved.selection)


# What each kind is called, in the record and by people.
_KINDS: Final = {RuleSet: ("rule_set", "rule set"), SavedFilter: ("saved_filter", "filter")}


def _keep(  # noqa: PLR0913, PLR0917 -- what the two verbs above have in common
    kind: Any,
    shop_id: UUID,
    name: str,
    values: dict[str, Any],
    actor_id: UUID | None,
    replace: bool,
) -> Any:
    name = _named(name)
    found = _called(kind, shop_id, name).select_for_update().first()
    if found is None:
        try:
            with transaction.atomic():
                made = kind.objects.create(
                    shop_id=shop_id, name=name, saved_by_id=actor_id, **values
                )
        except IntegrityError as error:
            # Somebody saved one of that name in this moment.
            raise _name_taken(kind, name) from error
        _record(made, "saved", actor_id, name=name)
        return made
    same = all(getattr(found, column) == value for column, value in values.items())
    if same and found.name == name:
        return found
    if not (same or replace):
        raise _name_taken(kind, found.name)
    before = {column: getattr(found, column) for column in values}
    changed = {"name": name, "saved_by_id": actor_id, "saved_at": timezone.now(), **values}
    for column, value in changed.items():
        setattr(found, column, value)
    found.save(update_fields=list(changed))
    _record(found, "replaced", actor_id, name=name, before=before)
    return found


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > MOST_NAME or "\x00" in name:
        raise Refused("no_name", f"Give it a name of at most {MOST_NAME} letters.")
    return name


def _called(kind: Any, shop_id: UUID, name: str) -> QuerySet[Any]:
    # The database's own lower case, which its constraint compares, too.
    rows: QuerySet[Any] = kind.objects.for_shop(shop_id).alias(folded=Lower("name"))
    return rows.filter(folded=Lower(Value(name)))


def _name_taken(kind: Any, name: str) -> Refused:
    return Refused(
        "name_taken",
        f"There is a {_KINDS[kind][1]} called “{name}”: replace it, or choose another name.",
    )


def _forget(row: Any, actor_id: UUID | None, **what: Any) -> None:
    # Twice at once: the second finds nothing to delete, and nothing to record.
    if type(row).objects.filter(pk=row.pk, shop_id=row.shop_id).delete()[0]:
        _record(row, "deleted", actor_id, name=row.name, **what)


def _record(row: Any, deed: str, actor_id: UUID | None, **details: Any) -> None:
    thing = _KINDS[type(row)][0]
    record(
        f"pricing.{thing}.{deed}",
        shop_id=row.shop_id,
        actor_id=actor_id,
        object_type=thing,
        object_id=row.pk,
        details=details,
    )
