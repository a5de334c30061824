"""What an inner query of a bulk operation must look like (§9), in the vendor's recorded words."""

from typing import Any, TypeAlias

from graphql import OperationType

from sandbox.shopify import documents, plan
from sandbox.shopify.errors import TopLevelError
from sandbox.shopify.plan import Field, Plan, Selection
from sandbox.shopify.settings import Settings

Doc: TypeAlias = dict[str, Any]

LONGEST = 65_535  # bytes


class RuleError(Exception):
    """The inner query is refused; `errors` are the userErrors."""

    def __init__(self, *messages: str) -> None:
        """All of them concern the argument `query`."""
        super().__init__(messages[0])
        self.errors: list[Doc] = [
            {"field": ["query"], "message": message, "code": "INVALID"} for message in messages
        ]


def node_of(connection: Field) -> Selection | None:
    """The selection of `edges { node { … } }`, None when it is not asked that way."""
    found = _child(connection.selection, "edges")
    node = _child(found.selection, "node") if found else None
    return node.selection if node else None


def fields_of(selection: Selection | None) -> list[Field]:
    """All fields of a selection, whatever the type of the record."""
    if selection is None:
        return []
    return [field for fields in selection.fields.values() for field in fields]


def _child(selection: Selection | None, name: str) -> Field | None:
    # Without an alias: the result has no place for another name.
    return next((f for f in fields_of(selection) if f.name == name and f.key == name), None)


class _Findings:
    """What a walk over the query found."""

    def __init__(self) -> None:
        self.connections = 0
        self.depth = 0
        self.without_node: list[str] = []
        self.without_id: list[str] = []
        self.in_list = False

    def walk(self, field: Field, above: Field | None, depth: int, *, in_list: bool) -> None:
        """`above` is the connection whose node this field belongs to."""
        if not field.is_connection:
            for child in fields_of(field.selection):
                self.walk(child, above, depth, in_list=in_list or field.is_list)
            return
        self.connections += 1
        self.depth = max(self.depth, depth + 1)
        self.in_list = self.in_list or in_list
        if above is not None and _child(node_of(above), "id") is None:
            self.without_id.append(above.name)
        node = node_of(field)
        if node is None or _child(field.selection, "nodes") is not None:
            self.without_node.append(field.name)
        for child in fields_of(node):
            self.walk(child, field, depth + 1, in_list=False)


def checked(text: str, settings: Settings) -> Plan:
    """The plan of an inner query.

    Raises:
        RuleError: the vendor would not run it.
    """
    if len(text.encode()) > LONGEST:
        message = f"Query is too large (maximum is {LONGEST} bytes)"
        raise RuleError(message)
    try:
        document = documents.read(text)
        operation = document.operation(None)
    except TopLevelError as error:
        reason = str(error).replace("Unexpected <EOF>.", "unexpected end of file")
        message = f"Invalid bulk query: {reason}"
        raise RuleError(message) from error
    if operation.operation is not OperationType.QUERY:
        raise RuleError("Invalid operation type. Only `query` operations are supported.")
    if operation.variable_definitions:
        raise RuleError("Invalid bulk query: variables are not supported")
    compiled = plan.compiled(document, operation)
    _check(compiled, settings)
    return compiled


def _check(compiled: Plan, settings: Settings) -> None:
    found = _Findings()
    for root in compiled.roots:
        found.walk(root, None, 0, in_list=False)
    messages = []
    if found.without_node:
        named = "', '".join(found.without_node)
        messages.append(
            "All connection fields in a bulk query must select their contents using 'edges' > "
            "'node', e.g: 'products { edges { node {'. Selecting via 'nodes' is not supported. "
            f"Invalid connection fields: '{named}'."
        )
    messages += [
        f"Bulk queries cannot contain a top level `{root.name}` field."
        for root in compiled.roots
        if root.name in {"node", "nodes"}
    ]
    if found.depth > settings.bulk_depth:
        messages.append(
            "Bulk queries cannot contain connections with a nesting depth greater than "
            f"{settings.bulk_depth}."
        )
    if found.connections > settings.bulk_connections:
        messages.append(
            f"Bulk queries cannot contain more than {settings.bulk_connections} connections."
        )
    if found.without_id:
        messages.append(
            "The parent 'node' field for a nested connection must select the 'id' field without "
            "an alias and must be of 'ID' return type. Connection fields without 'id': "
            f"{', '.join(dict.fromkeys(found.without_id))}."
        )
    if found.in_list:
        messages.append(
            "Queries that contain a connection field within a list field are not currently "
            "supported."
        )
    if not found.connections:
        messages.append("Bulk queries must contain at least one connection.")
    if not messages and not all(root.is_connection for root in compiled.roots):
        messages.append("This sandbox runs bulk queries only over connections at the root.")
    if messages:
        raise RuleError(*messages)
