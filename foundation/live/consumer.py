"""One browser tab's socket.

The tab sends ``{"shop": "<uuid>", "topics": ["jobs", "job.12"]}`` (``"shop": null`` for operators'
topics) and may send it again; each replaces the one before and is answered ``{"listening": n}``.
Who is not logged in sends ``{"ticket": "…"}`` instead (:mod:`foundation.live.tickets`).
It is told ``{"topic": "job.12"}`` when a topic changed. Every 25 s it is sent ``{"beat": 1}`` and
has to send the same back; one that stays silent for a minute is dropped.

Close codes: 4400 not understood, 4401 neither logged in nor a ticket, 4404 not your shop, 4408
silent, 4429 too many messages, 1009 too long, 4410 an hour old (log-in and membership are to be
looked at again).
The page comes back after 4408, 4410, 1006 and 1012, and goes on polling after all others.
"""

import asyncio
import contextlib
import re
import time
from typing import Any
from uuid import UUID

import msgspec
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from foundation.shops.api import role_in

from .push import group_name
from .tickets import opened

BEAT_SECONDS = 25.0
SILENT_SECONDS = 60.0
LIFE_SECONDS = 3_600.0
MESSAGE_BYTES = 8_192
MESSAGES_PER_BEAT = 30
TOPICS = 60
# With the shop's id before it a group's name stays below the 100 characters of channel layers.
_TOPIC = re.compile(r"^[a-z0-9._-]{1,60}$")


class _Wish(msgspec.Struct, forbid_unknown_fields=True):
    """What a tab sends: what it listens to, or a sign of life."""

    shop: UUID | None = None
    topics: list[str] | None = None
    ticket: str | None = None
    beat: int | None = None


class LiveConsumer(AsyncWebsocketConsumer):
    """Tells a tab which of its topics changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._topics: set[str] = set()
        self._groups: set[str] = set()
        self._heard_at = self._born_at = time.monotonic()
        self._messages = 0
        self._beating: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Take everybody; who may not listen learns why, instead of "connection failed"."""
        await self.accept()
        self._beating = asyncio.create_task(self._beat())

    async def disconnect(self, code: int) -> None:
        """Leave all groups."""
        del code
        if self._beating is not None:
            self._beating.cancel()
        await self._leave_all()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Understand one message of the tab."""
        self._heard_at = time.monotonic()
        self._messages += 1
        if self._messages > MESSAGES_PER_BEAT:
            await self.close(4429)
        elif text_data is None or len(text_data) > MESSAGE_BYTES:
            await self.close(1009 if text_data or len(bytes_data or b"") > MESSAGE_BYTES else 4400)
        else:
            try:
                wish = msgspec.json.decode(text_data, type=_Wish)
            except (msgspec.DecodeError, RecursionError):
                await self.close(4400)
                return
            if wish.ticket is not None:
                await self._present(wish.ticket)
            elif wish.topics is not None:
                await self._ask(wish.shop, wish.topics)

    async def _present(self, given: str) -> None:
        found = opened(given)
        if found is None:
            await self.close(4401)
        else:
            await self._listen(*found)

    async def _ask(self, shop_id: UUID | None, topics: list[str]) -> None:
        if not self.scope["user"].is_authenticated:
            await self.close(4401)
        elif len(topics) > TOPICS or not all(_TOPIC.match(topic) for topic in topics):
            await self.close(4400)
        elif not await self._may_listen(shop_id):
            await self.close(4404)
        else:
            await self._listen(shop_id, topics)

    async def _listen(self, shop_id: UUID | None, topics: list[str]) -> None:
        await self._leave_all()
        self._topics = set(topics)
        for topic in self._topics:
            group = group_name(shop_id, topic)
            self._groups.add(group)
            await self.channel_layer.group_add(group, self.channel_name)
        await self._tell({"listening": len(self._topics)})

    async def _may_listen(self, shop_id: UUID | None) -> bool:
        user = self.scope["user"]
        if shop_id is None:
            return bool(user.is_staff and user.is_active)
        return await database_sync_to_async(role_in)(user, shop_id) is not None

    async def _leave_all(self) -> None:
        groups, self._groups, self._topics = self._groups, set(), set()
        for group in groups:
            # Redis may be away: then nobody is in any group.
            with contextlib.suppress(Exception):
                await self.channel_layer.group_discard(group, self.channel_name)

    async def topic_changed(self, event: dict[str, Any]) -> None:
        """Pass on what ``push.touch`` said."""
        if event["topic"] in self._topics:
            await self._tell({"topic": event["topic"]})

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            now = time.monotonic()
            self._messages = 0
            if not self._groups and not self.scope["user"].is_authenticated:
                # A stranger who only holds the line.
                await self.close(4401)
                return
            if now - self._heard_at > SILENT_SECONDS:
                await self.close(4408)
                return
            if now - self._born_at > LIFE_SECONDS:
                await self.close(4410)
                return
            await self._tell({"beat": 1})

    async def _tell(self, message: dict[str, Any]) -> None:
        await self.send(text_data=msgspec.json.encode(message).decode())
