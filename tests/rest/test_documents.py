"""The schema, its page, and that neither calls anybody else."""

import io
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

from foundation.shops.models import User
from tests import factories

from .conftest import program_of


@pytest.mark.parametrize("urlconf", ["config.urls", "tests.rest.urls"])
def test_the_schema_has_no_gaps(urlconf: str) -> None:
    call_command(
        "spectacular", "--fail-on-warn", "--validate", urlconf=urlconf, stdout=io.StringIO()
    )


@pytest.mark.django_db
@pytest.mark.urls("tests.rest.urls")
def test_the_schema_tells_what_the_base_classes_do(owner: User) -> None:
    schema: dict[str, Any] = program_of(owner).get("/api/schema/").json()
    things = schema["paths"]["/api/things/"]
    assert [(p["in"], p["name"]) for p in things["post"]["parameters"]] == [
        ("header", "Idempotency-Key"),
        ("header", "X-Shop"),
    ]
    assert [p["name"] for p in things["get"]["parameters"]] == [
        "X-Shop",
        "after",
        "before",
        "limit",
    ]
    asking = schema["paths"]["/api/asking/"]["post"]
    assert [p["name"] for p in asking["parameters"]] == ["X-Shop"]
    assert things["post"]["security"] == [{"token": []}, {"session": []}]
    for operation in (*things.values(), schema["paths"]["/api/token/"]["post"]):
        assert operation["responses"]["default"]["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }
    assert schema["components"]["schemas"]["ThingPage"]["required"] == ["items", "next", "previous"]


@pytest.mark.django_db
def test_who_may_read_it(owner: User) -> None:
    assert Client().get("/api/schema/").status_code == 401
    assert Client().get("/api/docs/")["Location"] == "/login/?next=/api/docs/"
    assert program_of(owner).get("/api/schema/").status_code == 200
    # Also somebody who is in no shop yet.
    browser = Client()
    browser.force_login(factories.user("new@example.com"))
    for url in ("/api/schema/", "/api/docs/"):
        assert browser.get(url).status_code == 200


@pytest.mark.django_db
def test_yaml_is_there_for_who_wants_it(owner: User) -> None:
    answer = program_of(owner).get("/api/schema/?format=yaml")
    assert answer["Content-Type"].startswith("application/vnd.oai.openapi")
    assert answer.content.startswith(b"openapi: 3")


@pytest.mark.django_db
def test_the_page_refers_to_our_own_origin_only(owner: User) -> None:
    browser = Client()
    browser.force_login(owner)
    answer = browser.get("/api/docs/")
    page = answer.content.decode()
    named = re.findall(r"""(?:src|href|action)=["']([^"']*)""", page)
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in named
    assert [url for url in named if not re.match(r"/(?!/)", url)] == []
    assert re.findall(r"https?://", page) == []
    # No script in the page itself, and the policy would not let it run.
    assert re.findall(r"<script(?! src=)", page) == []
    policy = answer["Content-Security-Policy"].split("; ")
    assert [each for each in policy if each.startswith("script-src")] == ["script-src 'self'"]
    for url in named:
        if url.startswith("/static/"):
            assert finders.find(url.removeprefix("/static/")), url

    script = browser.get("/api/docs/?script=")
    assert script["Content-Type"] == "application/javascript"
    text = script.content.decode()
    assert '"validatorUrl": null' in text
    assert 'url: "/api/schema/"' in text
    assert re.findall(r"https?://", text) == []


@pytest.mark.django_db
def test_the_frame_leads_there(owner: User, client: Client) -> None:
    factories.shop("Demo", owner)
    client.force_login(owner)
    assert 'href="/api/docs/"' in client.get("/audit/").content.decode()
    assert "/api/docs/" in client.get("/palette/?s=openapi").content.decode()
