"""Starting and cancelling bulk queries (§9). Bulk mutations are not stood in for."""

from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.shopify import bulk, bulk_rules
from sandbox.shopify.entities import BulkOperation, gid
from sandbox.shopify.ids import number_of
from sandbox.shopify.plan import resolves
from sandbox.shopify.state import Work

if TYPE_CHECKING:
    from sandbox.shopify.execution import Call

Doc: TypeAlias = dict[str, Any]


@resolves("Mutation", "bulkOperationRunQuery")
def run_query(_root: None, args: Doc, call: "Call") -> Doc:
    """Begin an export; it changes nothing in the shop, so it is no effect in the log."""
    try:
        bulk_rules.checked(args["query"], call.settings)
    except bulk_rules.RuleError as refused:
        return {"bulkOperation": None, "userErrors": refused.errors}
    active = [each for each in call.shop.bulk.values() if each.status in bulk.ACTIVE]
    if len(active) >= call.settings.bulk_at_once:
        named = ", ".join(gid("BulkOperation", each.id) for each in active)
        message = f"A bulk query operation for this app and shop is already in progress: {named}."
        error = {"field": None, "message": message, "code": "OPERATION_IN_PROGRESS"}
        return {"bulkOperation": None, "userErrors": [error]}
    work = Work(
        call.shop, source="api", operation="bulkOperationRunQuery", request_id=call.request_id
    )
    work.edit(call.shop.facts)
    operation = BulkOperation(
        id=call.shop.take_ids(1),
        query=args["query"],
        grouped=args["groupObjects"],
        status="CREATED",
        created=work.at,
    )
    call.shop.bulk[operation.id] = operation
    work.add(operation)
    call.world.commit(work)
    call.world.bulk.launch(call.shop, operation)
    return {"bulkOperation": operation, "userErrors": []}


@resolves("Mutation", "bulkOperationCancel")
def cancel(_root: None, args: Doc, call: "Call") -> Doc:
    """Ask a running operation to end; it is CANCELED a moment later."""
    operation = call.shop.bulk.get(number_of(args["id"], "BulkOperation") or 0)
    if operation is None:
        error: Doc = {"field": ["id"], "message": "Bulk operation does not exist"}
        return {"bulkOperation": None, "userErrors": [error]}
    status = bulk.shown_status(operation, call.settings)
    if status not in bulk.ACTIVE:
        message = f"A bulk operation cannot be canceled when it is {status.lower()}"
        return {
            "bulkOperation": operation,
            "userErrors": [{"field": None, "message": message}],
        }
    work = Work(
        call.shop, source="api", operation="bulkOperationCancel", request_id=call.request_id
    )
    work.edit(operation)
    operation.status = "CANCELING"
    call.world.commit(work)
    call.world.bulk.cancel(operation)
    return {"bulkOperation": operation, "userErrors": []}
