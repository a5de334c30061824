"""Plans: an operation compiled once into lists of fields, so that a row costs microseconds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)

from sandbox.shopify import inputs
from sandbox.shopify.documents import Document, schema

Resolver: TypeAlias = Callable[[Any, dict[str, Any], Any], Any]
Composite: TypeAlias = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType

RESOLVERS: dict[tuple[str, str], Resolver] = {}


def resolves(type_name: str, *names: str) -> Callable[[Resolver], Resolver]:
    """Register a resolver `(record, arguments, call) -> value` for fields of a type."""

    def register(function: Resolver) -> Resolver:
        for name in names:
            RESOLVERS[type_name, name] = function
        return function

    return register


@dataclass(slots=True, eq=False)
class Field:
    """A selected field."""

    key: str
    name: str
    parent: str
    type_name: str
    resolve: Resolver
    is_list: bool
    is_required: bool
    definitions: Mapping[str, GraphQLArgument]
    argument_nodes: tuple[ArgumentNode, ...]
    directives: tuple[DirectiveNode, ...]
    conditions: tuple[DirectiveNode, ...]
    selection: "Selection | None"
    is_connection: bool = field(init=False)
    # A leaf without arguments and conditions: nothing to decide per row.
    plain: bool = field(init=False)

    def __post_init__(self) -> None:
        """Derive what execution asks for each row."""
        self.is_connection = self.type_name.endswith("Connection")
        self.plain = self.selection is None and not self.definitions and not self.conditions

    def wanted(self, values: Mapping[str, Any]) -> bool:
        """Do `@skip` and `@include` let it through?"""
        for node in self.conditions:
            flag = inputs.literal(node.arguments[0].value, values)
            if bool(flag) is not (node.name.value == "include"):
                return False
        return True


@dataclass(slots=True, eq=False)
class Selection:
    """Fields by name of the concrete type; `only` is set when there is just one."""

    fields: dict[str, list[Field]] = field(default_factory=dict)
    only: list[Field] | None = None


@dataclass(slots=True, eq=False)
class Plan:
    """A compiled operation."""

    name: str
    is_mutation: bool
    roots: list[Field]
    node: OperationDefinitionNode


_PLANS: dict[int, tuple[OperationDefinitionNode, Plan]] = {}
_MOST_PLANS = 4096


def compiled(document: Document, operation: OperationDefinitionNode) -> Plan:
    """The plan of an operation, from the cache when it was seen before."""
    known = _PLANS.get(id(operation))
    if known is not None and known[0] is operation:
        return known[1]
    if len(_PLANS) > _MOST_PLANS:
        _PLANS.clear()
    is_mutation = operation.operation is OperationType.MUTATION
    root = schema().mutation_type if is_mutation else schema().query_type
    if root is None:
        message = "the schema has no such root"
        raise LookupError(message)
    compiler = _Compiler(document.fragments)
    selection = compiler.selection(root, [(operation.selection_set, ())])
    name = operation.name.value if operation.name else ""
    plan = Plan(name, is_mutation, selection.fields[root.name], operation)
    _PLANS[id(operation)] = (operation, plan)
    return plan


Part: TypeAlias = tuple[SelectionSetNode, tuple[DirectiveNode, ...]]


class _Compiler:
    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self.fragments = fragments

    def selection(self, parent: Composite, parts: list[Part]) -> Selection:
        result = Selection()
        concrete = [parent] if isinstance(parent, GraphQLObjectType) else self.possible(parent)
        for kind in concrete:
            grouped: dict[str, list[tuple[FieldNode, tuple[DirectiveNode, ...]]]] = {}
            for selection_set, conditions in parts:
                self.collect(kind, selection_set, conditions, grouped)
            result.fields[kind.name] = [
                self.field(kind, key, nodes) for key, nodes in grouped.items()
            ]
        if len(concrete) == 1:
            result.only = result.fields[concrete[0].name]
        return result

    def possible(self, parent: GraphQLInterfaceType | GraphQLUnionType) -> list[GraphQLObjectType]:
        return list(schema().get_possible_types(parent))

    def collect(
        self,
        kind: GraphQLObjectType,
        selection_set: SelectionSetNode,
        conditions: tuple[DirectiveNode, ...],
        grouped: dict[str, list[tuple[FieldNode, tuple[DirectiveNode, ...]]]],
    ) -> None:
        for node in selection_set.selections:
            own = tuple(d for d in node.directives if d.name.value in {"skip", "include"})
            both = conditions + own
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                grouped.setdefault(key, []).append((node, both))
                continue
            if isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                condition, inner = fragment.type_condition.name.value, fragment.selection_set
            elif isinstance(node, InlineFragmentNode):
                named = node.type_condition
                # The AST says the condition is always there; in `... { }` it is not.
                condition = named.name.value if named is not None else kind.name  # type: ignore[redundant-expr]  # see above
                inner = node.selection_set
            if self.applies(condition, kind):
                self.collect(kind, inner, both, grouped)

    def applies(self, condition: str, kind: GraphQLObjectType) -> bool:
        return condition == kind.name or any(face.name == condition for face in kind.interfaces)

    def field(
        self,
        parent: GraphQLObjectType,
        key: str,
        nodes: list[tuple[FieldNode, tuple[DirectiveNode, ...]]],
    ) -> Field:
        node, conditions = nodes[0]
        name = node.name.value
        if name == "__typename":
            return _typename(parent.name, key, conditions)
        definition = parent.fields[name]
        named = get_named_type(definition.type)
        selection = None
        if not is_leaf_type(named):
            parts = [(n.selection_set, ()) for n, _ in nodes if n.selection_set]
            selection = self.selection(named, parts)  # type: ignore[arg-type]  # not a leaf: composite
        return Field(
            key=key,
            name=name,
            parent=parent.name,
            type_name=named.name,
            resolve=_resolver(parent.name, name),
            is_list=isinstance(get_nullable_type(definition.type), GraphQLList),
            is_required=isinstance(definition.type, GraphQLNonNull),
            definitions=definition.args,
            argument_nodes=tuple(node.arguments),
            directives=tuple(node.directives),
            conditions=conditions,
            selection=selection,
        )


def _typename(parent: str, key: str, conditions: tuple[DirectiveNode, ...]) -> Field:
    return Field(
        key=key,
        name="__typename",
        parent=parent,
        type_name="String",
        resolve=lambda _record, _arguments, _call: parent,
        is_list=False,
        is_required=True,
        definitions={},
        argument_nodes=(),
        directives=(),
        conditions=conditions,
        selection=None,
    )


def _resolver(parent: str, name: str) -> Resolver:
    found = RESOLVERS.get((parent, name))
    if found is not None:
        return found
    for suffix in ("Connection", "Edge"):
        if parent.endswith(suffix) and (suffix, name) in RESOLVERS:
            return RESOLVERS[suffix, name]
    return lambda record, _arguments, _call: record[name]
