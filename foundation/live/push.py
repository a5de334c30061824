"""Say that a topic changed."""

import asyncio
from functools import lru_cache
from uuid import UUID

from channels.layers import get_channel_layer
from django.db import transaction

from foundation.coalescing import Coalescer


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    # One loop for ever: the channel layer keeps its Redis connection per loop.
    return asyncio.new_event_loop()


def group_name(shop_id: UUID | str | None, topic: str) -> str:
    """Name the channel group of a shop's topic; no shop: the operators' topic."""
    return f"{shop_id or 'ops'}.{topic}"


async def _send_all(groups: set[str]) -> None:
    layer = get_channel_layer()
    for group in groups:
        await layer.group_send(group, {"type": "topic.changed", "topic": group.partition(".")[2]})


def _send(groups: set[str]) -> None:
    _loop().run_until_complete(asyncio.wait_for(_send_all(groups), timeout=2))


_pusher = Coalescer("live", _send, pause=0.25)


def touch(topic: str, *, shop_id: UUID | str | None) -> None:
    """Tell the browsers that show ``topic`` of this shop to fetch it again, after the commit.

    Topics are dotted words: ``job.12``, ``jobs``, ``pricing.<uuid>``, ``alerts``. Any number of
    touches within a quarter of a second is one push. Returns at once; may be lost.
    """
    group = group_name(shop_id, topic)
    transaction.on_commit(lambda: _pusher.ask(group))
