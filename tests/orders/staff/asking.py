"""Ask for pages of orders, and read what they say."""

import re
from collections.abc import Mapping

from django.test import Client


def text_of(client: Client, url: str) -> str:
    """Return a page's text with single spaces."""
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def words_of(client: Client, url: str) -> str:
    """Return a page's words without its marks."""
    return " ".join(re.sub("<[^>]+>", " ", text_of(client, url)).split())


def said_after(client: Client, url: str, posted: Mapping[str, object] | None = None) -> str:
    """Post, follow, and return what the page then says."""
    answer = client.post(url, posted or {}, follow=True)
    return " ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split())
