"""The edge: shops, tokens, versions, scopes and the error shapes of contract §3.4."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.conftest import DEMO, OTHER, SUBSCRIBE, TOKENS, Sandbox

NAME = "{ shop { name } }"
DIRECTIVE_ON_OPERATION = """
mutation M @idempotent(key: "k") { productDelete(input: {id: "x"}) { deletedProductId } }
"""


def first_error(body: Any) -> tuple[str, dict[str, Any]]:
    return body["errors"][0]["message"], body["errors"][0]["extensions"]


def test_the_host_chooses_the_shop(box: Sandbox) -> None:
    names = {shop: box.raw(NAME, shop=shop)[2]["data"]["shop"]["name"] for shop in (DEMO, OTHER)}
    assert names == {DEMO: "Maple & Mutt", OTHER: "Dockside Gifts"}
    assert box.raw(NAME, shop="no-shop.myshopify.com", token="x")[0] == 404


@pytest.mark.parametrize("token", ["", "shpat_wrong", TOKENS[OTHER]])
def test_a_wrong_token_is_401(box: Sandbox, token: str) -> None:
    status, _, body = box.raw(NAME, token=token)
    message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
    assert (status, body) == (401, {"errors": message})


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("2026-10", "2026-10"),
        ("2026-04", "2026-04"),
        ("2027-01", "2027-01"),
        ("unstable", "unstable"),
        ("2024-01", "2026-01"),
        ("2031-07", "2026-01"),
    ],
)
def test_an_unsupported_version_falls_forward(box: Sandbox, asked: str, served: str) -> None:
    status, headers, _ = box.raw(NAME, version=asked)
    assert (status, headers["x-shopify-api-version"]) == (200, served)
    assert len(headers["x-request-id"]) == 36


@pytest.mark.parametrize(
    ("document", "message", "extensions"),
    [
        (
            "{ shop { colour } }",
            "Field 'colour' doesn't exist on type 'Shop'",
            {"code": "undefinedField", "typeName": "Shop", "fieldName": "colour"},
        ),
        (
            "{ product { id } }",
            "Field 'product' is missing required arguments: id",
            {
                "code": "missingRequiredArguments",
                "className": "Field",
                "name": "product",
                "arguments": "id",
            },
        ),
        (
            "{ products(first: 1, colour: 2) { nodes { id } } }",
            "Field 'products' doesn't accept argument 'colour'",
            {
                "code": "argumentNotAccepted",
                "name": "products",
                "typeName": "Field",
                "argumentName": "colour",
            },
        ),
        (
            "query Q($x: Int) { shop { name } }",
            "Variable $x is declared by Q but not used",
            {"code": "variableNotUsed", "variableName": "x"},
        ),
        (
            "{ shop }",
            (
                "Field must have selections (field 'shop' returns Shop but has no selections. "
                "Did you mean 'shop { ... }'?)"
            ),
            {"code": "selectionMismatch", "nodeName": "field 'shop'"},
        ),
        (
            DIRECTIVE_ON_OPERATION,
            "'@idempotent' can't be applied to mutations (allowed: fields)",
            {"code": "directiveCannotBeApplied", "targetName": "mutations", "name": "idempotent"},
        ),
        ("{ shop {", "syntax error, Expected Name, found <EOF>.", {"code": "PARSE_ERROR"}),
    ],
)
def test_a_bad_document_has_a_camel_case_code(
    box: Sandbox, document: str, message: str, extensions: dict[str, Any]
) -> None:
    body = box.ask(document)
    assert first_error(body) == (message, extensions)
    assert set(body) == {"errors"}


def test_a_wrong_variable_lists_its_problems(box: Sandbox) -> None:
    document = "query Q($ids: [ID!]!, $n: Int) { nodes(ids: $ids) { id } products(first: $n) "
    body = box.ask(document + "{ nodes { id } } }", ids=["a", None], n="many")
    assert [error["extensions"] for error in body["errors"]] == [
        {
            "code": "INVALID_VARIABLE",
            "value": ["a", None],
            "problems": [{"path": [1], "explanation": "Expected value to not be null"}],
        },
        {
            "code": "INVALID_VARIABLE",
            "value": "many",
            "problems": [{"path": [], "explanation": 'Could not coerce value "many" to Int'}],
        },
    ]


def test_an_unknown_input_field_is_a_wrong_variable(box: Sandbox) -> None:
    body = box.ask(SUBSCRIBE, topic="PRODUCTS_UPDATE", sub={"url": "https://a.example"})
    assert body["errors"][0]["extensions"]["problems"] == [
        {"path": ["url"], "explanation": "Field is not defined on WebhookSubscriptionInput"}
    ]


def test_a_malformed_id_is_an_error_of_its_field(box: Sandbox) -> None:
    body = box.ask('{ product(id: "7") { id } }')
    assert body["data"] == {"product": None}
    assert body["errors"][0]["path"] == ["product"]
    assert first_error(body) == ("invalid id", {"code": "RESOURCE_NOT_FOUND"})


def test_too_many_ids_are_refused(box: Sandbox) -> None:
    body = box.ask("query Q($i: [ID!]!) { nodes(ids: $i) { id } }", i=["gid://shopify/A/1"] * 251)
    assert body["data"] is None
    assert first_error(body) == (
        "The input array size of 251 is greater than the maximum allowed of 250.",
        {"code": "MAX_INPUT_SIZE_EXCEEDED"},
    )


def test_a_missing_scope_denies_the_field(start: Callable[..., Sandbox]) -> None:
    box = start()
    box.shop("scopes", {"granted": ["read_products", "read_locations"]})
    read = box.ask("{ products(first: 1) { nodes { title } } }")
    assert "errors" not in read
    denied = box.ask('mutation { productDelete(input: {id: "gid://shopify/Product/1"}) '
                     "{ deletedProductId } }")  # fmt: skip
    assert denied["data"] == {"productDelete": None}
    assert denied["errors"][0]["path"] == ["productDelete"]
    assert first_error(denied) == (
        "Access denied for productDelete field. Required access: `write_products` access scope.",
        {
            "code": "ACCESS_DENIED",
            "documentation": "https://shopify.dev/api/usage/access-scopes",
            "requiredAccess": "`write_products` access scope.",
        },
    )
    levels = box.ask("{ inventoryItems(first: 1) { nodes { inventoryLevels(first: 1) "
                     "{ nodes { updatedAt } } } } }")  # fmt: skip
    assert levels["data"] is None
    assert levels["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    scopes = box.ask("{ currentAppInstallation { accessScopes { handle } } }")
    assert scopes["data"]["currentAppInstallation"]["accessScopes"] == [
        {"handle": "read_products"},
        {"handle": "read_locations"},
    ]


def test_a_rotated_token_is_dead_at_once(start: Callable[..., Sandbox]) -> None:
    box = start()
    fresh = box.shop("rotate", {})["token"]
    assert box.raw(NAME)[0] == 401
    assert box.raw(NAME, token=fresh)[0] == 200


def test_the_control_api_needs_its_header(box: Sandbox) -> None:
    status, _, body = box.send("GET", "/_sandbox/", None, {})
    assert (status, body) == (403, {"error": "the header X-Sandbox: 1 is missing"})


def test_pages_and_pictures_are_served(box: Sandbox) -> None:
    product = box.shop("products")["products"][0]
    for path in (
        "/",
        f"/shops/{DEMO}",
        f"/shops/{DEMO}?q=tag:winter",
        f"/shops/{DEMO}/{product['id']}",
        f"/shops/{DEMO}/deliveries",
        f"/shops/{DEMO}/effects",
        f"/pictures/{DEMO}/{product['id']}.svg",
    ):
        assert box.page(path)[0] == 200, path
    assert box.page(f"/shops/{DEMO}/1")[0] == 400
    assert box.page("/shops/elsewhere")[0] == 404
    variant = product["variant_ids"][0]
    form = f"variant={variant}&price=12.34&compare_at="
    assert box.page(f"/shops/{DEMO}/act/edit", form)[0] == 200
    found = next(v for v in box.shop("variants")["variants"] if v["id"] == variant)
    assert (found["price"], found["compare_at_price"]) == ("12.34", None)
