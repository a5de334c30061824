"""A mail server of one's own, and mails to send through it."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from foundation.mail import resting
from foundation.mail.models import Mail
from foundation.mail.services import send_mail
from foundation.shops.models import Shop
from foundation.work.enums import Group
from foundation.work.models import Job
from foundation.work.runner import run_batch

from .smtp_server import Mailbox, mail_server

MakeMail = Callable[..., Mail]


@pytest.fixture(autouse=True)
def _awake() -> Iterator[None]:
    resting.wake()
    yield
    resting.wake()


@pytest.fixture
def server(settings: Settings) -> Iterator[Mailbox]:
    """A mail server that the settings point to."""
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.DEFAULT_FROM_EMAIL = "Backroom <backroom@shop.example>"
        yield box


@pytest.fixture
def make_mail(shop: Shop) -> MakeMail:
    """Ask for a mail of the shop."""

    def make(key: str = "k", **options: object) -> Mail:
        values = {
            "shop_id": shop.pk,
            "to": "olga.owner@example.com",
            "template": "test",
            "context": {},
            **options,
        }
        return Mail.objects.get(pk=send_mail(key=key, **values))  # type: ignore[arg-type]

    return make


def job_of(mail: Mail) -> Job:
    """Return the job that sends a mail."""
    return Job.objects.get(pk=mail.work_job_id or 0)


def work() -> int:
    """Run what is due, once; give how many jobs that were."""
    return sum(run_batch(group) for group in Group)


def settle() -> None:
    """Run all that is due, and what that causes."""
    while work():
        pass
