"""The sandbox's schema is a part of the vendor's: same types, fields, arguments and nullability."""

import gzip
import json
import os
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_client_schema,
)

from sandbox.shopify import documents

OFFICIAL = os.environ.get("SHOPIFY_ADMIN_SCHEMA", "")


@pytest.fixture(scope="module")
def official() -> GraphQLSchema:
    if not OFFICIAL:
        pytest.skip("SHOPIFY_ADMIN_SCHEMA does not point to the vendor's introspection file")
    path = Path(OFFICIAL)
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return build_client_schema(json.loads(raw)["data"])


def members(kind: object) -> dict[str, str]:
    """Everything a type has, as text: fields with types and arguments, enum values."""
    result: dict[str, str] = {}
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in kind.fields.items():
            result[name] = str(field.type)
            for argument, value in field.args.items():
                result[f"{name}({argument})"] = f"{value.type} = {value.default_value}"
    elif isinstance(kind, GraphQLInputObjectType):
        for name, entry in kind.fields.items():
            result[name] = f"{entry.type} = {entry.default_value}"
    elif isinstance(kind, GraphQLEnumType):
        result = dict.fromkeys(kind.values, "")
    return result


def test_every_member_exists_identically_in_the_official_schema(official: GraphQLSchema) -> None:
    ours = documents.schema()
    differing = {}
    for name, kind in ours.type_map.items():
        if name.startswith("__"):
            continue
        theirs = official.type_map.get(name)
        if theirs is None or type(theirs) is not type(kind):
            differing[name] = "no such type"
            continue
        known = members(theirs)
        for member, shape in members(kind).items():
            if known.get(member) != shape:
                differing[f"{name}.{member}"] = f"{shape} is officially {known.get(member)}"
    assert differing == {}


def test_required_arguments_are_not_left_out(official: GraphQLSchema) -> None:
    forgotten = []
    for name, kind in documents.schema().type_map.items():
        theirs = official.type_map.get(name)
        if name.startswith("__") or not isinstance(kind, GraphQLObjectType):
            continue
        assert isinstance(theirs, GraphQLObjectType)
        for field_name, field in kind.fields.items():
            required = theirs.fields[field_name].args.items()
            forgotten += [
                f"{name}.{field_name}({argument})"
                for argument, value in required
                if str(value.type).endswith("!") and argument not in field.args
            ]
    assert forgotten == []


def test_the_idempotency_directive_sits_on_fields() -> None:
    directive = documents.schema().get_directive("idempotent")
    assert directive is not None
    assert [place.name for place in directive.locations] == ["FIELD"]
    assert {name: str(arg.type) for name, arg in directive.args.items()} == {"key": "String!"}
