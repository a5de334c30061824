"""A program leads a price job from token to rollback, against the sandbox."""

from typing import Any

import pytest

from config.demo.merchant import Merchant
from foundation.shops.models import User
from foundation.work.enums import Group
from tests import factories
from tests.pricing.conftest import work
from tests.rest.conftest import Caller

JOBS = "/api/pricing-jobs/"
WISH: dict[str, Any] = {
    "name": "Ten percent off",
    "selection": {"all": True},
    "rules": [
        {"action": {"kind": "percent", "value": "-10"}, "rounding": {"step": "0.05"}},
    ],
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("connection")
def test_from_token_to_rollback(merchant: Merchant, owner: User) -> None:
    before = merchant.prices()
    credentials = {"email": owner.email, "password": factories.PASSWORD}
    access = Caller().send("/api/token/", credentials).json()["access"]
    program = Caller(Authorization=f"Bearer {access}")

    preview = program.send(f"{JOBS}preview/", WISH).json()
    job = program.send(JOBS, WISH, Idempotency_Key="one").json()
    assert (job["state"], job["plan"]["totals"]) == ("planned", preview["totals"])
    rows = _all(program, job["links"]["plan"])
    assert merchant.prices() == before

    body = {"plan_hash": job["plan"]["hash"]}
    run = program.send(job["links"]["confirm"], body, Idempotency_Key="two").json()
    assert run["state"] == "running"
    work(Group.HEAVY, Group.REMOTE)
    done = program.get(job["url"]).json()
    total = job["plan"]["totals"]["changes"]
    assert (done["state"], done["counts"]["applied"]) == ("completed", total)
    assert done["progress"] == {"done": total, "total": total}

    results = _all(program, done["links"]["results"], outcome="applied")
    planned = {row["variant"]["id"]: row["after"] for row in rows if row["after"]}
    assert {row["variant"]["id"]: row["after"] for row in results} == planned
    shown = {key: str(price) for key, (price, _) in merchant.prices().items()}
    assert {row["variant"]["vendor_id"]: row["after"]["price"] for row in results}.items() <= (
        shown.items()
    )

    back = program.send(done["links"]["rollback"], {}, Idempotency_Key="three").json()
    assert (back["state"], back["planned_changes"]) == ("planned", total)
    program.send(back["links"]["confirm"], {"plan_hash": back["plan"]["hash"]})
    work(Group.HEAVY, Group.REMOTE)
    assert program.get(back["url"]).json()["state"] == "completed"
    assert merchant.prices() == before


def _all(program: Caller, url: str, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page = program.get(url, {**query, "limit": "7"}).json()
    while True:
        found += page["items"]
        if page["next"] is None:
            return found
        page = program.get(page["next"]).json()
