"""Control API: what was written (effects) and what was sent (deliveries)."""

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request

from sandbox.control_edge import Doc
from sandbox.shopify.world import World

MOST_ROWS = 10_000


def _wanted(row: Doc, query: QueryParams) -> bool:
    if "variant_id" in query and row["variant_id"] != int(query["variant_id"]):
        return False
    return "changed" not in query or row["changed"] is (query["changed"] == "1")


class Logs:
    """Handlers; each returns JSON."""

    def __init__(self, world: World) -> None:
        """Read the logs of this world."""
        self.world = world

    async def calls(self, _request: Request) -> Doc:
        """Calls since the process began, by `"{operation} {outcome}"`."""
        return {"calls": dict(self.world.calls)}

    async def effects(self, request: Request) -> Doc:
        """Effects after `since` (a seq): `?shop=&source=&operation=&changed=1&variant_id=&limit=`.

        The last unit of work is never cut, so a few more rows than `limit` may come.
        """
        query = request.query_params
        since, limit = int(query.get("since", "0")), int(query.get("limit", MOST_ROWS))
        clauses, values = ["last > ?"], [str(since)]
        for name in ("shop", "source", "operation"):
            if name in query:
                clauses.append(f"{name} = ?")
                values.append(query[name])
        if query.get("changed") == "1":
            clauses.append("changed > 0")
        statement = (
            f"SELECT first, last, doc FROM effect WHERE {' AND '.join(clauses)} ORDER BY first"  # noqa: S608 - names from the list above
        )
        result: list[Doc] = []
        reached = since
        for first, last, doc in self.world.store.connection.execute(statement, values):
            if len(result) >= limit:
                break
            work = msgspec.json.decode(doc)
            result += [
                {"seq": seq, **work["head"], **row}
                for seq, row in enumerate(work["rows"], start=first)
                if seq > since and _wanted(row, query)
            ]
            reached = last
        return {"effects": result, "last_seq": reached}

    async def effect_counts(self, _request: Request) -> Doc:
        """How many effects by shop, source and operation, and how many changed something."""
        rows = self.world.store.rows(
            "SELECT shop, source, operation, sum(last - first + 1), sum(changed)"
            " FROM effect GROUP BY 1, 2, 3"
        )
        names = ("shop", "source", "operation", "count", "changed")
        return {"counts": [dict(zip(names, row, strict=True)) for row in rows]}

    async def deliveries(self, request: Request) -> Doc:
        """Delivery rows after `since` (an id): `?shop=&status=&topic=&body=1&limit=`."""
        query = request.query_params
        clauses, values = ["id > ?"], [query.get("since", "0")]
        for name in ("shop", "status", "topic"):
            if name in query:
                clauses.append(f"{name} = ?")
                values.append(query[name])
        limit = min(int(query.get("limit", 1000)), MOST_ROWS)
        statement = f"SELECT id, doc, body FROM delivery WHERE {' AND '.join(clauses)} ORDER BY id LIMIT {limit}"  # noqa: S608, E501 - names from the list above, a number
        result = []
        for number, doc, body in self.world.store.rows(statement, values):
            row = msgspec.json.decode(doc) | {"id": number}
            del row["secret"], row["body"]
            if query.get("body"):
                row["body"] = msgspec.Raw(body)
            result.append(row)
        return {"deliveries": result}

    async def delivery_counts(self, _request: Request) -> Doc:
        """How many deliveries by shop, topic and status."""
        rows = self.world.store.rows(
            "SELECT shop, topic, status, count(*) FROM delivery GROUP BY 1, 2, 3"
        )
        names = ("shop", "topic", "status", "count")
        return {"counts": [dict(zip(names, row, strict=True)) for row in rows]}
