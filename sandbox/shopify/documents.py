"""Documents: parsed and validated once per text, violations in the words of the vendor's server."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    build_schema,
    parse,
    specified_rules,
    validate,
)

from sandbox.shopify.errors import TopLevelError

SCHEMA_FILE = Path(__file__).with_name("schema.graphql")


@lru_cache(maxsize=1)
def schema() -> GraphQLSchema:
    """The sandbox's own schema."""
    return build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))


class Document:
    """A valid document: its operations and fragments by name."""

    def __init__(self, node: DocumentNode) -> None:
        """Index the definitions."""
        self.operations: dict[str, OperationDefinitionNode] = {}
        self.fragments: dict[str, FragmentDefinitionNode] = {}
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                name = definition.name.value if definition.name else ""
                self.operations[name] = definition
            elif isinstance(definition, FragmentDefinitionNode):
                self.fragments[definition.name.value] = definition

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Choose the operation to run.

        Raises:
            TopLevelError: the name is missing or unknown.
        """
        if name and name in self.operations:
            return self.operations[name]
        if not name and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        message = f'No operation named "{name}"' if name else "An operation name is required"
        raise TopLevelError({"message": message})


@lru_cache(maxsize=2048)
def read(text: str) -> Document:
    """Parse and validate a text.

    Raises:
        TopLevelError: PARSE_ERROR or a schema violation with its camelCase code.
    """
    try:
        node = parse(text)
    except GraphQLSyntaxError as error:
        raise TopLevelError(
            {
                "message": error.message.replace("Syntax Error:", "syntax error,"),
                "locations": _locations(error),
                "extensions": {"code": "PARSE_ERROR"},
            }
        ) from error
    if not validate(schema(), node):
        return Document(node)
    # Rule by rule, to know which code each violation has.
    errors = [
        _worded(rule, error)
        for rule in specified_rules
        for error in validate(schema(), node, [rule], max_errors=20)
    ]
    raise TopLevelError(*errors)


def _locations(error: GraphQLError) -> list[dict[str, int]]:
    return [{"line": place.line, "column": place.column} for place in error.locations or []]


def _quoted(message: str) -> list[str]:
    return re.findall(r"['\"]([^'\"]+)['\"]", message)


Wording: TypeAlias = tuple[str, dict[str, Any]]


def _undefined_field(message: str) -> Wording:
    field, type_name = _quoted(message)[:2]
    return (
        f"Field '{field}' doesn't exist on type '{type_name}'",
        {"code": "undefinedField", "typeName": type_name, "fieldName": field},
    )


def _unknown_argument(message: str) -> Wording:
    argument, where = _quoted(message)[:2]
    field = where.rpartition(".")[2]
    return (
        f"Field '{field}' doesn't accept argument '{argument}'",
        {
            "code": "argumentNotAccepted",
            "name": field,
            "typeName": "Field",
            "argumentName": argument,
        },
    )


def _missing_argument(message: str) -> Wording:
    field, argument = _quoted(message)[:2]
    kind = "Directive" if message.startswith("Directive") else "Field"
    return (
        f"{kind} '{field.lstrip('@')}' is missing required arguments: {argument}",
        {
            "code": "missingRequiredArguments",
            "className": kind,
            "name": field.lstrip("@"),
            "arguments": argument,
        },
    )


def _unused_variable(message: str) -> Wording:
    found = re.search(r"Variable '\$(\w+)' is never used(?: in operation '(\w+)')?", message)
    name, operation = found.groups() if found else ("", None)
    where = operation or "anonymous query"
    return (
        f"Variable ${name} is declared by {where} but not used",
        {"code": "variableNotUsed", "variableName": name},
    )


def _undefined_variable(message: str) -> Wording:
    found = re.search(r"Variable '\$(\w+)' is not defined(?: by operation '(\w+)')?", message)
    name, operation = found.groups() if found else ("", None)
    where = operation or "anonymous query"
    return (
        f"Variable ${name} is used by {where} but not declared",
        {"code": "variableNotDefined", "variableName": name},
    )


def _leaf(message: str) -> Wording:
    field, type_name = _quoted(message)[:2]
    type_name = type_name.strip("[]!")
    if "must not have" in message:
        text = (
            f"Selections can't be made on scalars (field '{field}' returns {type_name} "
            "but has selections)"
        )
    else:
        text = (
            f"Field must have selections (field '{field}' returns {type_name} but has no "
            f"selections. Did you mean '{field} {{ ... }}'?)"
        )
    return text, {"code": "selectionMismatch", "nodeName": f"field '{field}'"}


def _directive(message: str) -> Wording:
    name = _quoted(message)[0].lstrip("@")
    if message.startswith("Unknown"):
        return (
            f"Directive @{name} is not defined",
            {"code": "undefinedDirective", "directiveName": name},
        )
    target = "mutations" if "mutation" in message.lower() else "queries"
    return (
        f"'@{name}' can't be applied to {target} (allowed: fields)",
        {"code": "directiveCannotBeApplied", "targetName": target, "name": name},
    )


WORDINGS: dict[str, Callable[[str], Wording]] = {
    "FieldsOnCorrectTypeRule": _undefined_field,
    "KnownArgumentNamesRule": _unknown_argument,
    "ProvidedRequiredArgumentsRule": _missing_argument,
    "NoUnusedVariablesRule": _unused_variable,
    "NoUndefinedVariablesRule": _undefined_variable,
    "ScalarLeafsRule": _leaf,
    "KnownDirectivesRule": _directive,
}

CODES = {
    "VariablesInAllowedPositionRule": "variableMismatch",
    "ValuesOfCorrectTypeRule": "argumentLiteralsIncompatible",
    "KnownTypeNamesRule": "undefinedType",
    "KnownFragmentNamesRule": "undefinedFragment",
    "OverlappingFieldsCanBeMergedRule": "fieldConflict",
}


def _worded(rule: type[ASTValidationRule], error: GraphQLError) -> dict[str, Any]:
    wording = WORDINGS.get(rule.__name__)
    if wording is None:
        message = error.message
        extensions: dict[str, Any] = {"code": CODES.get(rule.__name__, "invalidDocument")}
    else:
        message, extensions = wording(error.message)
    return {"message": message, "locations": _locations(error), "extensions": extensions}
