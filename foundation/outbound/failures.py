"""Failures that only the way out knows; all of them are kinds of :mod:`foundation.failures`."""

from foundation.failures import Permanent, Transient


class NotSent(Transient):
    """The request never left this machine: nothing happened abroad, whatever it wanted."""


class Throttled(Transient):
    """The vendor asks to slow down (HTTP 429): nothing was done, and a budget may learn from it."""


class ForbiddenAddress(Permanent):
    """The address is not one that a merchant may make us call."""
