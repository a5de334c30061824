"""Races, handing on again, pruning."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection as database
from django.utils import timezone

from foundation.audit.models import AuditEvent
from foundation.inbox import services
from foundation.inbox.api import handle_again
from foundation.inbox.models import InboxMessage
from foundation.shops.models import Connection, User
from foundation.work.models import Job

from .conftest import Delivery


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("connection")
def test_32_threads_with_the_same_event_make_one_message_and_one_job_per_listener() -> None:
    barrier = Barrier(32)

    def post(external_id: str) -> int:
        try:
            barrier.wait(timeout=20)
            return Delivery(external_id=external_id).post().status_code
        finally:
            database.close()

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(post, ["same"] * 32))

    assert answers == [200] * 32
    message = InboxMessage.objects.get()
    assert list(Job.objects.order_by("name").values_list("name", "payload")) == [
        ("somewhere.stock_changed", {"message_id": message.pk}),
        ("somewhere.watch_threshold", {"message_id": message.pk}),
    ]


@pytest.mark.django_db
def test_handling_again_makes_new_jobs_and_is_audited(
    connection: Connection, owner: User, listeners: Callable[..., None]
) -> None:
    Delivery().post()
    Delivery(topic="carts/update").post()
    stored, ignored = InboxMessage.objects.order_by("pk")
    listeners("carts/update", "cart_changed")

    made = handle_again([stored.pk, ignored.pk], actor_id=owner.pk)

    assert made == 3
    assert list(Job.objects.order_by("pk").values_list("name", "payload")) == [
        ("somewhere.stock_changed", {"message_id": stored.pk}),
        ("somewhere.watch_threshold", {"message_id": stored.pk}),
        ("somewhere.stock_changed", {"message_id": stored.pk}),
        ("somewhere.watch_threshold", {"message_id": stored.pk}),
        ("somewhere.cart_changed", {"message_id": ignored.pk}),
    ]
    ignored.refresh_from_db()
    assert (ignored.state, ignored.reason) == ("stored", "")
    assert list(
        AuditEvent.objects.filter(verb="inbox.message.handled_again")
        .order_by("pk")
        .values_list("actor_id", "shop_id", "object_id")
    ) == [
        (owner.pk, connection.shop_id, str(stored.pk)),
        (owner.pk, connection.shop_id, str(ignored.pk)),
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("connection")
def test_pruning_takes_old_messages_in_pieces_and_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "PRUNE_PIECE", 2)
    for _ in range(5):
        Delivery().post()
    oldest = list(InboxMessage.objects.order_by("pk").values_list("pk", flat=True))
    InboxMessage.objects.filter(pk__in=oldest[:3]).update(
        received_at=timezone.now() - dt.timedelta(days=31)
    )

    assert [services.prune(keep_days=30) for _ in range(3)] == [True, False, False]
    assert list(InboxMessage.objects.order_by("pk").values_list("pk", flat=True)) == oldest[3:]
