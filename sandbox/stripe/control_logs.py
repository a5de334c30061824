"""Control API: what was written (effects), what was sent (deliveries), what was told (events)."""

import msgspec
from starlette.requests import Request

from sandbox.control_edge import Doc
from sandbox.stripe.state import Account
from sandbox.stripe.world import World

MOST_ROWS = 10_000
HIDDEN = ("secret", "older", "body")


class Logs:
    """Handlers; each returns JSON."""

    def __init__(self, world: World) -> None:
        """Read the logs of this world."""
        self.world = world

    async def calls(self, _request: Request) -> Doc:
        """Calls since the process began, by `"{operation} {outcome}"`."""
        return {"calls": dict(self.world.calls)}

    async def effects(self, request: Request) -> Doc:
        """Effects after `since` (a seq): `?account=&source=&operation=&changed=0|1&limit=`."""
        names = ("account", "source", "operation", "changed")
        clauses, values, limit = _filters(request, "seq", names)
        statement = f"SELECT seq, doc FROM effect WHERE {clauses} ORDER BY seq LIMIT {limit}"  # noqa: S608 - names from the list above, a number
        rows = self.world.store.rows(statement, values)
        return {"effects": [{"seq": seq} | msgspec.json.decode(doc) for seq, doc in rows]}

    async def effect_counts(self, _request: Request) -> Doc:
        """How many effects by account, source and operation, and how many changed something."""
        rows = self.world.store.rows(
            "SELECT account, source, operation, count(*), sum(changed) FROM effect GROUP BY 1, 2, 3"
        )
        names = ("account", "source", "operation", "count", "changed")
        return {"counts": [dict(zip(names, row, strict=True)) for row in rows]}

    async def deliveries(self, request: Request) -> Doc:
        """Deliveries after `since` (an id): `?account=&status=&topic=&body=1&limit=`."""
        clauses, values, limit = _filters(request, "id", ("account", "status", "topic"))
        statement = f"SELECT id, doc, body FROM delivery WHERE {clauses} ORDER BY id LIMIT {limit}"  # noqa: S608 - names from the list above, a number
        found = []
        for number, doc, body in self.world.store.rows(statement, values):
            row = msgspec.json.decode(doc) | {"id": number}
            for name in HIDDEN:
                row.pop(name, None)
            if request.query_params.get("body"):
                row["body"] = msgspec.Raw(body)
            found.append(row)
        return {"deliveries": found}

    async def delivery_counts(self, _request: Request) -> Doc:
        """How many deliveries by account, topic and status."""
        rows = self.world.store.rows(
            "SELECT account, topic, status, count(*) FROM delivery GROUP BY 1, 2, 3"
        )
        names = ("account", "topic", "status", "count")
        return {"counts": [dict(zip(names, row, strict=True)) for row in rows]}

    async def events(self, request: Request) -> Doc:
        """Every event of an account, the oldest first: `?type=&object=`."""
        account: Account = self.world.accounts[request.path_params["account"]]
        kind, about = request.query_params.get("type"), request.query_params.get("object")
        rows = [record.doc for record in account.table("event").values()]
        return {
            "events": [
                doc
                for doc in rows
                if kind in {None, doc["type"]} and about in {None, doc["data"]["object"]["id"]}
            ]
        }


def _filters(request: Request, key: str, names: tuple[str, ...]) -> tuple[str, list[str], int]:
    query = request.query_params
    clauses, values = [f"{key} > ?"], [query.get("since", "0")]
    for name in names:
        if name in query:
            clauses.append(f"{name} = ?")
            values.append(query[name])
    return " AND ".join(clauses), values, min(int(query.get("limit", MOST_ROWS)), MOST_ROWS)
