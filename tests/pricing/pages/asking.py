"""Ask for pages of prices as a person, and read what they say."""

import datetime as dt
from collections.abc import Mapping

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.shops.models import User
from foundation.zones import local_in
from pricing.models import PricingJob


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(job: PricingJob, verb: str = "job") -> str:
    return reverse(f"pricing:{verb}", kwargs={"job_id": job.pk})


def text_of(client: Client, url: str) -> str:
    """Return a page's text with single spaces."""
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def said_after(client: Client, url: str, posted: Mapping[str, object] | None = None) -> str:
    """Post, follow, and return what the page then says."""
    answer = client.post(url, posted or {}, follow=True)
    return " ".join(answer.content.decode().split())


def seen(job: PricingJob) -> PricingJob:
    """Return the job as it stands in the database now."""
    job.refresh_from_db()
    return job


def in_hours(hours: float) -> dt.datetime:
    """Return a moment of a whole minute."""
    return (timezone.now() + dt.timedelta(hours=hours)).replace(second=0, microsecond=0)


def typed(moment: dt.datetime, zone: str) -> str:
    """Return what somebody in a zone types for a moment."""
    return local_in(zone, moment).strftime("%Y-%m-%dT%H:%M")
