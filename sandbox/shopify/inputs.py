"""Values that come in: variables and literals, checked against the schema in the vendor's words.

Scalars are kept as they came (a Money stays the string or number sent); resolvers read them.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
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
# A path is a linked list from the inside out, flattened only when there is a problem to report.
Path: TypeAlias = tuple[Any, ...]
Check: TypeAlias = Callable[[Any, Path, list[Problem]], Any]

PLAIN_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")

# Checks of input types by printed type; the schema never changes while the process runs.
_CHECKS: dict[str, Check] = {}


def _problem(path: Path, explanation: str) -> Problem:
    steps: list[str | int] = []
    while path:
        path, step = path
        steps.append(step)
    return {"path": steps[::-1], "explanation": explanation}


def check_of(kind: GraphQLInputType) -> Check:
    """A function that checks a JSON value against an input type and fills in defaults.

    It appends what is wrong to the list of problems it is given.
    """
    known = _CHECKS.get(str(kind))
    if known is None:
        known = _CHECKS[str(kind)] = _made(kind)
    return known


def _made(kind: GraphQLInputType) -> Check:
    if isinstance(kind, GraphQLNonNull):
        return _required(check_of(kind.of_type))
    if isinstance(kind, GraphQLList):
        return _list(check_of(kind.of_type))
    if isinstance(kind, GraphQLInputObjectType):
        return _object(kind)
    if isinstance(kind, GraphQLEnumType):
        return _enum(kind)
    return _scalar(str(kind))


def _required(inner: Check) -> Check:
    def check(value: Any, path: Path, problems: list[Problem]) -> Any:
        if value is None:
            problems.append(_problem(path, "Expected value to not be null"))
            return None
        return inner(value, path, problems)

    return check


def _list(inner: Check) -> Check:
    def check(value: Any, path: Path, problems: list[Problem]) -> Any:
        if value is None:
            return None
        rows = value if isinstance(value, list) else [value]
        return [inner(row, (path, at), problems) for at, row in enumerate(rows)]

    return check


def _enum(kind: GraphQLEnumType) -> Check:
    allowed = frozenset(kind.values)
    shown = ", ".join(kind.values)

    def check(value: Any, path: Path, problems: list[Problem]) -> Any:
        if value is not None and (not isinstance(value, str) or value not in allowed):
            problems.append(_problem(path, f'Expected "{value}" to be one of: {shown}'))
        return value

    return check


def _scalar(name: str) -> Check:
    fits = FITS.get(name, _is_text)

    def check(value: Any, path: Path, problems: list[Problem]) -> Any:
        if value is not None and not fits(value):
            shown = f'"{value}"' if isinstance(value, str) else value
            problems.append(_problem(path, f"Could not coerce value {shown} to {name}"))
        return value

    return check


def _object(kind: GraphQLInputObjectType) -> Check:
    # Looked up at the first use: input types may contain themselves.
    @cache
    def checks() -> dict[str, Check]:
        return {name: check_of(field.type) for name, field in kind.fields.items()}

    defaults = {
        name: field.default_value
        for name, field in kind.fields.items()
        if field.default_value is not Undefined
    }
    needed = [
        name
        for name, field in kind.fields.items()
        if isinstance(field.type, GraphQLNonNull) and name not in defaults
    ]

    def check(value: Any, path: Path, problems: list[Problem]) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict):
            problems.append(_problem(path, f"Expected value to be an object of {kind.name}"))
            return None
        known = checks()
        result = dict(defaults)
        for name, inner in value.items():
            if name in known:
                result[name] = known[name](inner, (path, name), problems)
            else:
                text = f"Field is not defined on {kind.name}"
                problems.append(_problem((path, name), text))
        problems.extend(
            _problem((path, name), "Expected value to not be null")
            for name in needed
            if name not in value
        )
        return result

    return check


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        if PLAIN_NUMBER.fullmatch(value):
            return True
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


FITS: dict[str, Callable[[Any], bool]] = {
    "Boolean": lambda value: isinstance(value, bool),
    "Int": lambda value: type(value) is int and -INT_LIMIT <= value < INT_LIMIT,
    "ID": lambda value: isinstance(value, str) or type(value) is int,
    "Money": _is_number,
    "Decimal": _is_number,
}


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
        result[name] = check_of(kind)(value, (), problems)  # type: ignore[arg-type]  # validated: an input type
        if problems:
            errors.append(_invalid_variable(name, definition, value, problems))
    if errors:
        raise TopLevelError(*errors)
    return result


def _invalid_variable(name: str, definition: Any, value: Any, problems: list[Problem]) -> Problem:
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


def literal(node: ValueNode, values: Mapping[str, Any]) -> Any:
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
    """Arguments of a field with defaults; absent ones are left out (the document is valid)."""
    given = {node.name.value: literal(node.value, values) for node in nodes}
    result: dict[str, Any] = {}
    for name, definition in definitions.items():
        value = given.get(name, Undefined)
        if value is Undefined:
            value = definition.default_value
        if value is not Undefined:
            result[name] = value
    return result
