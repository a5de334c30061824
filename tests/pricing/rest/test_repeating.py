"""A key makes one job, however often and at whatever moment it is sent."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection as database

from foundation.shops.models import User
from pricing.models import PricingJob
from tests.rest.conftest import Caller, program_of, told

from .conftest import JOBS, KEY, WISH

in_database = pytest.mark.django_db
in_threads = pytest.mark.django_db(transaction=True)


@in_database
@pytest.mark.usefixtures("variants")
def test_a_key_makes_one_job(editor: Caller) -> None:
    first, again = (editor.send(JOBS, WISH, Idempotency_Key=KEY) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert (first["Location"], again["Idempotency-Replayed"]) == (again["Location"], "true")
    assert PricingJob.objects.count() == 1
    other = {**WISH, "name": "Another"}
    assert told(editor.send(JOBS, other, Idempotency_Key=KEY))["code"] == "idempotency-key-reused"
    assert PricingJob.objects.count() == 1


@pytest.fixture
def two() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@in_threads
@pytest.mark.usefixtures("variants")
def test_a_key_makes_one_job_when_two_come_at_once(
    colleague: User, two: ThreadPoolExecutor
) -> None:
    start = Barrier(2)

    def send() -> Any:
        program = program_of(colleague)
        start.wait(10)
        try:
            return program.send(JOBS, WISH, Idempotency_Key=KEY)
        finally:
            database.close()

    answers = [future.result(30) for future in [two.submit(send) for _ in range(2)]]
    # The second either waited its turn out, or is told to come back.
    assert sorted(answer.status_code for answer in answers) in ([201, 201], [201, 409])
    for answer in answers:
        assert answer.status_code == 201 or told(answer)["code"] == "request-still-running"
    assert PricingJob.objects.count() == 1
    repeated = program_of(colleague).send(JOBS, WISH, Idempotency_Key=KEY)
    assert repeated.json()["id"] == str(PricingJob.objects.get().pk)
