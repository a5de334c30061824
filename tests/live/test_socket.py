"""Who may listen to what, and what is told."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.test import Client

from foundation.live import consumer
from foundation.live.api import ticket
from foundation.live.push import group_name
from foundation.live.routing import application, origin_allowed
from foundation.shops.models import Shop, User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
ORIGIN = "http://127.0.0.1:8000"


def cookie_of(user: User | None) -> str:
    """Log in and give the session's cookie."""
    client = Client()
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


class Tab(ApplicationCommunicator):
    """One end of a socket."""

    async def connect(self) -> bool:
        """Shake hands; give whether we were let in."""
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output())["type"] == "websocket.accept")

    async def say(self, text: str) -> None:
        """Send a text."""
        await self.send_input({"type": "websocket.receive", "text": text})

    async def ask(self, **wish: Any) -> None:
        """Send a wish."""
        await self.say(json.dumps(wish))

    async def hear(self) -> Any:
        """Wait for a message."""
        return json.loads((await self.receive_output())["text"])

    async def hang_up(self) -> None:
        """Go away; an application that ended before is fine."""
        if not self.future.done():
            await self.send_input({"type": "websocket.disconnect", "code": 1001})
            await self.wait(2)


def tab(user: User | None, *, origin: str | None = ORIGIN, path: str = "/ws/live/") -> Any:
    """Return a browser tab that is about to connect."""
    headers = [(b"cookie", cookie_of(user).encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    return Tab(
        application(None),
        {"type": "websocket", "path": path, "headers": headers, "query_string": b""},
    )


def play(scene: Callable[..., Awaitable[Any]], *tabs: Any) -> Any:
    """Run an asynchronous scene, then hang up."""

    async def whole() -> Any:
        try:
            return await scene(*tabs)
        finally:
            for each in tabs:
                await each.hang_up()

    return async_to_sync(whole)()


async def say(topic: str, shop_id: Any) -> None:
    """Push a topic as ``touch`` does."""
    layer = get_channel_layer()
    await layer.group_send(group_name(shop_id, topic), {"type": "topic.changed", "topic": topic})


def test_a_member_is_told_of_the_topics_asked_for_and_no_others(
    shop: Shop, colleague: User, stranger: User
) -> None:
    other = stranger.memberships.get().shop

    async def scene(page: Any) -> list[Any]:
        assert await page.connect()
        await page.ask(shop=str(shop.pk), topics=["jobs", "job.12"])
        told = [await page.hear()]
        await say("job.12", other.pk)
        await say("job.13", shop.pk)
        await say("job.12", None)
        await say("job.12", shop.pk)
        told.append(await page.hear())
        await page.ask(shop=str(shop.pk), topics=["alerts"])
        told.append(await page.hear())
        await say("job.12", shop.pk)
        assert await page.receive_nothing(0.2)
        return told

    assert play(scene, tab(colleague)) == [
        {"listening": 2},
        {"topic": "job.12"},
        {"listening": 1},
    ]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("no json", 4400),
        ('{"topics": "jobs"}', 4400),
        ('{"shop": "x", "topics": []}', 4400),
        ('{"unknown": 1}', 4400),
        ("[" * 5_000, 4400),
        ("x" * 8_193, 1009),
        (json.dumps({"topics": ["Jobs"]}), 4400),
        (json.dumps({"topics": ["a" * 61]}), 4400),
        (json.dumps({"topics": ["a"] * 61}), 4400),
        (json.dumps({"topics": ["a b"]}), 4400),
        (json.dumps({"shop": None, "topics": ["jobs"]}), 4404),
        (json.dumps({"shop": "00000000-0000-0000-0000-000000000000", "topics": ["a"]}), 4404),
    ],
)
def test_what_is_not_understood_or_not_theirs_ends_the_socket(
    colleague: User, message: str, code: int
) -> None:
    async def scene(page: Any) -> Any:
        await page.connect()
        await page.say(message)
        return await page.receive_output()

    assert play(scene, tab(colleague)) == {"type": "websocket.close", "code": code}


def test_a_stranger_learns_nothing_of_the_shop(shop: Shop, stranger: User) -> None:
    async def scene(page: Any) -> Any:
        await page.connect()
        await page.ask(shop=str(shop.pk), topics=["jobs"])
        closed = await page.receive_output()
        await say("jobs", shop.pk)
        assert await page.receive_nothing(0.2)
        return closed

    assert play(scene, tab(stranger)) == {"type": "websocket.close", "code": 4404}


def test_ops_hear_the_installation_s_topics(owner: User) -> None:
    owner.is_staff = True
    owner.save()

    async def scene(page: Any) -> Any:
        await page.connect()
        await page.ask(shop=None, topics=["jobs"])
        return await page.hear()

    assert play(scene, tab(owner)) == {"listening": 1}


def test_nobody_in_particular_is_told_to_log_in(shop: Shop) -> None:
    async def scene(page: Any) -> Any:
        await page.connect()
        await page.ask(shop=str(shop.pk), topics=["jobs"])
        return await page.receive_output()

    assert play(scene, tab(None)) == {"type": "websocket.close", "code": 4401}


def test_a_ticket_lets_nobody_in_particular_hear_its_topics_only(shop: Shop) -> None:
    good = ticket(shop_id=shop.pk, topics=["design.1"])

    async def scene(page: Any) -> Any:
        await page.connect()
        await page.ask(ticket=good)
        told = [await page.hear()]
        await say("design.2", shop.pk)
        await say("jobs", shop.pk)
        assert await page.receive_nothing(0.2)
        await say("design.1", shop.pk)
        told.append(await page.hear())
        await page.ask(shop=str(shop.pk), topics=["jobs"])
        return [*told, await page.receive_output()]

    assert play(scene, tab(None)) == [
        {"listening": 1},
        {"topic": "design.1"},
        {"type": "websocket.close", "code": 4401},
    ]


@pytest.mark.parametrize("given", ["", "no ticket", "forged"])
def test_a_ticket_that_is_not_ours_ends_the_socket(shop: Shop, given: str) -> None:
    if given == "forged":
        given = ticket(shop_id=shop.pk, topics=["jobs"])[:-3] + "abc"

    async def scene(page: Any) -> Any:
        await page.connect()
        await page.ask(ticket=given)
        return await page.receive_output()

    assert play(scene, tab(None)) == {"type": "websocket.close", "code": 4401}


def test_a_stranger_who_only_holds_the_line_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 0.05)

    async def scene(page: Any) -> Any:
        await page.connect()
        return await page.receive_output()

    assert play(scene, tab(None)) == {"type": "websocket.close", "code": 4401}


@pytest.mark.parametrize(
    ("origin", "path"),
    [
        ("https://evil.example", "/ws/live/"),
        ("https://backroom.test.evil.example", "/ws/live/"),
        ("null", "/ws/live/"),
        ("file://127.0.0.1", "/ws/live/"),
        (None, "/ws/live/"),
        (ORIGIN, "/ws/other/"),
    ],
)
def test_other_pages_and_paths_are_not_let_in(
    colleague: User, origin: str | None, path: str
) -> None:
    async def scene(page: Any) -> Any:
        return await page.connect()

    assert play(scene, tab(colleague, origin=origin, path=path)) is False


def test_origins(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["shop.example", "*"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://backroom.test"]

    allowed = ["https://backroom.test", "https://shop.example", "http://shop.example:8000"]
    refused = ["http://backroom.test", "https://backroom.test:444", "https://a.shop.example", ""]
    assert [origin_allowed(origin) for origin in allowed] == [True] * 3
    assert [origin_allowed(origin) for origin in refused] == [False] * 4


def test_silent_and_chatty_tabs_are_dropped(
    colleague: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(consumer, "SILENT_SECONDS", 0.35)

    async def silent(page: Any) -> list[Any]:
        await page.connect()
        told = [await page.receive_output() for _ in range(2)]
        await page.say('{"beat":1}')
        while (message := await page.receive_output())["type"] == "websocket.send":
            told.append(message)
        return [json.loads(each["text"]) for each in told] + [message]

    *beats, end = play(silent, tab(colleague))
    assert end == {"type": "websocket.close", "code": 4408}
    assert len(beats) >= 4
    assert beats == [{"beat": 1}] * len(beats)

    monkeypatch.setattr(consumer, "BEAT_SECONDS", 10)

    async def chatty(page: Any) -> Any:
        await page.connect()
        for _ in range(31):
            await page.say('{"beat":1}')
        return await page.receive_output()

    assert play(chatty, tab(colleague)) == {"type": "websocket.close", "code": 4429}


def test_pages_are_not_served_here() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async_to_sync(application(None))({"type": "http", "path": "/", "headers": []}, None, send)

    assert sent[0]["status"] == 404
    assert PASSWORD not in repr(sent)
