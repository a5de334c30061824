"""Reads of the shop around its prices: its people, and by which clock they live.

By name, as foreign keys are: the door of shops hands neither out.
"""

from uuid import UUID

from django.apps import apps


def people_of(shop_id: UUID) -> list[tuple[str, str]]:
    """Return the people of a shop as ids and names, by name. One query."""
    rows = apps.get_model("shops", "Membership").objects.filter(shop_id=shop_id)
    people = [(str(row.user_id), str(row.user)) for row in rows.select_related("user")]
    return sorted(people, key=lambda each: each[1].lower())


def zone_of(shop_id: UUID) -> str:
    """Return the name of a shop's zone. One query."""
    rows = apps.get_model("shops", "Shop").objects.filter(pk=shop_id)
    zone: str = rows.values_list("timezone", flat=True).get()
    return zone
