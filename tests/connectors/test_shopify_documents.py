"""Every document against the vendor's official schema, when it is at hand."""

import gzip
import json
import os
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_client_schema, parse, validate

from connectors.shopify import bulk_documents, documents
from connectors.shopify.documents import Document

SCHEMA = os.environ.get("SHOPIFY_ADMIN_SCHEMA", "")


@cache
def schema() -> GraphQLSchema:
    """Build the schema from the introspection file that the environment names."""
    with gzip.open(Path(SCHEMA)) as file:
        return build_client_schema(json.load(file)["data"])


EVERY = (*documents.ALL, *bulk_documents.ALL)


@pytest.mark.skipif(not SCHEMA, reason="SHOPIFY_ADMIN_SCHEMA names no introspection file")
@pytest.mark.parametrize("document", EVERY, ids=lambda document: document.name)
def test_the_official_schema_accepts_the_document(document: Document) -> None:
    assert validate(schema(), parse(document.text)) == []


@pytest.mark.skipif(not SCHEMA, reason="SHOPIFY_ADMIN_SCHEMA names no introspection file")
def test_the_official_schema_accepts_the_query_of_an_export() -> None:
    assert validate(schema(), parse(bulk_documents.STOCK_QUERY)) == []


@pytest.mark.parametrize("document", EVERY, ids=lambda document: document.name)
def test_a_document_is_one_operation_that_says_what_it_is(document: Document) -> None:
    (operation,) = parse(document.text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name is not None
    assert operation.name.value == document.name
    # An export is begun and ended by a mutation, but nothing in the shop changes.
    is_export = document in bulk_documents.ALL
    assert (operation.operation.value == "mutation" and not is_export) is document.changes


@pytest.mark.parametrize("module", [documents, bulk_documents])
def test_every_document_is_in_the_list(module: ModuleType) -> None:
    named = {each for each in vars(module).values() if isinstance(each, Document)}
    assert named == set(module.ALL)
    assert len({document.name for document in EVERY}) == len(EVERY)
