"""Reads: pages, search, nodes, the seeded catalogue."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.shopify import search
from sandbox.shopify.app import open_world
from sandbox.shopify.catalogue import Wish
from tests.sandbox.conftest import DEMO, OTHER, Sandbox, product_gid, variant_gid
from tests.sandbox.operations import OPERATIONS

PAGE = """query Page($after: String, $filter: String, $sort: ProductVariantSortKeys) {
  productVariants(first: 100, after: $after, query: $filter, sortKey: $sort) {
    nodes { id sku price } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""


def walk(box: Sandbox, **variables: Any) -> list[str]:
    ids: list[str] = []
    after = None
    while True:
        page = box.ask(PAGE, after=after, **variables)["data"]["productVariants"]
        ids += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return ids


def test_the_catalogue_is_believable(box: Sandbox) -> None:
    products, variants = box.shop("products")["products"], box.shop("variants")["variants"]
    sizes = Counter(len(product["variant_ids"]) for product in products)
    assert len(products) == 300
    assert len(variants) >= 3000
    assert sizes.pop(250) == 1
    assert (min(sizes), max(sizes)) == (1, 24)
    assert {product["status"] for product in products} == {"ACTIVE", "DRAFT", "ARCHIVED"}
    without_sku = {v["product_id"] for v in variants if v["sku"] is None}
    assert without_sku == {products[3]["id"]}
    shared = Counter(v["sku"] for v in variants if v["sku"])
    owners = {
        frozenset(v["product_id"] for v in variants if v["sku"] == sku)
        for sku, count in shared.items()
        if count > 1
    }
    assert owners == {frozenset({products[5]["id"], products[17]["id"]})}
    assert any(v["compare_at_price"] for v in variants)


def test_ids_and_prices_are_stable_by_seed(tmp_path: Path) -> None:
    small = Wish(products=20, seed=7)
    dumps = []
    for name in ("one", "two"):
        world = open_world(tmp_path / name, small)
        shop = world.shops[DEMO]
        dumps.append([(v.id, v.sku, v.price) for v in shop.variants.values()])
        world.close()
    assert dumps[0] == dumps[1]


@pytest.mark.parametrize("sort", ["ID", "SKU", "TITLE", "INVENTORY_QUANTITY"])
def test_paging_meets_every_row_once(box: Sandbox, sort: str) -> None:
    everything = [variant_gid(v["id"]) for v in box.shop("variants")["variants"]]
    found = walk(box, sort=sort)
    assert sorted(found) == sorted(everything)
    assert (found == everything) is (sort == "ID")


def test_pages_go_backwards_too(box: Sandbox) -> None:
    ids = [product_gid(p["id"]) for p in box.shop("products")["products"]]
    document = """query Q($before: String) { products(last: 3, before: $before) {
        edges { cursor node { id } } pageInfo { hasPreviousPage startCursor } } }"""
    last = box.ask(document)["data"]["products"]
    assert [edge["node"]["id"] for edge in last["edges"]] == ids[-3:]
    earlier = box.ask(document, before=last["pageInfo"]["startCursor"])["data"]["products"]
    assert [edge["node"]["id"] for edge in earlier["edges"]] == ids[-6:-3]


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("product_type:Mug", lambda p: p["product_type"] == "Mug"),
        ("vendor:'Kiln & Pine'", lambda p: p["vendor"] == "Kiln & Pine"),
        ("tag:winter AND status:active",
         lambda p: "winter" in p["tags"] and p["status"] == "ACTIVE"),
        ("tag:winter -status:active", lambda p: "winter" in p["tags"] and p["status"] != "ACTIVE"),
        ("tag_not:winter", lambda p: "winter" not in p["tags"]),
        ("status:draft,archived", lambda p: p["status"] != "ACTIVE"),
        ("(tag:dog OR tag:cat) NOT vendor:Northpaw",
         lambda p: bool({"dog", "cat"} & set(p["tags"])) and p["vendor"] != "Northpaw"),
        ("title:stoneware", lambda p: "stoneware" in p["title"].lower()),
        ("colour:red", lambda _p: True),
    ],
)  # fmt: skip
def test_search_filters(box: Sandbox, query: str, chosen: Callable[[Any], bool]) -> None:
    expected = {product_gid(p["id"]) for p in box.shop("products")["products"] if chosen(p)}
    document = "query Q($q: String) { products(first: 250, query: $q, sortKey: TITLE) { nodes "
    found = box.ask(document + "{ id } } productsCount(query: $q) { count precision } }", q=query)
    ids = [node["id"] for node in found["data"]["products"]["nodes"]]
    assert set(ids) == expected or len(ids) == 250
    assert found["data"]["productsCount"] == {"count": len(expected), "precision": "EXACT"}


def test_filters_by_id_sku_and_time(box: Sandbox) -> None:
    variants = box.shop("variants")["variants"]
    middle = variants[1500]
    above = walk(box, filter=f"id:>{middle['id']}")
    assert above == [variant_gid(v["id"]) for v in variants[1501:]]
    by_sku = walk(box, filter=f"sku:{variants[0]['sku']}")
    assert by_sku == [variant_gid(variants[0]["id"])]
    prefix = walk(box, filter="sku:MUG-0003*")
    assert prefix == [variant_gid(v["id"]) for v in variants if (v["sku"] or "")[:8] == "MUG-0003"]
    box.shop("edit", {"variant_id": middle["id"], "price": "3.21"})
    recent = walk(box, filter="updated_at:>'2999-01-01T00:00:00Z'")
    assert recent == []


def test_an_unknown_filter_widens_and_warns(box: Sandbox) -> None:
    body = box.ask(OPERATIONS["VariantPageFlat"], filter="prise:<5 sku:MUG-0003*")
    assert len(body["data"]["productVariants"]["nodes"]) < 30
    assert body["extensions"]["search"] == [
        {
            "path": ["productVariants"],
            "query": "prise:<5 sku:MUG-0003*",
            "parsed": {"field": "prise", "match_all": "<5"},
            "warnings": [
                {
                    "field": "prise",
                    "message": "Invalid search field for this query.",
                    "code": "invalid_field",
                }
            ],
        }
    ]


def test_the_search_index_lags_and_reads_by_id_do_not(start: Callable[..., Sandbox]) -> None:
    box = start()
    variant = box.shop("variants")["variants"][0]
    moment = "2026-01-01T00:00:00Z"
    box.settings(search_lag=60)
    box.shop("edit", {"variant_id": variant["id"], "price": "3.21"})
    one = box.ask(OPERATIONS["VariantOne"], id=variant_gid(variant["id"]))
    updated = one["data"]["productVariant"]["updatedAt"]
    assert (one["data"]["productVariant"]["price"], updated > moment) == ("3.21", True)
    assert walk(box, filter=f"updated_at:>='{updated}'") == []
    box.settings(search_lag=0)
    box.shop("edit", {"variant_id": variant["id"], "price": "3.22"})


def test_nodes_keep_their_order_and_miss_with_null(box: Sandbox) -> None:
    variants = box.shop("variants")["variants"][:2]
    ids = [variant_gid(variants[1]["id"]), variant_gid(1), product_gid(variants[0]["product_id"])]
    nodes = box.ask(OPERATIONS["VariantsByIds"], ids=ids)["data"]["nodes"]
    assert nodes[1] is None
    assert (nodes[0]["__typename"], nodes[0]["id"]) == ("ProductVariant", ids[0])
    assert nodes[2] == {"__typename": "Product", "id": ids[2]}


def test_another_shops_ids_are_unknown(box: Sandbox) -> None:
    other = box.control("GET", f"shops/{OTHER}/variants")["variants"][0]
    answer = box.ask(OPERATIONS["VariantOne"], id=variant_gid(other["id"]))
    assert answer["data"] == {"productVariant": None}


def test_every_example_operation_runs(box: Sandbox) -> None:
    variant = box.shop("variants")["variants"][0]
    item = f"gid://shopify/InventoryItem/{variant['inventory_item_id']}"
    place = f"gid://shopify/Location/{box.control('GET', '')['shops'][0]['locations'][0]}"
    values: dict[str, dict[str, Any]] = {
        "ProductsChanged": {"since": "status:active"},
        "ProductFull": {"id": product_gid(variant["product_id"])},
        "VariantOne": {"id": variant_gid(variant["id"])},
        "PickerSearch": {"q": "mug"},
        "StockOne": {"item": item, "location": place},
        "StockByItemIds": {"ids": [item]},
        "VariantsByIds": {"ids": [item]},
        "VariantPriceCheck": {"ids": [variant_gid(variant["id"])]},
    }
    for name, document in OPERATIONS.items():
        if document.lstrip().startswith("query"):
            body = box.ask(document, **values.get(name, {}))
            assert "errors" not in body, (name, body)


def test_first_is_needed_and_at_most_250(box: Sandbox) -> None:
    for arguments, code in (("", "BAD_REQUEST"), ("(first: 251)", "INVALID_FIELD_ARGUMENTS")):
        body = box.ask(f"{{ products{arguments} {{ nodes {{ id }} }} }}")
        assert (body["data"], body["errors"][0]["extensions"]["code"]) == (None, code)
    big = next(p for p in box.shop("products")["products"] if len(p["variant_ids"]) == 250)
    document = f'{{ product(id: "{product_gid(big["id"])}") {{ variants(first: 2048) {{ nodes '
    alone = box.ask(document + "{ id } } } }")
    assert len(alone["data"]["product"]["variants"]["nodes"]) == 250


def test_a_filtered_list_ends_at_the_depth_limit(start: Callable[..., Sandbox]) -> None:
    box = start()
    box.settings(pagination_depth=150)
    first = box.ask(PAGE, filter="id:>1")["data"]["productVariants"]
    body = box.ask(PAGE, filter="id:>1", after=first["pageInfo"]["endCursor"])
    assert body["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert "errors" not in box.ask(PAGE, after=first["pageInfo"]["endCursor"])


def test_a_subscriptions_filter_reads_the_payload() -> None:
    payload = {"vendor": "Acme", "variants": [{"price": "5.00"}, {"price": "12.00"}]}
    found = {
        text: search.matches_payload(text, payload)
        for text in ("variants.price:>=10", "variants.price:>20", "vendor:acme", "vendor:other")
    }
    assert list(found.values()) == [True, False, True, False]
