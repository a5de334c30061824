"""The frame itself: bars, bell, palette, panic switch, log-in."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone

from config.progress import Progress, duration
from foundation.alerts.api import open_alert
from foundation.shops.api import Role
from foundation.shops.models import Shop, User
from foundation.work.enums import JobState
from foundation.work.models import Heartbeat, Job
from tests.factories import PASSWORD

from .conftest import MakeJob

NOW = dt.datetime(2026, 11, 21, 19, 2, 7, tzinfo=dt.UTC)


def _alive(*names: str) -> None:
    for name in names:
        Heartbeat.objects.create(name=name, seen_at=timezone.now())


def _page(browser: Client, url: str = "/audit/") -> str:
    return browser.get(url).content.decode()


@pytest.mark.django_db
def test_nobody_works_is_said_on_every_page(browser: Client, make_job: MakeJob) -> None:
    make_job()
    for url in ("/", "/audit/", "/operations/jobs/", "/alerts/"):
        page = _page(browser, url)
        assert "Nobody is working." in page
        assert "1 job waits" in " ".join(page.replace("<b>", "").split())


@pytest.mark.django_db
def test_a_silent_group_is_named_with_its_remedy(browser: Client) -> None:
    _alive("fast", "remote", "beat")
    page = _page(browser)
    assert "docker compose up -d worker-heavy" in page
    assert "worker-fast" not in page
    _alive("heavy")
    assert "fr-bar-bad" not in _page(browser)


@pytest.mark.django_db
def test_the_bell_counts_the_own_alerts(browser: Client, shop: Shop, stranger: User) -> None:
    elsewhere = Shop.objects.for_user(stranger).get()
    for key, of in (("a", shop), ("b", shop), ("c", elsewhere)):
        open_alert(shop_id=of.pk, key=key, severity="warning", title=key, body="")
    assert "Alerts: 2 open" in _page(browser)


@pytest.mark.django_db
def test_the_panic_switch_freezes_and_releases(
    browser: Client,
    browser_of: Callable[[Role], Client],
    shop: Shop,
    owner: User,
    make_job: MakeJob,
) -> None:
    waiting = make_job(JobState.PARKED, parked_key=f"shop:{shop.pk}")
    browser.post("/panic/freeze/", {"reason": "prices look wrong"})
    shop.refresh_from_db()
    assert (shop.frozen_by_id, shop.frozen_reason) == (owner.pk, "prices look wrong")
    editor = browser_of(Role.EDITOR)
    bar = _page(editor)
    assert "prices look wrong" in bar
    assert str(owner) in bar
    assert editor.post("/panic/release/").status_code == 403
    assert Job.objects.get(pk=waiting.pk).state == JobState.PARKED
    browser_of(Role.APPROVER).post("/panic/release/")
    shop.refresh_from_db()
    assert shop.frozen_at is None
    assert Job.objects.get(pk=waiting.pk).state == JobState.QUEUED
    assert "prices look wrong" not in _page(editor, "/frame/bars/")


@pytest.mark.django_db
def test_the_palette_finds_pages_and_jobs(browser: Client) -> None:
    assert "/operations/connections/" in _page(browser, "/palette/?s=webhook")
    assert "/operations/jobs/1234/" in _page(browser, "/palette/?s=%231234")
    # A room of a place is found, and does not crowd the sidebar.
    assert "/pricing/locks/" in _page(browser, "/palette/?s=never touch")
    assert "/pricing/locks/" not in _page(browser, "/audit/")
    assert "/admin/" not in _page(browser, "/palette/?s=database")
    assert _page(browser, "/palette/?s=") == ""
    assert "<script>" not in _page(browser, "/palette/?s=<script>alert(1)</script>")


@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
def test_guessing_is_slowed_down_and_said(owner: User) -> None:
    guesser = Client()
    form = {"username": owner.email, "password": "wrong"}
    answers = [guesser.post("/login/", form) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 7 + [429]
    right = {"username": owner.email, "password": PASSWORD}
    locked = guesser.post("/login/", right)
    assert locked.status_code == 429
    assert "Too many attempts" in locked.content.decode()
    # The owner at another address is not locked out by a stranger's guesses.
    assert Client(REMOTE_ADDR="10.0.0.7").post("/login/", right)["Location"] == "/"


@pytest.mark.django_db
def test_whoever_belongs_to_no_shop_is_told_so(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    answer = client.get("/")
    assert answer.status_code == 403
    assert "not a member of any shop yet" in answer.content.decode()


@pytest.mark.django_db
def test_pages_ask_nothing_of_other_origins(browser: Client) -> None:
    for url in ("/", "/login/", "/operations/jobs/", "/operations/connections/add/"):
        answer = browser.get(url, follow=True)
        assert 'src="http' not in answer.content.decode()
        assert "default-src 'self'" in answer["Content-Security-Policy"]


def _draw(text: str, **context: object) -> str:
    return Template("{% load frame %}" + text).render(Context({"now": NOW, **context}))


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (Decimal("1234.5"), "CAD", "1,234.50 CAD"),
        (Decimal(-3), "CAD", "\N{MINUS SIGN}3.00 CAD"),
        (Decimal(1200), "JPY", "1,200 JPY"),
        (Decimal("1.2345"), "KWD", "1.234 KWD"),
        (None, "CAD", "\N{EN DASH}"),
        ("rubbish", "CAD", "\N{EN DASH}"),
    ],
)
def test_money(amount: object, currency: str, expected: str) -> None:
    assert _draw("{{ amount|money:currency }}", amount=amount, currency=currency) == expected


def test_times_are_in_the_shops_zone() -> None:
    toronto = Shop(name="Maple", timezone="America/Toronto")
    drawn = _draw("{% when at %}", at=NOW - dt.timedelta(minutes=3), shop=toronto)
    assert 'title="21 Nov 2026, 13:59:07 EST"' in drawn
    assert 'datetime="2026-11-21T18:59:07+00:00"' in drawn
    assert ">3 min ago<" in drawn
    odd = Shop(name="Odd", timezone="Mars/Olympus")
    assert _draw("{% shop_time at %}", at=NOW, shop=odd) == "21 Nov 2026, 19:02:07 UTC"


def test_change_shows_both_amounts_and_the_difference() -> None:
    drawn = _draw('{% change before after "CAD" %}', before=Decimal(24), after=Decimal("19.99"))
    assert ">24.00<" in drawn
    assert ">19.99 CAD<" in drawn
    assert "\N{MINUS SIGN}16.7 %" in drawn
    assert "%" not in _draw('{% change before after "CAD" %}', before=None, after=Decimal(5))


@pytest.mark.parametrize(
    ("done", "moved", "expected"),
    [
        (50, 0, Progress(50, 200, 25, "5.0/s", "30 s", "")),
        (50, 90, Progress(50, 200, 25, "5.0/s", "", "1 min")),
        (200, 0, Progress(200, 200, 100, "20.0/s", "", "")),
        (0, 0, Progress(0, 200, 0, "", "", "")),
    ],
)
def test_progress_says_rate_time_left_and_standstill(
    done: int, moved: int, expected: Progress
) -> None:
    moved_at = NOW - dt.timedelta(seconds=moved)
    started_at = moved_at - dt.timedelta(seconds=10)
    assert Progress.of(done, 200, started_at, moved_at, NOW) == expected


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "0 s"), (59, "59 s"), (60, "1 min"), (7500, "2 h 5 min"), (90_000, "1 day")],
)
def test_durations(seconds: float, said: str) -> None:
    assert duration(seconds) == said
