"""Whatever fits the schema, and much that does not, is answered as the schema says."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings
from rest_framework_simplejwt.tokens import RefreshToken
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from catalog_sync.models import Variant
from foundation.shops.models import Connection, User
from pricing.models import PricingJob
from tests.pricing.page_fixtures import finished

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
schema = schemathesis.openapi.from_dict(document)
# Not before the first request: the fixtures say where static files are.
served = cache(get_wsgi_application)


def application(environ: Any, start_response: Any) -> Any:
    return served()(environ, start_response)


schema.app = application


@pytest.fixture
def _in_process() -> Iterator[None]:
    """Keep the test's own connection open behind a request, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def job(connection: Connection, variants: list[Variant], colleague: User) -> PricingJob:
    return finished(connection, variants, colleague)


def token_of(person: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {RefreshToken.for_user(person).access_token}"}


@pytest.mark.django_db
@pytest.mark.usefixtures("_in_process")
@schema.include(path_regex="/pricing-jobs/").parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_what_the_schema_says(case: Any, job: PricingJob, owner: User) -> None:
    if "job_id" in case.path_parameters:
        case.path_parameters["job_id"] = str(job.pk)
    # Made-up shops are nobody's, and made-up keys are always the same: nothing else is looked at.
    for header in ("X-Shop", "Idempotency-Key"):
        case.headers.pop(header, None)
    response = case.call(headers=token_of(owner))
    case.validate_response(response, checks=CHECKS)
