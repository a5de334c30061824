"""The web process: every page and webhook. WebSockets are served by ``config.asgi``."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

_django = get_wsgi_application()

# After the set-up above: it reads the settings.
from foundation.inbox.api import WebhookDoor  # noqa: E402


def pages(environ: dict[str, Any], start_response: Callable[..., Any]) -> "Iterable[bytes]":
    """Answer one request.

    granian sends a list in one piece; anything else it asks for piece by piece, under the
    interpreter's lock each time. Closing first gives the database connection back before the
    answer travels. Streams stay streams.
    """
    response: Any = _django(environ, start_response)
    if getattr(response, "streaming", True):
        return response  # type: ignore[no-any-return]  # Django's responses are iterable
    try:
        return [response.content]
    finally:
        response.close()


application = WebhookDoor(pages)
