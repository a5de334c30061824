"""The door to live pushes."""

from .push import touch
from .tickets import ticket

__all__ = ["live_application", "ticket", "touch"]


def live_application(django_application: object) -> object:
    """Return the ASGI application of the live process."""
    from .routing import application  # noqa: PLC0415 -- needs the apps to be loaded

    return application(django_application)
