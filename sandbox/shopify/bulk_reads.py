"""Resolvers of bulk operations (§9): one by id, lists with filters."""

from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.shopify import bulk, clock, paging, search
from sandbox.shopify.entities import BulkOperation, gid
from sandbox.shopify.errors import FieldError
from sandbox.shopify.ids import number_of
from sandbox.shopify.paging import Page
from sandbox.shopify.plan import resolves

if TYPE_CHECKING:
    from sandbox.shopify.execution import Call

Args: TypeAlias = dict[str, Any]

# EXPIRED is a status, but the vendor's filter does not know it.
ACCEPTED = {
    "status": {"canceled", "canceling", "completed", "created", "failed", "running"},
    "operation_type": {"query", "mutation"},
}


@resolves("QueryRoot", "bulkOperation")
def _operation(_root: None, args: Args, call: "Call") -> BulkOperation | None:
    number = number_of(args["id"], "BulkOperation")
    if number is None:
        raise FieldError("RESOURCE_NOT_FOUND", f"Invalid id: {args['id']}")
    return call.shop.bulk.get(number)


@resolves("QueryRoot", "bulkOperations")
def _operations(_root: None, args: Args, call: "Call") -> Page:
    paging.size(call, args, call.settings.array_ceiling)
    text = args.get("query") or ""
    if _refused(call, text):
        return Page([], [], has_next=False, has_previous=False)
    query = search.compiled("bulk", text)
    call.warn(text, query)
    test = query.predicate
    shop = call.shop
    rows = [each for each in shop.bulk.values() if test is None or test(shop, each)]
    if args["sortKey"] == "COMPLETED_AT":
        return paging.sliced(rows, args, lambda each: -(each.finished or 0))
    return paging.sliced(rows, args, lambda each: -each.created)  # the newest first


def _refused(call: "Call", text: str) -> bool:
    """Does a term have a value that is not accepted? Then nothing matches, with a warning."""
    refused = False
    for match in search.TOKEN.finditer(text):
        name, value = match["field"] or "", (match["value"] or "").strip("\"'")
        if name == "created_at" and not _is_time(value):
            raise FieldError("BAD_REQUEST", "Invalid timestamp for query filter `created_at`.")
        if name in ACCEPTED and value.lower() not in ACCEPTED[name]:
            refused = True
            message = f"Input `{value}` is not an accepted value."
            call.search.append(
                {
                    "path": [call.root],
                    "query": text,
                    "parsed": {"field": name, "match_all": value},
                    "warnings": [{"field": name, "message": message, "code": "invalid_value"}],
                }
            )
    return refused


def _is_time(text: str) -> bool:
    try:
        clock.parse_ms(text)
    except ValueError:
        return False
    return True


@resolves("BulkOperation", "id")
def _id(operation: BulkOperation, _args: Args, _call: "Call") -> str:
    return gid("BulkOperation", operation.id)


@resolves("BulkOperation", "status")
def _status(operation: BulkOperation, _args: Args, call: "Call") -> str:
    return bulk.shown_status(operation, call.settings)


@resolves("BulkOperation", "type")
def _type(_operation: BulkOperation, _args: Args, _call: "Call") -> str:
    return "QUERY"


@resolves("BulkOperation", "query")
def _query(operation: BulkOperation, _args: Args, _call: "Call") -> str:
    return operation.query


@resolves("BulkOperation", "errorCode")
def _error(operation: BulkOperation, _args: Args, _call: "Call") -> str | None:
    return operation.error


@resolves("BulkOperation", "createdAt")
def _created(operation: BulkOperation, _args: Args, _call: "Call") -> str:
    return clock.zulu(operation.created)


@resolves("BulkOperation", "completedAt")
def _completed(operation: BulkOperation, _args: Args, _call: "Call") -> str | None:
    if operation.finished is None or operation.status != "COMPLETED":
        return None
    return clock.zulu(operation.finished)


@resolves("BulkOperation", "objectCount")
def _objects(operation: BulkOperation, _args: Args, _call: "Call") -> str:
    return str(operation.objects)


@resolves("BulkOperation", "rootObjectCount")
def _roots(operation: BulkOperation, _args: Args, _call: "Call") -> str:
    return str(operation.roots)


@resolves("BulkOperation", "fileSize")
def _size(operation: BulkOperation, _args: Args, _call: "Call") -> str | None:
    return str(operation.size) if operation.key and operation.status == "COMPLETED" else None


@resolves("BulkOperation", "url")
def _url(operation: BulkOperation, _args: Args, call: "Call") -> str | None:
    return None if operation.status == "FAILED" else bulk.result_url(call.shop, operation)


@resolves("BulkOperation", "partialDataUrl")
def _partial(operation: BulkOperation, _args: Args, call: "Call") -> str | None:
    return bulk.result_url(call.shop, operation) if operation.status == "FAILED" else None
