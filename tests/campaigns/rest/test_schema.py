"""Whatever fits the schema, and much that does not, is answered as the schema says."""

from typing import Any

import pytest
import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings

from campaigns.models import Campaign
from foundation.shops.models import User
from tests.pricing.rest.test_schema import CHECKS, _in_process, application, token_of
from tests.rest.conftest import Caller

from .conftest import CAMPAIGNS

__all__ = ["_in_process"]

document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
schema = schemathesis.openapi.from_dict(document)
schema.app = application


@pytest.mark.django_db
@pytest.mark.usefixtures("_in_process")
@schema.include(path_regex="/campaigns/").parametrize()
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    # Without the explicit ones: they are every example with every default, hundreds.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_what_the_schema_says(case: Any, active: Campaign, owner: User) -> None:
    if "campaign_id" in case.path_parameters:
        case.path_parameters["campaign_id"] = str(active.pk)
    # Made-up shops are nobody's, and made-up keys are always the same: nothing else is looked at.
    for header in ("X-Shop", "Idempotency-Key"):
        case.headers.pop(header, None)
    response = case.call(headers=token_of(owner))
    case.validate_response(response, checks=CHECKS)


@pytest.mark.django_db
@pytest.mark.usefixtures("variants")
@pytest.mark.parametrize("name", ["ShortStock", "WinterSale"])
def test_examples_are_no_lies(editor: Caller, name: str) -> None:
    body = document["paths"][CAMPAIGNS]["post"]["requestBody"]["content"]["application/json"]
    assert set(body["examples"]) == {"ShortStock", "WinterSale"}
    assert editor.send(CAMPAIGNS, body["examples"][name]["value"]).status_code == 201
