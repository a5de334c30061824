"""The door to the inbox: register a source of webhooks, read a stored one in a listener."""

from .contracts import AccountLookup, InboxContent, Receiver, Refused, Verified
from .door import WebhookDoor
from .queries import read_message, read_messages
from .services import erase_bodies_of, erase_messages, handle_again
from .sources import register_source

__all__ = [
    "AccountLookup",
    "InboxContent",
    "Receiver",
    "Refused",
    "Verified",
    "WebhookDoor",
    "erase_bodies_of",
    "erase_messages",
    "handle_again",
    "read_message",
    "read_messages",
    "register_source",
]
