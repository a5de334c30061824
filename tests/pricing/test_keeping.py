"""Rule sets, saved filters, thresholds of approval: kept once, by whom, and what is refused."""

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog_sync.api import Selection
from catalog_sync.models import Variant
from foundation.audit.models import AuditEvent
from foundation.shops.api import Role
from foundation.shops.models import Shop, User
from pricing.api import Action, simple_rule
from pricing.models import ApprovalPolicy, RuleSet, SavedFilter
from pricing.queries.keeping import matching_counts
from pricing.rules import read_rules, rules_to_json
from pricing.services import (
    Refused,
    delete_rule_set,
    rename_rule_set,
    save_filter,
    save_rule_set,
    set_approval_policy,
)
from tests import factories
from tests.pricing.page_fixtures import catalogue

pytestmark = pytest.mark.django_db

RULES, SAVE = "/pricing/rules/", "/pricing/rules/save/"
FILTERS, SAVE_FILTER = "/pricing/filters/", "/pricing/filters/save/"
APPROVAL = "/pricing/approval/"
TEN_OFF = simple_rule(Action.PERCENT, -10, floor="5")
HALF = simple_rule(Action.PERCENT, -50)
DOCUMENT = json.dumps(rules_to_json([TEN_OFF]))


@pytest.fixture
def client(owner: User, shop: Shop) -> Client:
    """The owner at the shop's pages."""
    del shop
    return logged_in(owner)


@pytest.fixture
def variants(shop: Shop) -> list[Variant]:
    return catalogue(factories.shopify_connection(shop))


def logged_in(person: User) -> Client:
    made = Client()
    made.force_login(person)
    return made


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def deeds(thing: str) -> list[str]:
    rows = AuditEvent.objects.filter(object_type=thing).order_by("pk")
    return [verb.rpartition(".")[2] for verb in rows.values_list("verb", flat=True)]


# -- rule sets -------------------------------------------------------------------------------------


def test_rules_are_kept_under_one_name_in_any_case(shop: Shop, owner: User) -> None:
    who: dict[str, Any] = {"shop_id": shop.pk, "actor_id": owner.pk}
    first = save_rule_set(name="  Winter   sale ", rules=[TEN_OFF], **who)
    assert (first.name, read_rules(first.rules)) == ("Winter sale", (TEN_OFF,))
    # The same once more, as when a form is sent twice: nothing to do.
    assert save_rule_set(name="Winter sale", rules=[TEN_OFF], **who).pk == first.pk
    assert deeds("rule_set") == ["saved"]
    with pytest.raises(Refused) as refused:
        save_rule_set(name="WINTER SALE", rules=[HALF], **who)
    assert refused.value.code == "name_taken"
    first.refresh_from_db()
    assert (first.name, read_rules(first.rules)) == ("Winter sale", (TEN_OFF,))
    replaced = save_rule_set(name="WINTER SALE", rules=[HALF], replace=True, **who)
    assert (replaced.pk, replaced.name, RuleSet.objects.count()) == (first.pk, "WINTER SALE", 1)
    assert read_rules(RuleSet.objects.get().rules) == (HALF,)
    assert deeds("rule_set") == ["saved", "replaced"]
    event = AuditEvent.objects.get(verb="pricing.rule_set.replaced")
    assert (event.actor_id, event.details["before"]) == (
        owner.pk,
        {"rules": rules_to_json([TEN_OFF])},
    )


def test_a_name_is_free_in_another_shop(shop: Shop, owner: User, stranger: User) -> None:
    elsewhere = Shop.objects.for_user(stranger).get()
    for place, person in ((shop, owner), (elsewhere, stranger)):
        save_rule_set(shop_id=place.pk, name="Sale", rules=[HALF], actor_id=person.pk)
    assert RuleSet.objects.count() == 2


def test_a_rule_set_is_renamed_and_deleted_once(shop: Shop, owner: User) -> None:
    who: dict[str, Any] = {"shop_id": shop.pk, "actor_id": owner.pk}
    one = save_rule_set(name="One", rules=[TEN_OFF], **who)
    two = save_rule_set(name="Two", rules=[HALF], **who)
    with pytest.raises(Refused) as refused:
        rename_rule_set(rule_set=two, name="one", actor_id=owner.pk)
    assert refused.value.code == "name_taken"
    rename_rule_set(rule_set=two, name="TWO", actor_id=owner.pk)
    rename_rule_set(rule_set=two, name="Three", actor_id=owner.pk)
    delete_rule_set(rule_set=one, actor_id=owner.pk)
    delete_rule_set(rule_set=one, actor_id=owner.pk)
    assert list(RuleSet.objects.values_list("name", flat=True)) == ["Three"]
    assert deeds("rule_set") == ["saved", "saved", "renamed", "renamed", "deleted"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\x00b"])
def test_a_name_that_is_none_is_refused(shop: Shop, owner: User, name: str) -> None:
    with pytest.raises(Refused) as refused:
        save_rule_set(shop_id=shop.pk, name=name, rules=[HALF], actor_id=owner.pk)
    assert (refused.value.code, RuleSet.objects.count()) == ("no_name", 0)


@pytest.mark.django_db(transaction=True)
def test_eight_people_save_one_name_at_once(shop: Shop, owner: User) -> None:
    def save(number: int) -> str:
        try:
            rule = simple_rule(Action.PERCENT, -number - 1)
            save_rule_set(shop_id=shop.pk, name="Sale", rules=[rule], actor_id=owner.pk)
        except Refused as refused:
            return refused.code
        finally:
            database.close()
        return "saved"

    with ThreadPoolExecutor(8) as pool:
        told = sorted(pool.map(save, range(8)))
    assert told == ["name_taken"] * 7 + ["saved"]
    assert (RuleSet.objects.count(), deeds("rule_set")) == (1, ["saved"])


def test_a_taken_name_is_asked_about_and_nothing_is_lost(client: Client, owner: User) -> None:
    answer = client.post(SAVE, {"name": "Sale", "rules": DOCUMENT})
    assert (answer.status_code, answer["Location"]) == (302, RULES)
    other = json.dumps(rules_to_json([HALF]))
    answer = client.post(SAVE, {"name": "sale", "rules": other})
    assert answer.status_code == 409
    seen = text_of(answer)
    assert "There is a rule set called “Sale”: replace it, or choose another name." in seen
    assert 'name="replace" value="1"' in seen
    assert other.replace('"', "&quot;") in seen
    assert read_rules(RuleSet.objects.get().rules) == (TEN_OFF,)
    # Both ways out of it.
    client.post(SAVE, {"name": "Other", "rules": other})
    client.post(SAVE, {"name": "sale", "rules": other, "replace": "1"})
    assert dict(RuleSet.objects.values_list("name", "saved_by_id")) == {
        "sale": owner.pk,
        "Other": owner.pk,
    }


@pytest.mark.parametrize(
    ("name", "rules", "said"),
    [
        ("", DOCUMENT, "Give it a name."),
        ("x", "", "There are no rules to save."),
        ("x", "not json", "The document is not JSON"),
        ("x", "[]", "Enter 1 to 20 rules."),
        ("x", '{"a": 1}', "Enter a list of rules."),
        ("x", '[{"action": {"kind": "percent"}}]', "Rule 1, action.value:"),
        ("x", '[{"action": {"kind": "percent", "value": NaN}}]', "NaN"),
        ("x", '[{"action": {"kind": "percent", "value": "1e99"}}]', "Rule 1, action.value:"),
        ("x", "[" * 60 + "]" * 60, "deep"),
    ],
)
def test_rules_that_cannot_be_meant_are_not_saved(
    client: Client, name: str, rules: str, said: str
) -> None:
    answer = client.post(SAVE, {"name": name, "rules": rules})
    assert (answer.status_code, said in text_of(answer)) == (422, True), text_of(answer)
    assert RuleSet.objects.count() == 0


def test_the_wizard_hears_in_place(client: Client) -> None:
    htmx = {"HX-Request": "true"}
    said = text_of(client.post(SAVE, {"name": "Sale", "rules": DOCUMENT}, headers=htmx))
    assert ("The rules are saved as “Sale”." in said, "<nav" in said) == (True, False)
    other = json.dumps(rules_to_json([HALF]))
    answer = client.post(SAVE, {"name": "Sale", "rules": other}, headers=htmx)
    # htmx would not show another status.
    assert answer.status_code == 200
    assert "There is a rule set called “Sale”" in text_of(answer)
    assert 'name="replace"' in text_of(answer)
    answer = client.post(SAVE, {"name": "", "rules": other}, headers=htmx)
    assert ("Give it a name." in text_of(answer), RuleSet.objects.count()) == (True, 1)


def test_rule_sets_are_said_in_words(client: Client, shop: Shop) -> None:
    assert "No rule sets yet" in text_of(client.get(RULES))
    save_rule_set(shop_id=shop.pk, name="Sale", rules=[TEN_OFF], actor_id=None)
    RuleSet.objects.create(shop=shop, name="Old", rules=[{"action": "of another version"}])
    seen = text_of(client.get(RULES))
    assert "never below 5.00 CAD" in seen
    assert "They were saved by another version and cannot be read." in seen
    kept = RuleSet.objects.get(name="Sale")
    assert f"{reverse('pricing:new')}?rule_set={kept.pk}" in seen


def test_who_may_see_and_who_may_change(
    shop: Shop, owner: User, colleague: User, stranger: User
) -> None:
    kept = save_rule_set(shop_id=shop.pk, name="Sale", rules=[HALF], actor_id=owner.pk)
    saved = save_filter(
        shop_id=shop.pk, name="Maple", selection=Selection(vendor="Maple"), actor_id=owner.pk
    )
    rename = reverse("pricing:rule_set_rename", args=[kept.pk])
    deletes = [
        reverse("pricing:rule_set_delete", args=[kept.pk]),
        reverse("pricing:filter_delete", args=[saved.pk]),
    ]
    viewer = logged_in(factories.member("vera.viewer@example.com", shop, Role.VIEWER))
    for page in (RULES, FILTERS):
        seen = text_of(viewer.get(page))
        assert not any(url in seen for url in (rename, *deletes, SAVE_FILTER))
    for url in (rename, *deletes, SAVE, SAVE_FILTER):
        assert viewer.post(url, {"name": "Mine", "rules": DOCUMENT}).status_code == 403
    for url in (rename, *deletes):
        assert logged_in(stranger).post(url, {"name": "Mine"}).status_code == 404
        assert Client().post(url).status_code == 302
        assert logged_in(colleague).get(url).status_code == 405
    assert (RuleSet.objects.get().name, SavedFilter.objects.count()) == ("Sale", 1)
    seen = text_of(logged_in(colleague).post(rename, {"name": "x" * 200}, follow=True))
    assert "Not renamed." in seen
    logged_in(colleague).post(rename, {"name": "Spring"})
    assert RuleSet.objects.get().name == "Spring"
    for url in deletes:
        assert logged_in(colleague).post(url).status_code == 302
    assert (RuleSet.objects.count(), SavedFilter.objects.count()) == (0, 0)


# -- saved filters ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("variants")
def test_a_saved_filter_says_what_it_matches_now(client: Client) -> None:
    assert "No saved filters yet" in text_of(client.get(FILTERS))
    posted = {"name": "Maple in stock", "vendor": "Maple", "stock_min": "2", "text": ""}
    assert client.post(SAVE_FILTER, posted)["Location"] == FILTERS
    saved = SavedFilter.objects.get()
    assert saved.selection == {"vendor": "Maple", "stock_min": 2}
    seen = text_of(client.get(FILTERS))
    assert ("Maple in stock" in seen, "2 variants" in seen) == (True, True)
    begin = f"{reverse('pricing:new')}?saved_filter={saved.pk}"
    assert begin in seen
    assert 'value="Maple"' in text_of(client.get(begin))
    Variant.objects.filter(stock=3).update(stock=1)
    assert "0 variants" in text_of(client.get(FILTERS))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"vendor": "Maple"}, "Give it a name."),
        ({"name": "x"}, "Set at least one filter: this one would match nothing."),
        ({"name": "x", "stock_min": "many"}, "It must be a whole number"),
        ({"name": "x", "price_min": "NaN"}, "It must be an amount"),
        ({"name": "x", "stock_min": "5", "stock_max": "2"}, "It is below the minimum."),
        ({"name": "x", "status": "nonsense"}, "Select a valid choice."),
    ],
)
def test_a_filter_that_cannot_be_meant_is_not_saved(
    client: Client, fields: dict[str, str], said: str
) -> None:
    answer = client.post(SAVE_FILTER, fields)
    assert (answer.status_code, said in text_of(answer)) == (422, True)
    assert SavedFilter.objects.count() == 0


def test_a_filter_of_that_name_is_asked_about(client: Client) -> None:
    client.post(SAVE_FILTER, {"name": "Maple", "vendor": "Maple"})
    answer = client.post(SAVE_FILTER, {"name": "maple", "vendor": "Birch"})
    assert (answer.status_code, 'name="replace" value="1"' in text_of(answer)) == (409, True)
    assert SavedFilter.objects.get().selection == {"vendor": "Maple"}
    client.post(SAVE_FILTER, {"name": "maple", "vendor": "Birch", "replace": "1"})
    assert SavedFilter.objects.get().selection == {"vendor": "Birch"}
    assert deeds("saved_filter") == ["saved", "replaced"]


def test_many_filters_are_counted_in_one_query(
    shop: Shop, variants: list[Variant], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    del variants
    queries: list[Any] = [
        {"vendor": "Maple"},
        {"vendor": "Nobody"},
        {"all": True},
        None,
        {"no": "filter"},
        {},
    ]
    with django_assert_num_queries(1):
        assert matching_counts(shop.pk, queries) == [4, 0, 6, None, None, 0]
    with django_assert_num_queries(1):
        assert matching_counts(shop.pk, queries[:1]) == [4]
    with django_assert_num_queries(0):
        assert matching_counts(shop.pk, [None]) == [None]


@pytest.mark.parametrize("items", [1, 3])
def test_the_lists_cost_the_same_for_one_and_three(
    items: int,
    client: Client,
    shop: Shop,
    owner: User,
    variants: list[Variant],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    del variants
    who: dict[str, Any] = {"shop_id": shop.pk, "actor_id": owner.pk}
    for number in range(items):
        save_rule_set(name=f"Sale {number}", rules=[HALF], **who)
        save_filter(name=f"Filter {number}", selection=Selection(stock_min=number + 1), **who)
    with django_assert_num_queries(6):
        assert client.get(RULES).status_code == 200
    with django_assert_num_queries(7):
        assert client.get(FILTERS).status_code == 200


# -- approval --------------------------------------------------------------------------------------


def test_thresholds_are_set_with_a_record(client: Client, shop: Shop, colleague: User) -> None:
    del colleague
    posted = {"enabled": "on", "rows_over": "500", "percent_over": "12.5", "money_over": ""}
    assert client.post(APPROVAL, posted)["Location"] == APPROVAL
    policy = ApprovalPolicy.objects.get(shop=shop)
    assert (policy.enabled, policy.rows_over, policy.percent_over, policy.money_over) == (
        True,
        500,
        Decimal("12.50"),
        None,
    )
    client.post(APPROVAL, posted)
    (event,) = AuditEvent.objects.filter(object_type="approval_policy")
    assert event.details["after"]["percent_over"] == "12.5"
    assert event.details["before"]["enabled"] is False
    seen = text_of(client.get(APPROVAL))
    assert ('value="500"' in seen, 'value="12.50"' in seen) == (True, True)
    # What is switched off keeps its thresholds for another time.
    client.post(APPROVAL, {**posted, "enabled": ""})
    policy.refresh_from_db()
    assert (policy.enabled, policy.rows_over) == (False, 500)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"enabled": "on"}, "Set at least one threshold."),
        ({"enabled": "on", "rows_over": "-1"}, "greater than or equal to 0"),
        ({"rows_over": "1.5"}, "Write a whole number such as 500, or nothing."),
        ({"rows_over": "99999999999"}, "less than or equal to 2147483647"),
        ({"percent_over": "NaN"}, "Write a number such as 12.50, or nothing."),
        ({"percent_over": "1e9"}, "less than or equal to 99999.99"),
        ({"percent_over": "1.234"}, "no more than 2 decimal places"),
        ({"money_over": "-5"}, "greater than or equal to 0"),
        ({"money_over": "1" * 19}, "less than or equal to"),
    ],
)
def test_impossible_thresholds_are_refused_at_the_field(
    client: Client, fields: dict[str, str], said: str
) -> None:
    answer = client.post(APPROVAL, fields)
    assert (answer.status_code, said in text_of(answer)) == (422, True), text_of(answer)
    assert ApprovalPolicy.objects.count() == 0


def test_the_service_refuses_approval_without_a_threshold(shop: Shop, owner: User) -> None:
    with pytest.raises(Refused) as refused:
        set_approval_policy(
            shop_id=shop.pk,
            enabled=True,
            rows_over=None,
            percent_over=None,
            money_over=None,
            actor_id=owner.pk,
        )
    assert (refused.value.code, ApprovalPolicy.objects.count()) == ("no_threshold", 0)


def test_a_shop_of_one_person_is_told_why_it_is_off(client: Client, shop: Shop) -> None:
    client.post(APPROVAL, {"enabled": "on", "rows_over": "5"})
    seen = text_of(client.get(APPROVAL))
    assert "Off: you are the only person in this shop." in seen
    factories.member("carl.colleague@example.com", shop)
    seen = text_of(client.get(APPROVAL))
    assert "Off: you are the only person" not in seen
    assert "can be approved by nobody: give one more person the role approver" in seen
    factories.member("anna.approver@example.com", shop, Role.APPROVER)
    seen = text_of(client.get(APPROVAL))
    assert ("anna.approver@example.com" in seen, "by nobody" in seen) == (True, False)


def test_thresholds_are_the_owner_s_alone(shop: Shop, owner: User, stranger: User) -> None:
    approver = factories.member("anna.approver@example.com", shop, Role.APPROVER)
    assert logged_in(approver).get(APPROVAL).status_code == 403
    assert logged_in(approver).post(APPROVAL, {"rows_over": "1"}).status_code == 403
    assert APPROVAL not in text_of(logged_in(approver).get(RULES))
    assert APPROVAL in text_of(logged_in(owner).get(RULES))
    # An owner of another shop sets those of that one.
    logged_in(stranger).post(APPROVAL, {"rows_over": "7"})
    assert not ApprovalPolicy.objects.filter(shop=shop).exists()
