"""``work`` and ``dead_letters``."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from foundation.audit.models import AuditEvent
from foundation.failures import Permanent
from foundation.shops.models import Shop
from foundation.work.api import Group, enqueue
from foundation.work.models import Job
from foundation.work.runner import run_batch

from .conftest import states

pytestmark = pytest.mark.django_db


def said(*words: str, **options: Any) -> str:
    """Run a command; give what it printed."""
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def _dead(noting: Callable[..., Any], shop: Shop) -> None:
    def fail(_job: Any, **_: Any) -> None:
        raise Permanent("The file is empty.")

    noting("a.one", then=fail)
    noting("b.two", then=fail)
    for name in ("a.one", "b.two"):
        for of in (shop.pk, None):
            enqueue(name, shop_id=of)
    run_batch(Group.FAST)


def test_work_drains_until_idle(noting: Callable[..., Any], ran: list[Any]) -> None:
    noting("t.fast")
    noting("t.heavy", group="heavy")
    enqueue("t.fast", {"n": 1})
    enqueue("t.heavy", {"n": 2})

    assert said("work", "--group", "fast", "--until-idle") == "1 jobs were run.\n"
    assert said("work", "--until-idle") == "1 jobs were run.\n"
    assert said("work", "--seconds", "0.1") == "0 jobs were run.\n"
    assert ran == [1, 2]


@pytest.mark.usefixtures("_dead")
def test_listing_says_what_why_and_what_now(shop: Shop) -> None:
    text = said("dead_letters", "list", "--shop", str(shop.pk), "--task", "a.")

    job = Job.objects.get(name="a.one", shop=shop)
    assert text == (
        "     1  a.one  permanent\n"
        f"#{job.pk} a.one shop={shop.pk} for a person: The file is empty.\n"
    )
    assert said("dead_letters", "list", "--kind", "bug") == "No dead letters.\n"


@pytest.mark.usefixtures("_dead")
def test_a_dry_run_changes_nothing() -> None:
    for verb in ("replay", "discard"):
        text = said("dead_letters", verb, "--task", "b.two", "--dry-run", "--reason", "x")
        assert text.endswith(f"Dry run: 2 would be put to {verb}; nothing changed.\n")

    assert {state for _, state in states()} == {"dead"}


@pytest.mark.usefixtures("_dead")
def test_replay_and_discard_take_only_what_matches(shop: Shop) -> None:
    assert said("dead_letters", "replay", "--task", "a.one", "--shop", str(shop.pk)) == (
        "1 jobs are queued again.\n"
    )
    one = Job.objects.filter(name="b.two").first()
    assert one is not None
    assert said("dead_letters", "discard", "--id", str(one.pk), "--reason", "Not needed.") == (
        "1 jobs are discarded.\n"
    )

    assert states() == [
        ("a.one", "queued"),
        ("a.one", "dead"),
        ("b.two", "cancelled"),
        ("b.two", "dead"),
    ]
    event = AuditEvent.objects.get(verb="work.jobs.cancelled")
    assert (event.reason, event.object_id) == ("Not needed.", str(one.pk))


@pytest.mark.usefixtures("_dead")
def test_everything_or_without_a_reason_must_be_said_on_purpose() -> None:
    with pytest.raises(CommandError, match="Give a filter, or --all to replay"):
        said("dead_letters", "replay")
    with pytest.raises(CommandError, match="Say why with --reason"):
        said("dead_letters", "discard", "--all")

    assert {state for _, state in states()} == {"dead"}
    assert said("dead_letters", "replay", "--all") == "4 jobs are queued again.\n"
