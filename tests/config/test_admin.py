"""Every table has a page for ops, and only people, shops and memberships are edited there."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from foundation.shops.models import User

pytestmark = pytest.mark.django_db

OURS = ("foundation", "catalog_sync", "orders", "pricing", "campaigns")
# Shown as lines of the shop, of a job, or never: parts of a record that has a page.
WITHIN = {"membership", "pricingrule", "pricingjobstatechange", "plannedchange"}
EDITED = {"user", "shop"}


@pytest.fixture
def ops(client: Client) -> Client:
    person = User.objects.create_superuser("ops@test.example", "a long enough password")
    client.force_login(person)
    return client


def _models() -> list[type]:
    return [
        model
        for model in apps.get_models()
        if model.__module__.startswith(OURS) and model._meta.model_name not in WITHIN
    ]


def test_every_table_can_be_looked_at(ops: Client) -> None:
    missing = [model.__name__ for model in _models() if model not in admin.site._registry]
    assert missing == []
    for model in _models():
        options = model._meta  # type: ignore[attr-defined]  # every Django model has it
        url = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        assert (options.model_name, ops.get(url).status_code) == (options.model_name, 200)


def test_only_people_and_shops_are_added_by_hand(ops: Client) -> None:
    addable = set()
    for model in _models():
        options = model._meta  # type: ignore[attr-defined]  # every Django model has it
        answer = ops.get(reverse(f"admin:{options.app_label}_{options.model_name}_add"))
        if answer.status_code == 200:
            addable.add(options.model_name)
    assert addable == EDITED
