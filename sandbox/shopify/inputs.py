"""Values that come in: variables and literals, checked against the schema and worded as the vendor does.

Scalars are kept as they came (a Money stays the string or number sent); resolvers read them.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from graphql import (
    ArgumentNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    type_from_ast,
)
from graphql.language.printer import print_ast

from sandbox.shopify.documents import schema
from sandbox.shopify.errors import TopLevelError

INT_LIMIT = 2**31

Problem: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[str | int, ...]


def coerce(kind: GraphQLInputType, value: Any, path: Path, problems: list[Problem]) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """Check a JSON value against an input type, add what is wrong to `problems`, fill in defaults."""
    if isinstance(kind, GraphQLNonNull):
        if value is None:
            problems.append(_problem(path, "Expected value to not be null"))
            return None
        kind = kind.of_type
    if value is None:
        return None
    if isinstance(kind, GraphQLList):
        rows = value if isinstance(value, list) else [value]
        inner = kind.of_type
        return [coerce(inner, row, (*path, at), problems) for at, row in enumerate(rows)]
    if isinstance(kind, GraphQLInputObjectType):
        return _object(kind, value, path, problems)
    if isinstance(kind, GraphQLEnumType):
        if value not in kind.values:
            allowed = ", ".join(kind.values)
            problems.append(_problem(path, f'Expected "{value}" to be one of: {allowed}'))
        return value
    if not _fits(kind, value):
        shown = f'"{value}"' if isinstance(value, str) else value
        problems.append(_problem(path, f"Could not coerce value {shown} to {kind.name}"))
    return value


def _problem(path: Path, explanation: str) -> Problem:
    return {"path": list(path), "explanation": explanation}


def _object(
    kind: GraphQLInputObjectType,
    value: Any,  # noqa: ANN401 - JSON
    path: Path,
    problems: list[Problem],
) -> dict[str, Any] | None:
    if not isinstance(value, Mapping):
        problems.append(_problem(path, f"Expected value to be an object of {kind.name}"))
        return None
    known = kind.fields
    problems.extend(
        _problem((*path, name), f"Field is not defined on {kind.name}")
        for name in value
        if name not in known
    )
    result: dict[str, Any] = {}
    for name, field in known.items():
        if name in value:
            result[name] = coerce(field.type, value[name], (*path, name), problems)
        elif field.default_value is not Undefined:
            result[name] = field.default_value
        elif isinstance(field.type, GraphQLNonNull):
            problems.append(_problem((*path, name), "Expected value to not be null"))
    return result


def _fits(kind: GraphQLInputType, value: Any) -> bool:  # noqa: ANN401 - JSON
    name = kind.name if isinstance(kind, GraphQLScalarType) else ""
    if name == "Boolean":
        return isinstance(value, bool)
    if name == "Int":
        return type(value) is int and -INT_LIMIT <= value < INT_LIMIT
    if name == "ID":
        return isinstance(value, str) or type(value) is int
    if name in {"Money", "Decimal"}:
        return _is_number(value)
    return isinstance(value, str)


def _is_number(value: Any) -> bool:  # noqa: ANN401 - JSON
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def variables(operation: OperationDefinitionNode, given: Mapping[str, Any]) -> dict[str, Any]:
    """The operation's variables with defaults; absent ones without default are left out.

    Raises:
        TopLevelError: INVALID_VARIABLE, one entry per wrong variable.
    """
    result: dict[str, Any] = {}
    errors: list[dict[str, Any]] = []
    for definition in operation.variable_definitions:
        name = definition.variable.name.value
        kind = type_from_ast(schema(), definition.type)
        if name not in given and definition.default_value is not None:
            result[name] = literal(definition.default_value, {})
            continue
        if name not in given and not isinstance(kind, GraphQLNonNull):
            continue
        value = given.get(name)
        problems: list[Problem] = []
        result[name] = coerce(kind, value, (), problems)  # type: ignore[arg-type]  # validated: an input type
        if problems:
            errors.append(_invalid_variable(name, definition, value, problems))
    if errors:
        raise TopLevelError(*errors)
    return result


def _invalid_variable(name: str, definition: Any, value: Any, problems: list[Problem]) -> Problem:  # noqa: ANN401 - AST node and JSON
    details = ", ".join(
        f"{'.'.join(str(part) for part in problem['path'])} ({problem['explanation']})"
        if problem["path"]
        else problem["explanation"]
        for problem in problems
    )
    message = f"Variable ${name} of type {print_ast(definition.type)} was provided invalid value"
    if any(problem["path"] for problem in problems):
        message = f"{message} for {details}"
    place = definition.loc.start_token
    return {
        "message": message,
        "locations": [{"line": place.line, "column": place.column}],
        "extensions": {"code": "INVALID_VARIABLE", "value": value, "problems": problems},
    }


def literal(node: ValueNode, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """A literal of the document as JSON; an absent variable gives `Undefined`."""
    result: Any
    match node:
        case VariableNode():
            result = values.get(node.name.value, Undefined)
        case NullValueNode():
            result = None
        case IntValueNode():
            result = int(node.value)
        case FloatValueNode():
            result = float(node.value)
        case ListValueNode():
            result = [literal(item, values) for item in node.values]
        case ObjectValueNode():
            pairs = ((field.name.value, literal(field.value, values)) for field in node.fields)
            result = {name: value for name, value in pairs if value is not Undefined}
        case StringValueNode() | EnumValueNode():
            result = node.value
        case _:
            result = getattr(node, "value", None)
    return result


def arguments(
    definitions: Mapping[str, GraphQLArgument],
    nodes: tuple[ArgumentNode, ...],
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """Arguments of a field with defaults; absent ones are left out (documents are already valid)."""
    given = {node.name.value: literal(node.value, values) for node in nodes}
    result: dict[str, Any] = {}
    for name, definition in definitions.items():
        value = given.get(name, Undefined)
        if value is Undefined:
            value = definition.default_value
        if value is not Undefined:
            result[name] = value
    return result
