"""Put what a shop has saved, or an earlier choice, into the fields of a form."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict

from catalog_sync.api import InvalidSelection, Selection
from pricing.models import RuleSet, SavedFilter

from .choosing import MANY, NARROW
from .rules import PLAIN

CHOICE = (*NARROW, "way", "all", "all_matching", "skus", *MANY)
LISTS = frozenset({"variant_ids", "product_ids", "skus"})


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What was taken over from what the shop has saved; names, empty for nothing."""

    filter_name: str = ""
    rule_set_name: str = ""
    missing: str = ""


def take_over(shop_id: UUID, data: QueryDict) -> TakenOver:
    """Put a saved filter or rule set that was picked in place of what the form says."""
    filter_name = rule_set_name = ""
    missing = []
    if picked := str(data.get("saved_filter") or ""):
        found = _saved(SavedFilter, shop_id, picked)
        if found is None:
            missing.append("There is no such saved filter any more.")
        else:
            filter_name = found.name
            for name in CHOICE:
                data.pop(name, None)
            put_fields(data, choice_fields(found.selection))
    if picked := str(data.get("rule_set") or ""):
        found = _saved(RuleSet, shop_id, picked)
        if found is None:
            missing.append("There is no such saved rule set any more.")
        else:
            rule_set_name = found.name
            put_rules(data, found.rules)
    for name in ("saved_filter", "rule_set"):
        data.pop(name, None)
    return TakenOver(filter_name, rule_set_name, " ".join(missing))


def _saved(model: Any, shop_id: UUID, picked: str) -> Any:
    try:
        wanted = UUID(picked)
    except ValueError:
        return None
    return model.objects.for_shop(shop_id).filter(pk=wanted).first()


def choice_fields(selection: Mapping[str, Any]) -> QueryDict:
    """Return a selection as the fields of the form."""
    data = QueryDict(mutable=True)
    data["way"] = "filter"
    for name, value in selection.items():
        if name == "skus":
            data["skus"] = "\n".join(value)
        elif name in LISTS:
            data.setlist(name, [str(each) for each in value])
        else:
            data[name] = "on" if value is True else str(value)
    if selection.get("skus"):
        data["way"] = "skus"
    elif selection.get("variant_ids") or selection.get("product_ids"):
        data["way"] = "chosen"
    return data


def put_address(data: QueryDict, params: QueryDict) -> str:
    """Put what an address says into the fields: a choice, and what is to be taken over.

    Returns what is wrong with it, for people; empty when it can be read.
    """
    said = {
        name: params.getlist(name) if name in LISTS else params[name]
        for name in params
        if name in Selection.__slots__
    }
    wrong = ""
    try:
        put_fields(data, choice_fields(Selection.from_query(said).to_query()))
    except InvalidSelection:
        wrong = "The filter in the address cannot be read. Choose here instead."
    for name in ("saved_filter", "rule_set"):
        data[name] = params.get(name, "")
    return wrong


def put_fields(data: QueryDict, more: QueryDict) -> None:
    """Put fields in place of those of the same names."""
    for name in more:
        data.setlist(name, more.getlist(name))


def put_rules(data: QueryDict, definitions: Sequence[Any]) -> None:
    """Put rules, as they are stored, in place of those that the form says."""
    for name in PLAIN:
        data.pop(name, None)
    data["rules"] = json.dumps(list(definitions))
