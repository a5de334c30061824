"""`productVariantsBulkUpdate`: the cases of contract §4.1."""

from typing import Any

import pytest

from tests.sandbox.conftest import PRICE_WRITE, Sandbox, product_gid, products_of, variant_gid

Rows = list[dict[str, Any]]


@pytest.fixture
def rows(box: Sandbox) -> Rows:
    """Three variants of one product, each brought to 20.00 without a compare-at price."""
    found = products_of(box, 3)[0]
    edits = [{"variant_id": v["id"], "price": "20.00", "compare_at_price": None} for v in found]
    box.shop("edit", {"edits": edits})
    return found


def write(box: Sandbox, product: int, variants: Rows, *, partial: bool = False) -> Any:
    variables = {"productId": product_gid(product), "variants": variants, "partial": partial}
    return box.ask(PRICE_WRITE, **variables)["data"]["productVariantsBulkUpdate"]


def shown(variant: dict[str, Any], price: str, compare_at: str | None = None) -> dict[str, Any]:
    return {"id": variant_gid(variant["id"]), "price": price, "compareAtPrice": compare_at}


def prices(box: Sandbox, rows: Rows) -> list[tuple[str, str | None]]:
    ids = {row["id"] for row in rows}
    return [
        (v["price"], v["compare_at_price"])
        for v in box.shop("variants")["variants"]
        if v["id"] in ids
    ]


def test_all_rows_are_written(box: Sandbox, rows: Rows) -> None:
    product = rows[0]["product_id"]
    sent = [{"id": variant_gid(v["id"]), "price": "24.00", "compareAtPrice": "30.00"} for v in rows]
    assert write(box, product, sent) == {
        "product": {"id": product_gid(product)},
        "productVariants": [shown(v, "24.00", "30.00") for v in rows],
        "userErrors": [],
    }
    assert prices(box, rows) == [("24.00", "30.00")] * 3


def test_one_bad_row_keeps_all_from_being_written(box: Sandbox, rows: Rows) -> None:
    product = rows[0]["product_id"]
    sent = [
        {"id": variant_gid(rows[0]["id"]), "price": "24.00"},
        {"id": variant_gid(rows[1]["id"]), "price": "-1"},
    ]
    assert write(box, product, sent) == {
        "product": {"id": product_gid(product)},
        "productVariants": None,
        "userErrors": [
            {
                "field": ["variants", "1", "price"],
                "message": "Price must be greater than or equal to 0",
                "code": "GREATER_THAN_OR_EQUAL_TO",
            }
        ],
    }
    assert prices(box, rows) == [("20.00", None)] * 3


def test_partial_writes_the_good_rows_and_lists_all(box: Sandbox, rows: Rows) -> None:
    product = rows[0]["product_id"]
    sent = [
        {"id": variant_gid(rows[0]["id"]), "price": "24.00"},
        {"id": variant_gid(rows[1]["id"]), "price": "-1", "compareAtPrice": "-2"},
        {"id": variant_gid(1), "price": "3.00"},
    ]
    answer = write(box, product, sent, partial=True)
    assert answer["productVariants"] == [shown(rows[0], "24.00"), shown(rows[1], "20.00")]
    assert [(error["field"], error["code"]) for error in answer["userErrors"]] == [
        (["variants", "1", "compareAtPrice"], "GREATER_THAN_OR_EQUAL_TO"),
        (["variants", "1", "price"], "GREATER_THAN_OR_EQUAL_TO"),
        (["variants", "2", "id"], "PRODUCT_VARIANT_DOES_NOT_EXIST"),
    ]
    assert prices(box, rows) == [("24.00", None), ("20.00", None), ("20.00", None)]


def test_an_empty_list_succeeds(box: Sandbox, rows: Rows) -> None:
    product = rows[0]["product_id"]
    assert write(box, product, []) == {
        "product": {"id": product_gid(product)},
        "productVariants": [],
        "userErrors": [],
    }


def test_an_unknown_product_is_said_so(box: Sandbox) -> None:
    assert write(box, 1, []) == {
        "product": None,
        "productVariants": None,
        "userErrors": [
            {
                "field": ["productId"],
                "message": "Product does not exist",
                "code": "PRODUCT_DOES_NOT_EXIST",
            }
        ],
    }


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ({"price": "1.00"}, "id", "PRODUCT_VARIANT_ID_MISSING"),
        ({"id": variant_gid(1)}, "id", "PRODUCT_VARIANT_DOES_NOT_EXIST"),
        ({"id": "own", "price": "1e18"}, "price", "INVALID_INPUT"),
        ({"id": "own", "compareAtPrice": "1e18"}, "compareAtPrice", "INVALID_INPUT"),
        ({"id": "own", "price": None}, "price", "BLANK"),
        (
            {
                "id": "own",
                "inventoryQuantities": [
                    {"availableQuantity": 1, "locationId": "gid://shopify/Location/1"}
                ],
            },
            "inventoryQuantities",
            "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE",
        ),
    ],
)
def test_a_bad_row_names_its_field_and_code(
    box: Sandbox, rows: Rows, row: dict[str, Any], field: str, code: str
) -> None:
    sent = row | ({"id": variant_gid(rows[0]["id"])} if row.get("id") == "own" else {})
    answer = write(box, rows[0]["product_id"], [sent])
    assert answer["productVariants"] is None
    assert [(e["field"], e["code"]) for e in answer["userErrors"]] == [
        (["variants", "0", field], code)
    ]
    assert prices(box, rows) == [("20.00", None)] * 3


def test_a_variant_of_another_product_does_not_exist_here(box: Sandbox, rows: Rows) -> None:
    stranger = products_of(box, 4)[0][0]
    sent = [{"id": variant_gid(stranger["id"]), "price": "1.00"}]
    answer = write(box, rows[0]["product_id"], sent)
    assert answer["userErrors"][0]["code"] == "PRODUCT_VARIANT_DOES_NOT_EXIST"
    assert prices(box, [stranger]) == [(stranger["price"], stranger["compare_at_price"])]


def test_amounts_are_rounded_to_the_currency(box: Sandbox, rows: Rows) -> None:
    sent = [{"id": variant_gid(rows[0]["id"]), "price": "24.005", "compareAtPrice": 7}]
    answer = write(box, rows[0]["product_id"], sent)
    assert answer["productVariants"] == [shown(rows[0], "24.01", "7.00")]


def test_more_than_the_ceiling_is_refused_and_250_is_none(box: Sandbox) -> None:
    big = products_of(box, 250)[0]
    sent = [{"id": variant_gid(v["id"]), "price": "5.00"} for v in big]
    product = big[0]["product_id"]
    assert write(box, product, sent + sent[:1])["userErrors"] == []
    body = box.ask(
        PRICE_WRITE, productId=product_gid(product), variants=(sent * 9)[:2049], partial=True
    )
    assert body["data"] == {"productVariantsBulkUpdate": None}
    assert body["errors"][0]["message"] == (
        "The input array size of 2049 is greater than the maximum allowed of 2048."
    )
    assert body["errors"][0]["extensions"] == {"code": "MAX_INPUT_SIZE_EXCEEDED"}


def test_a_suspended_product_refuses(box: Sandbox) -> None:
    rows = products_of(box, 5)[0]
    product = rows[0]["product_id"]
    box.shop("suspend-product", {"product_id": product})
    sent = [{"id": variant_gid(rows[0]["id"]), "price": "5.00"}]
    assert write(box, product, sent)["userErrors"][0]["code"] == "PRODUCT_SUSPENDED"
    box.shop("suspend-product", {"product_id": product, "suspended": False})
    assert write(box, product, sent)["userErrors"] == []


def test_effects_tell_changed_from_unchanged_and_refused(box: Sandbox, rows: Rows) -> None:
    last = box.control("GET", "effects?since=0")["last_seq"]
    product = rows[0]["product_id"]
    sent = [
        {"id": variant_gid(rows[0]["id"]), "price": "24.00"},
        {"id": variant_gid(rows[1]["id"]), "price": "20.00"},
        {"id": variant_gid(rows[2]["id"]), "price": "-1"},
    ]
    variables = {"productId": product_gid(product), "variants": sent, "partial": True}
    _, headers, _ = box.raw(PRICE_WRITE, variables)
    effects = box.effects(since=str(last))
    twenty = {"price": "20.00", "compare_at_price": None}
    keys = ("seq", "source", "operation", "variant_id", "changed", "before", "after")
    head = ("api", "productVariantsBulkUpdate")
    assert [tuple(effect[key] for key in keys) for effect in effects] == [
        (last + 1, *head, rows[0]["id"], True, twenty, twenty | {"price": "24.00"}),
        (last + 2, *head, rows[1]["id"], False, twenty, twenty),
        (last + 3, *head, rows[2]["id"], False, twenty, twenty),
    ]
    assert effects[2]["refused"] == ["GREATER_THAN_OR_EQUAL_TO"]
    assert {effect["request_id"] for effect in effects} == {headers["x-request-id"]}


@pytest.mark.parametrize("bumps", [True, False])
def test_a_setting_decides_whether_equal_values_move_the_times(
    box: Sandbox, rows: Rows, *, bumps: bool
) -> None:
    box.settings(unchanged_write_bumps=bumps)
    before = {v["id"]: v["updated_ms"] for v in box.shop("variants")["variants"]}
    write(box, rows[0]["product_id"], [{"id": variant_gid(rows[0]["id"]), "price": "20.00"}])
    after = {v["id"]: v["updated_ms"] for v in box.shop("variants")["variants"]}
    assert (after[rows[0]["id"]] > before[rows[0]["id"]]) is bumps
    box.settings(unchanged_write_bumps=True)


def test_an_edit_in_the_window_happens_just_before_the_write(box: Sandbox, rows: Rows) -> None:
    last = box.control("GET", "effects?since=0")["last_seq"]
    box.control(
        "POST",
        "faults",
        {"kind": "edit_before_write", "operation": "PriceWrite", "count": 1, "price": "13.13"},
    )
    write(box, rows[0]["product_id"], [{"id": variant_gid(rows[0]["id"]), "price": "24.00"}])
    box.control("DELETE", "faults")
    outside, own = box.effects(since=str(last))
    assert (outside["source"], outside["operation"], outside["after"]["price"]) == (
        "outside",
        "edit_before_write",
        "13.13",
    )
    assert (own["before"]["price"], own["after"]["price"]) == ("13.13", "24.00")
    assert outside["at_ms"] < own["at_ms"]
