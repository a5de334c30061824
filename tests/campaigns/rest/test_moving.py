"""A campaign's status: where it can go, what is refused, what a repeated request does."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from campaigns.enums import MOVES, CampaignState
from campaigns.models import Campaign, CampaignStateChange
from campaigns.rest.moving import bring_to
from foundation.audit.models import AuditEvent
from foundation.shops.models import Connection, User
from pricing.api import IllegalMove
from tests.rest.conftest import Caller, told

from .conftest import made, patch, pointers, state_of, work_names

pytestmark = pytest.mark.django_db
S = CampaignState
SOON = dt.timedelta(hours=1)


def in_state(campaign: Campaign, state: CampaignState, **columns: Any) -> Campaign:
    """Put a campaign into a state behind the code's back."""
    Campaign.objects.filter(pk=campaign.pk).update(state=state, **columns)
    campaign.refresh_from_db()
    return campaign


def test_to_the_schedule_and_back(editor: Caller, draft: Campaign, colleague: User) -> None:
    begins = timezone.now() + SOON
    in_state(draft, S.DRAFT, starts_at=begins)
    body = patch(editor, draft, {"status": "scheduled"}).json()
    assert (body["status"], body["possible"], body["editable"]) == (
        "scheduled",
        ["draft", "active", "ended"],
        True,
    )
    assert [(each["before"], each["after"]) for each in body["history"]] == [
        (None, "draft"),
        ("draft", "scheduled"),
    ]
    assert body["history"][1]["actor"]["id"] == str(colleague.pk)
    assert work_names() == ["campaigns.start_due"]
    assert patch(editor, draft, {"status": "draft"}).json()["status"] == "draft"


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({}, "no-start"),
        ({"starts_at": timezone.now() - SOON}, "start-over"),
        ({"starts_at": timezone.now() + SOON, "selection": {"vendor": "Nobody"}}, "no-variants"),
    ],
    ids=["none", "over", "empty"],
)
def test_what_cannot_be_scheduled(
    editor: Caller, draft: Campaign, columns: dict[str, Any], code: str
) -> None:
    in_state(draft, S.DRAFT, **columns)
    problem = told(patch(editor, draft, {"status": "scheduled"}))
    assert (problem["status"], problem["code"]) == (409, code)
    assert (problem["state"], state_of(draft)) == ("draft", "draft")
    assert draft.history.count() == 1
    assert work_names() == []


def test_pause_and_go_on(editor: Caller, active: Campaign) -> None:
    body = patch(editor, active, {"status": "paused", "reason": "Stock-taking"}).json()
    assert (body["status"], body["status_reason"]) == ("paused", "Stock-taking")
    assert body["possible"] == ["active", "ended"]
    body = patch(editor, active, {"status": "active"}).json()
    assert (body["status"], body["status_reason"]) == ("active", "")
    assert body["possible"] == ["paused", "ended"]
    # What moved meanwhile is evaluated.
    assert work_names().count("campaigns.settle") == 2


def test_one_whose_end_came_while_it_was_paused(editor: Caller, active: Campaign) -> None:
    in_state(active, S.PAUSED, ends_at=timezone.now() - SOON)
    problem = told(patch(editor, active, {"status": "active"}))
    assert (problem["status"], problem["code"], problem["possible"]) == (409, "end-over", ["ended"])
    assert state_of(active) == "paused"


def test_end(editor: Caller, active: Campaign) -> None:
    body = patch(editor, active, {"status": "ended", "reason": "Sold out"}).json()
    assert (body["status"], body["status_reason"], body["possible"]) == ("ended", "Sold out", [])
    assert (body["matching"], body["over_at"] is None) == (None, False)
    assert "rollback" not in body["links"]


@pytest.mark.parametrize("state", [S.DRAFT, S.SCHEDULED, S.ACTIVE, S.PAUSED, S.ENDED])
def test_the_status_it_has_is_no_move(
    editor: Caller, active: Campaign, state: CampaignState
) -> None:
    in_state(active, state)
    changes, events = CampaignStateChange.objects.count(), AuditEvent.objects.count()
    jobs = work_names()
    answer = patch(editor, active, {"status": str(state)})
    assert (answer.status_code, answer.json()["status"]) == (200, state)
    assert (CampaignStateChange.objects.count(), AuditEvent.objects.count()) == (changes, events)
    assert work_names() == jobs


def test_a_move_that_is_not_in_the_table_names_those_that_are(
    editor: Caller, active: Campaign
) -> None:
    problem = told(patch(editor, active, {"status": "scheduled"}))
    assert problem == {
        "type": "/api/problems/illegal-move",
        "title": "Illegal move",
        "status": 409,
        "detail": "The campaign is active; it cannot become scheduled. "
        "It can become: paused, ended. Nothing was changed.",
        "instance": f"/api/campaigns/{active.pk}/",
        "code": "illegal-move",
        "state": "active",
        "possible": ["paused", "ended"],
    }
    in_state(active, S.ROLLED_BACK)
    problem = told(patch(editor, active, {"status": "active"}))
    assert problem["detail"] == (
        "The campaign is rolled back; it cannot become active. Its status cannot be changed. "
        "Nothing was changed."
    )


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("wanted", [S.DRAFT, S.SCHEDULED, S.PAUSED, S.ENDED])
def test_only_moves_of_the_table_happen(
    editor: Caller, active: Campaign, state: CampaignState, wanted: CampaignState
) -> None:
    in_state(active, state, starts_at=timezone.now() + SOON)
    possible = editor.get(f"/api/campaigns/{active.pk}/").json()["possible"]
    answer = patch(editor, active, {"status": str(wanted)})
    allowed = wanted == state or wanted in MOVES[state]
    assert (answer.status_code, state_of(active)) == ((200, wanted) if allowed else (409, state))
    assert (wanted in possible) == (wanted in MOVES[state])


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({}, ["#"]),
        ([], ["#"]),
        ({"status": "lost"}, ["#/status"]),
        ({"status": "rolling_back"}, ["#/status"]),
        ({"status": "rolled_back"}, ["#/status"]),
        ({"status": None}, ["#/status"]),
        ({"status": 1}, ["#/status"]),
        ({"status": ["active"]}, ["#/status"]),
        ({"status": "ended", "name": "Other"}, ["#/status"]),
        ({"status": "active", "reason": "Because"}, ["#/reason"]),
        ({"reason": "Because"}, ["#/reason"]),
        ({"status": "ended", "reason": "x" * 501}, ["#/reason"]),
        ({"state": "ended"}, ["#/state"]),
    ],
)
def test_what_is_no_move(editor: Caller, active: Campaign, body: Any, places: list[str]) -> None:
    problem = told(patch(editor, active, body))
    assert (problem["status"], problem["code"], pointers(problem)) == (400, "invalid-input", places)
    assert (state_of(active), Campaign.objects.get().name) == ("active", "Short stock")


def test_who_was_second_is_told_what_there_is(
    connection: Connection, colleague: User, active: Campaign
) -> None:
    del connection
    # As it was read before somebody else paused it.
    stale = Campaign.objects.get(pk=active.pk)
    in_state(active, S.PAUSED)
    bring_to(stale, S.PAUSED, actor_id=colleague.pk, reason="")
    assert active.history.filter(after="paused").count() == 0
    in_state(active, S.ROLLING_BACK)
    for wanted in (S.PAUSED, S.ENDED):
        with pytest.raises(IllegalMove, match="rolling back; it cannot become"):
            bring_to(stale, wanted, actor_id=colleague.pk, reason="")
    assert state_of(active) == "rolling_back"


def test_who_may(viewer: Caller, intruder: Caller, active: Campaign) -> None:
    for status in ("paused", "ended"):
        assert told(viewer.send(f"/api/campaigns/{active.pk}/", {"status": status}, "PATCH"))[
            "code"
        ] == ("role-too-weak")
        assert told(patch(intruder, active, {"status": status}))["status"] == 404
    assert state_of(active) == "active"
    body = viewer.get(f"/api/campaigns/{active.pk}/").json()
    assert (body["possible"], body["editable"]) == ([], False)
    assert set(body["links"]) == {"self", "variants", "moves", "ledger"}


def test_a_scheduled_one_that_could_not_begin_any_more_is_not_made(
    editor: Caller, connection: Connection, colleague: User, variants: Any
) -> None:
    del variants
    begins = timezone.now() + SOON
    campaign = made(connection, colleague, starts_at=begins)
    patch(editor, campaign, {"status": "scheduled"})
    problem = told(patch(editor, campaign, {"starts_at": None}))
    assert (problem["status"], problem["code"], pointers(problem)) == (
        409,
        "no-start",
        ["#/starts_at"],
    )
    later = begins + SOON
    assert patch(editor, campaign, {"starts_at": later.isoformat()}).status_code == 200
    campaign.refresh_from_db()
    assert (campaign.starts_at, campaign.state) == (later, "scheduled")
    # It is looked at in that very moment, too.
    assert work_names() == ["campaigns.start_due"] * 2
