"""Closing a connection without a byte, for faults that lose an answer."""

import asyncio

from starlette.types import Receive


class Cut(Exception):
    """Close the connection without an answer."""


async def cut(receive: Receive) -> None:
    """Abort the connection below ASGI: the client sees it close without a byte.

    ASGI has no word for it, so this reaches for uvicorn's transport behind `receive`.
    """
    cycle = getattr(receive, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        message = "faults that cut a connection need uvicorn"
        raise RuntimeError(message)
    transport.abort()
    # The protocol learns of the loss in the next turns of the loop; then it expects no answer.
    for _ in range(3):
        await asyncio.sleep(0)
