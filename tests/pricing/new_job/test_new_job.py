"""The page of a new job: who may, what it makes, what it refuses and where."""

import json
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from catalog_sync.models import Variant
from foundation.shops.api import Role
from foundation.shops.models import Shop, User
from foundation.work.models import Job
from pricing.enums import ConflictPolicy
from pricing.enums import PricingJobState as S
from pricing.models import JobDraft, PricingJob
from tests import factories

from .forms import (
    ORDINARY,
    PLAIN,
    PREVIEW,
    TEN_OFF,
    URL,
    WHOLE_LANGUAGE,
    Poster,
    condition,
    logged_in,
    rules,
    shown,
    told,
)

pytestmark = pytest.mark.django_db


# -- who may ---------------------------------------------------------------------------------------


def test_owner_and_colleague_may_and_a_viewer_and_a_stranger_may_not(
    shop: Shop, variants: list[Variant], owner: User, colleague: User, stranger: User
) -> None:
    form = {**PLAIN, "connection": str(variants[0].connection_id)}
    viewer = factories.member("vera.viewer@example.com", shop, Role.VIEWER)
    for client in (logged_in(owner), logged_in(colleague)):
        assert "Collar" in shown(client, f"{URL}?all=1")
        assert client.post(URL, form).status_code == 302
    for url in (URL, PREVIEW, reverse("pricing:afresh")):
        assert logged_in(viewer).post(url, form).status_code == 403
        assert Client().post(url, form).status_code == 302
    elsewhere = logged_in(stranger)
    assert "Collar" not in shown(elsewhere, f"{URL}?all=1")
    assert "Collar" not in elsewhere.post(PREVIEW, form).content.decode()
    assert elsewhere.post(URL, form).status_code == 422
    assert PricingJob.objects.count() == 2


@pytest.mark.usefixtures("shop")
def test_without_a_connected_shop_the_page_says_what_comes_first(as_owner: Client) -> None:
    assert "Connect a shop first" in shown(as_owner)


# -- plain fields, as a page without a script sends them -------------------------------------------


def test_plain_fields_make_a_job_of_one_rule(post: Poster) -> None:
    url = post(name="Autumn", floor="5")
    job = PricingJob.objects.get()
    assert url == reverse("pricing:job", kwargs={"job_id": job.pk})
    assert (job.name, job.state, job.selection) == ("Autumn", S.PLANNING, {"all": True})
    assert job.conflict_policy == ConflictPolicy.SKIP
    assert [each.definition for each in job.rules.all()] == [
        {
            "action": {"kind": "percent", "value": "-10"},
            "rounding": {"step": "0.05"},
            "guards": [{"kind": "floor", "value": "5"}],
        }
    ]
    assert Job.objects.filter(name="pricing.make_plan").count() == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"value": ""}, "Enter a value: this action needs one."),
        ({"value": "NaN"}, ORDINARY),
        ({"value": "Infinity"}, ORDINARY),
        ({"value": "12,5"}, ORDINARY),
        ({"value": "1e30"}, ORDINARY),
        ({"value": "1" * 50}, "Enter a number of at most 18 digits"),
        ({"value": "-101"}, "Enter a percentage of at least -100 and at most 10,000."),
        ({"action": "set", "value": "-1"}, "Enter at least 0."),
        ({"action": "burn"}, "Select a valid choice"),
        ({"action": "file", "value": ""}, "Choose a price list first"),
        ({"step": "0"}, "Enter at least 0.01."),
        ({"step": "0.015"}, "Enter at most 2 decimals."),
        ({"floor": "-5"}, "Enter at least 0."),
        ({"all": ""}, "Set a filter, or tick this box"),
        ({"all": "", "stock_min": "many"}, "It must be a whole number"),
        ({"all": "", "price_min": "1e30"}, "It must be an amount between"),
        ({"all": "", "stock_min": "5", "stock_max": "2"}, "It is below the minimum."),
        ({"all": "", "text": "unicorn"}, "Nothing in the catalogue matches."),
        ({"all": "", "text": "x" * 201}, "It must be text of at most 200 characters."),
        ({"way": "skus", "skus": " \n;"}, "Paste at least one SKU."),
        ({"way": "skus", "skus": "NO-SUCH"}, "Nothing in the catalogue matches."),
        ({"way": "chosen"}, "Choose at least one variant"),
        ({"way": "chosen", "variant_ids": "1 OR 1=1"}, "is not an id."),
        ({"way": "chosen", "variant_ids": str(uuid.uuid4())}, "Nothing in the catalogue matches."),
        ({"way": "list"}, "Choose a price list, or upload one."),
        ({"way": "list", "price_file": str(uuid.uuid4())}, "Select a valid choice"),
        ({"way": "list", "price_file": "x' --"}, "Select a valid choice"),
        ({"connection": str(uuid.uuid4())}, "Select a valid choice"),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"conflict_policy": "guess"}, "Select a valid choice"),
        ({"saved_filter": str(uuid.uuid4())}, "There is no such saved filter any more."),
        ({"rule_set": "none"}, "There is no such saved rule set any more."),
    ],
)
def test_bad_input_is_refused_at_its_place_and_kept(
    changed: dict[str, object], message: str, post: Poster
) -> None:
    seen = post(**changed)
    assert message in seen
    assert (PricingJob.objects.count(), Job.objects.count()) == (0, 0)
    assert 'value="0.05"' in seen or "step" in changed


# -- rules, as the editor sends them ---------------------------------------------------------------


def test_the_whole_language_is_stored_in_order_with_its_policy(post: Poster) -> None:
    post(rules(*WHOLE_LANGUAGE), conflict_policy="recompute")
    job = PricingJob.objects.get()
    assert [each.definition for each in job.rules.all()] == WHOLE_LANGUAGE
    assert job.conflict_policy == ConflictPolicy.RECOMPUTE
    assert job.name == "Old stock, and 1 more rule"


def _nested(depth: int) -> dict[str, object]:
    inner: dict[str, object] = {"field": "stock", "op": "gt", "value": "1"}
    for _ in range(depth):
        inner = {"match": "all", "items": [inner]}
    return {**TEN_OFF, "when": inner}


@pytest.mark.parametrize(
    ("document", "place", "message"),
    [
        (TEN_OFF | {"action": {"kind": "burn"}}, "0.action.kind", "Choose one of"),
        ({"action": {"kind": "set", "value": "NaN"}}, "0.action.value", "Enter an ordinary number"),
        ({"action": {"kind": "set", "value": True}}, "0.action.value", "ordinary number"),
        ({"action": {"kind": "set", "value": "1e99999"}}, "0.action.value", "ordinary number"),
        ({"action": {"kind": "set", "value": "-1"}}, "0.action.value", "Enter at least 0."),
        ({"action": {"kind": "set", "value": "9" * 19}}, "0.action.value", "Enter at most"),
        ({"action": {"kind": "margin", "value": "100"}}, "0.action.value", "below 100"),
        ({"action": {"kind": "file"}}, "0.action.kind", "Choose a price list first"),
        (TEN_OFF | {"compare_at": {"kind": "file"}}, "0.compare_at.kind", "Choose a price list"),
        (TEN_OFF | {"compare_at": {"kind": "set"}}, "0.compare_at.value", "compare-at price"),
        (TEN_OFF | {"rounding": {"step": "0"}}, "0.rounding.step", "Enter at least 0.01."),
        (TEN_OFF | {"rounding": {"step": "1", "ending": "2"}}, "0.rounding.ending", "below the"),
        (
            TEN_OFF
            | {"guards": [{"kind": "floor", "value": "9"}, {"kind": "ceiling", "value": "5"}]},
            "0.guards.1.value",
            "Enter a ceiling of at least the floor, 9.",
        ),
        (TEN_OFF | {"guards": [{"kind": "wall", "value": "1"}]}, "0.guards.0.kind", "Choose one"),
        (TEN_OFF | {"colour": "red"}, "0.colour", "Leave it out"),
        (TEN_OFF | {"name": "x" * 201}, "0.name", "at most 200"),
        (condition(field="stock", op="gt", value="x"), "0.when.items.0.value", "ordinary"),
        (condition(field="stock", op="has", value="1"), "0.when.items.0.op", "question that fits"),
        (condition(field="smell", op="is", value="1"), "0.when.items.0.field", "Choose one of"),
        (
            condition(field="stock_at", op="gt", value="1"),
            "0.when.items.0.location",
            "Enter the number of a location.",
        ),
        (
            condition(field="price", op="between", value=["5", "x"]),
            "0.when.items.0.value.1",
            "ordinary",
        ),
        (_nested(3), "0.when.items.0.items.0", "Groups nest once"),
    ],
)
def test_what_is_wrong_in_rules_is_told_at_its_place(
    document: object, place: str, message: str, post: Poster, preview: Poster
) -> None:
    for page in (post(rules(document)), preview(rules(document))):
        assert message in told(page)["errors"][place]
    refused = told(post(rules(document)))
    assert (refused["sent"], refused["rules"]) == (True, [document])
    assert (PricingJob.objects.count(), Job.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ("{", "These rules cannot be read: The document is not JSON"),
        ("[NaN]", "NaN is not a number in JSON."),
        ("[1e99999]", "The number is beyond all bounds."),
        ("[" * 5_000, "nested more than"),
        ("[" + "9" * 5_000 + "]", "beyond all bounds"),
        ('["\\u0000"]', "NUL"),
        ('["\\ud800"]', "half a surrogate pair"),
        ("[" + " " * 300_000 + "]", "longer than 300000 bytes"),
        ("7", "Enter a list of rules."),
        ("{}", "Enter a list of rules."),
        ("[]", "Enter 1 to 20 rules."),
        (json.dumps([TEN_OFF] * 21), "Enter 1 to 20 rules."),
    ],
)
def test_documents_that_are_none_are_refused(sent: str, message: str, post: Poster) -> None:
    seen = post({**rules(TEN_OFF), "rules": sent})
    assert message in told(seen)["errors"][""]
    assert "Look at the rules" in seen
    assert (PricingJob.objects.count(), Job.objects.count()) == (0, 0)


def test_two_megabytes_are_not_read_at_all(as_owner: Client, variants: list[Variant]) -> None:
    form = {**rules(TEN_OFF), "rules": "x" * 2_200_000, "connection": variants[0].connection_id}
    assert as_owner.post(URL, form).status_code == 400
    assert as_owner.post(PREVIEW, form).status_code == 400
    assert (PricingJob.objects.count(), JobDraft.objects.count()) == (0, 0)


def test_a_currency_without_decimals_takes_none(shop: Shop, post: Poster) -> None:
    Shop.objects.filter(pk=shop.pk).update(currency="JPY")
    cents = {"action": {"kind": "set", "value": "980.50"}}
    assert "the currency has no decimals" in told(post(rules(cents)))["errors"]["0.action.value"]
    post(rules({"action": {"kind": "set", "value": "980"}}))
    assert PricingJob.objects.get().rules.get().definition["action"]["value"] == "980"
