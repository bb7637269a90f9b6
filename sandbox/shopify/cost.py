"""What a query costs: scalar 0, object 1, connection 2 plus its size times a node, mutation 10.

An abstract type costs the dearest of its possible selections. Payloads, user errors and page
infos are free: ``orderCreate { order { id } }`` is 11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from sandbox.shopify.schema import schema

MUTATION = 10
CONNECTION = 2
FREE = ("Payload", "Error", "PageInfo")

Composite = GraphQLObjectType | GraphQLInterfaceType


@dataclass
class Cost:
    """One field that returns objects. ``own`` is its price for each object; ``size`` is given
    for connections: a number or a variable's name. ``only`` marks a fragment on a type."""

    key: str = ""
    own: int = 0
    size: int | str | None = None
    only: str = ""
    children: list[Cost] = field(default_factory=list)

    def requested(self, variables: Mapping[str, Any]) -> int:
        below = sum(each.requested(variables) for each in self.children if not each.only)
        below += max((each.requested(variables) for each in self.children if each.only), default=0)
        if self.size is None:
            return self.own + below
        size = variables.get(self.size, 0) if isinstance(self.size, str) else self.size
        return CONNECTION + int(size or 0) * below

    def actual(self, found: Any) -> int:
        """For what came back: null costs nothing, a list costs each of its items."""
        if found is None:
            return 0
        if isinstance(found, list):
            return sum(self.actual(each) for each in found)
        own = self.own if self.size is None else CONNECTION
        return own + sum(
            each.actual(found if not each.key else found.get(each.key)) for each in self.children
        )


def plan_of(document: DocumentNode, operation: OperationDefinitionNode) -> Cost:
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    planner = _Planner(fragments)
    root = schema().get_root_type(operation.operation)
    mutation = operation.operation.value == "mutation"
    plan = Cost(children=list(planner.children(operation.selection_set, cast(Composite, root))))
    if mutation:
        for each in plan.children:
            each.own = MUTATION
    return plan


class _Planner:
    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.fragments = fragments

    def children(self, selections: SelectionSetNode, parent: GraphQLNamedType) -> Iterator[Cost]:
        for each in selections.selections:
            if isinstance(each, FieldNode):
                yield from self._field(each, parent)
            elif isinstance(each, InlineFragmentNode):
                named = each.type_condition.name.value if each.type_condition else parent.name
                yield from self._fragment(each.selection_set, named, parent)
            elif isinstance(each, FragmentSpreadNode):
                definition = self.fragments[each.name.value]
                named = definition.type_condition.name.value
                yield from self._fragment(definition.selection_set, named, parent)

    def _fragment(
        self, selections: SelectionSetNode, named: str, parent: GraphQLNamedType
    ) -> Iterator[Cost]:
        kind = schema().type_map[named]
        if is_abstract_type(parent) and named != parent.name:
            yield Cost(only=named, children=list(self.children(selections, kind)))
        else:
            yield from self.children(selections, kind)

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> Iterator[Cost]:
        name = node.name.value
        if name.startswith("__") or node.selection_set is None:
            return
        kind = get_named_type(cast(Composite, parent).fields[name].type)
        if not is_composite_type(kind):
            return
        cost = Cost(node.alias.value if node.alias else name, own=_price(kind.name))
        cost.children = list(self.children(node.selection_set, kind))
        if kind.name.endswith("Connection"):
            cost.size = _size(node)
        yield cost


def _price(type_name: str) -> int:
    """An edge is only the way to its node."""
    return 0 if type_name.endswith((*FREE, "Edge", "Connection")) else 1


def _size(node: FieldNode) -> int | str:
    for argument in node.arguments or ():
        if argument.name.value in ("first", "last"):
            return _number(argument.value)
    return 0


def _number(value: ValueNode) -> int | str:
    if isinstance(value, VariableNode):
        return value.name.value
    return int(value.value) if isinstance(value, IntValueNode) else 0
