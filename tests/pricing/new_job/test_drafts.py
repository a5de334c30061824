"""What was entered is kept, comes back, and becomes a job once."""

import json
import threading
import uuid

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop, User
from foundation.unsaved import REMEMBERED
from foundation.work.models import Job
from pricing.models import JobDraft, PricingJob
from tests import factories
from tests.pricing.page_fixtures import catalogue, job_in

from .forms import (
    PLAIN,
    PREVIEW,
    TEN_OFF,
    URL,
    WHOLE_LANGUAGE,
    Poster,
    logged_in,
    rules,
    shown,
    told,
)

pytestmark = pytest.mark.django_db

HERE = "Your unfinished job from"
ASIDE = "You have an unfinished job from"


def token() -> str:
    return str(uuid.uuid4())


def id_in(page: str) -> str:
    """Return the draft that a page is about."""
    return page.split('name="draft" id="draft" value="')[1][:36]


def test_what_was_typed_comes_back_after_a_log_out(
    owner: User, as_owner: Client, preview: Poster
) -> None:
    draft = id_in(shown(as_owner))
    assert HERE not in shown(as_owner)
    preview(
        rules(*WHOLE_LANGUAGE),
        draft=draft,
        text="collar",
        name="Autumn",
        conflict_policy="overwrite",
    )
    as_owner.logout()
    seen = shown(logged_in(owner))
    assert HERE in seen
    assert id_in(seen) == draft
    assert told(seen)["rules"] == WHOLE_LANGUAGE
    for kept in ('value="Autumn"', 'value="collar"', 'value="overwrite" checked'):
        assert kept in seen


def test_ticks_and_a_way_come_back(
    as_owner: Client, preview: Poster, variants: list[Variant]
) -> None:
    preview(way="chosen", variant_ids=[str(variants[0].pk)], draft=token())
    seen = shown(as_owner)
    assert f'id="variant-{variants[0].pk}" checked' in seen
    assert 'value="chosen" id="way-chosen" checked' in seen


def test_a_draft_is_one_persons_in_one_shop(
    as_owner: Client, colleague: User, stranger: User, preview: Poster, owner: User
) -> None:
    draft = token()
    preview(name="Mine alone", draft=draft)
    for other in (colleague, stranger):
        assert "Mine alone" not in shown(logged_in(other))
        logged_in(other).post(PREVIEW, {**PLAIN, "name": "Hers", "draft": draft})
        logged_in(other).post(reverse("pricing:afresh"))
    assert "Mine alone" in shown(as_owner)
    second = factories.shop("Second", owner)
    assert JobDraft.objects.for_shop(second.pk).count() == 0


def test_beginning_afresh_forgets_and_a_late_keystroke_brings_nothing_back(
    as_owner: Client, preview: Poster
) -> None:
    draft = token()
    preview(name="Forget me", draft=draft)
    assert as_owner.post(reverse("pricing:afresh")).headers["Location"] == URL
    late = preview(name="Forget me", draft=draft)
    assert id_in(late) != draft
    assert "Forget me" not in shown(as_owner)
    assert JobDraft.objects.get().document == {}


def test_presets_leave_the_draft_until_something_is_typed(
    as_owner: Client, preview: Poster
) -> None:
    preview(name="First", draft=token())
    address = f"{URL}?vendor=Birch"
    seen = shown(as_owner, address)
    assert ASIDE in seen
    assert "First" not in seen
    assert HERE in shown(as_owner)
    preview(name="Second", draft=id_in(seen), origin="vendor=Birch")
    again = shown(as_owner, address)
    assert HERE in again
    assert 'value="Second"' in again
    assert JobDraft.objects.count() == 1


def test_what_was_refused_is_kept_too(as_owner: Client, post: Poster) -> None:
    post(value="", name="Not yet", draft=token())
    assert 'value="Not yet"' in shown(as_owner)


def test_nul_and_unknown_fields_are_not_kept(preview: Poster) -> None:
    preview(name="a\x00b", evil="x" * 100, draft=token())
    document = JobDraft.objects.get().document
    assert document["name"] == ["ab"]
    assert "evil" not in document
    assert "csrfmiddlewaretoken" not in document


def test_a_draft_that_is_no_id_is_given_one(as_owner: Client, preview: Poster) -> None:
    seen = preview(draft="'; drop table", name="Kept")
    assert str(uuid.UUID(id_in(seen))) == id_in(seen)
    assert 'value="Kept"' in shown(as_owner)


# -- once ------------------------------------------------------------------------------------------


def test_a_form_sent_twice_makes_one_job(as_owner: Client, post: Poster, preview: Poster) -> None:
    draft = token()
    preview(draft=draft)
    first, second = post(draft=draft), post(draft=draft)
    assert first == second
    assert PricingJob.objects.count() == Job.objects.count() == 1
    assert "A plan was made of that form already" in as_owner.get(first).content.decode()
    assert HERE not in shown(as_owner)
    kept = JobDraft.objects.get()
    assert (kept.document, kept.job) == ({}, PricingJob.objects.get())


def test_going_back_and_changing_something_makes_another_job(
    as_owner: Client, post: Poster, preview: Poster
) -> None:
    draft = token()
    first = post(draft=draft)
    seen = preview(draft=draft, value="-20")
    assert "A plan was made of this form already. What you change now is another job." in seen
    assert id_in(seen) != draft
    preview(draft=id_in(seen), value="-20")
    assert HERE in shown(as_owner)
    assert post(draft=id_in(seen), value="-20") != first
    assert PricingJob.objects.count() == 2


def test_a_refused_form_can_be_sent_again(post: Poster) -> None:
    draft = token()
    assert "Enter a value" in post(draft=draft, value="")
    post(draft=draft)
    assert PricingJob.objects.count() == 1


def test_another_persons_draft_makes_nothing(post: Poster, colleague: User, shop: Shop) -> None:
    theirs = JobDraft.objects.create(shop=shop, user=colleague, document={"name": ["Hers"]})
    refused = post(draft=str(theirs.pk))
    assert "This form is out of date." in refused
    assert PricingJob.objects.count() == 0
    theirs.refresh_from_db()
    assert (theirs.document, theirs.closed_at) == ({"name": ["Hers"]}, None)


def test_forms_long_sent_are_forgotten(shop: Shop, owner: User, post: Poster) -> None:
    old = timezone.now() - REMEMBERED * 2
    JobDraft.objects.create(shop=shop, user=owner, closed_at=old)
    post(draft=token())
    assert JobDraft.objects.get().job == PricingJob.objects.get()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("saved", [True, False])
def test_two_clicks_at_once_make_one_job(saved: bool, connection: Connection, owner: User) -> None:
    catalogue(connection, 1)
    draft, answers, begin = token(), [], threading.Barrier(2)
    form = {**rules(TEN_OFF), "connection": str(connection.pk), "draft": draft}
    if saved:
        logged_in(owner).post(PREVIEW, form)

    def click(client: Client) -> None:
        try:
            begin.wait(10)
            answers.append(client.post(URL, form).headers["Location"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click, args=(logged_in(owner),)) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    job = PricingJob.objects.get()
    assert answers == [reverse("pricing:job", kwargs={"job_id": job.pk})] * 2
    assert Job.objects.filter(name="pricing.make_plan").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_begin_at_once_leave_one_draft(connection: Connection, owner: User) -> None:
    catalogue(connection, 1)
    begin, statuses = threading.Barrier(2), []

    def typed(client: Client, name: str) -> None:
        try:
            begin.wait(10)
            statuses.append(
                client.post(PREVIEW, {**PLAIN, "name": name, "draft": token()}).status_code
            )
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=typed, args=(logged_in(owner), name)) for name in ("one", "two")
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert statuses == [200, 200]
    assert JobDraft.objects.get().document["name"] in (["one"], ["two"])


def test_a_copy_comes_back_as_it_was_changed(
    connection: Connection,
    variants: list[Variant],
    owner: User,
    as_owner: Client,
    preview: Poster,
) -> None:
    job = job_in("expired", connection, variants, owner)  # type: ignore[arg-type]  # the state's value
    origin = f"copy={job.pk}"
    seen = shown(as_owner, f"{URL}?{origin}")
    preview(rules(*WHOLE_LANGUAGE), draft=id_in(seen), origin=origin)
    assert told(shown(as_owner, f"{URL}?{origin}"))["rules"] == WHOLE_LANGUAGE
    assert json.loads(JobDraft.objects.get().document["rules"][0]) == WHOLE_LANGUAGE
