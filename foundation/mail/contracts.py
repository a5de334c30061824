"""What this package refuses and how it says so."""

from foundation.failures import Transient


class InvalidMail(ValueError):
    """The caller's mail cannot be sent by anybody: a broken address, a line break in a header."""


class Refused(Exception):
    """What a person wanted is not possible now; nothing was changed. The text is for them."""


class SettingsRefused(Exception):
    """The mail server does not take our settings: log-in, TLS, sender. Nothing has left."""


class ServerAway(Transient):
    """The mail server does not answer or is not ready for anybody. Nothing has left."""
