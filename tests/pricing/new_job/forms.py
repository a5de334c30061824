"""The new-job form as tests send it, and what its page tells."""

import html
import json
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from catalog_sync.models import Variant
from foundation.shops.models import Connection, User
from pricing.enums import PriceFileState
from pricing.models import PriceFile, PriceFileLine

URL, PREVIEW = reverse("pricing:new"), reverse("pricing:preview")
PLAIN = {"way": "filter", "all": "on", "action": "percent", "value": "-10", "step": "0.05"}
TEN_OFF = {"action": {"kind": "percent", "value": "-10"}}
ORDINARY = "Enter an ordinary number such as 12.50"
WHOLE_LANGUAGE = [
    {
        "name": "Old stock",
        "when": {
            "match": "all",
            "items": [
                {"field": "stock", "op": "gte", "value": "10"},
                {
                    "match": "any",
                    "items": [
                        {"field": "vendor", "op": "in", "value": ["Maple", "Birch"]},
                        {
                            "field": "stock_at",
                            "op": "between",
                            "value": ["1", "5"],
                            "location": "9223372036854775807",
                        },
                    ],
                },
                {"field": "created", "op": "older_than_days", "value": "90"},
            ],
        },
        "action": {"kind": "percent", "value": "-10"},
        "compare_at": {"kind": "old_price"},
        "rounding": {"step": "10", "ending": "9.99", "direction": "down"},
        "guards": [
            {"kind": "floor", "value": "5", "otherwise": "skip"},
            {"kind": "max_change", "value": "30"},
        ],
    },
    {"action": {"kind": "markup", "value": "40"}},
]

Poster = Callable[..., str]


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def shown(client: Client, url: str = URL) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def told(page: str) -> dict[str, Any]:
    """Return what a page or an answer tells the editor of rules."""
    text = page.split('id="rules-told"')[1].split('data-told="')[1].split('"', maxsplit=1)[0]
    said: dict[str, Any] = json.loads(html.unescape(text))
    return said


def rules(*documents: object) -> dict[str, str]:
    """Return the form of a page with a script: everything is chosen, and these are the rules."""
    return {"way": "filter", "all": "on", "rules": json.dumps(documents)}


def price_list(connection: Connection, variants: list[Variant], **columns: Any) -> PriceFile:
    """Make a list that gives every variant the price 7.77."""
    values = {"name": "spring.csv", "state": PriceFileState.READY, **columns}
    file = PriceFile.objects.create(shop_id=connection.shop_id, connection=connection, **values)
    PriceFileLine.objects.bulk_create(
        PriceFileLine(file=file, line=n, sku=each.sku, price="7.77", variant=each, verdict="taken")
        for n, each in enumerate(variants, 2)
    )
    return file


def condition(**condition: object) -> dict[str, object]:
    return {**TEN_OFF, "when": {"items": [condition]}}
