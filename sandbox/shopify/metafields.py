"""Metafield definitions and values of orders; the ``id`` type is unique in a shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.shopify.app import App
from sandbox.shopify.fulfilment import Refusal
from sandbox.shopify.ids import gid

if TYPE_CHECKING:
    from sandbox.shopify.order import Order
    from sandbox.shopify.shop import Shop


@dataclass(frozen=True)
class Definition:
    id: int
    namespace: str
    key: str
    name: str
    type: str
    owner: str

    @property
    def gid(self) -> str:
        return gid("MetafieldDefinition", self.id)


def namespace_of(given: str | None, app: App) -> str:
    """Omitted or ``$app`` is the app's own; ``$app:x`` a part of it."""
    if not given or given == "$app":
        return app.namespace
    return given.replace("$app:", app.namespace + "--", 1)


class Metafields:
    def __init__(self, shop: Shop, *, enforce_unique: bool) -> None:
        self.shop = shop
        self.enforce_unique = enforce_unique
        self.definitions: dict[tuple[str, str, str], Definition] = {}
        self._owner_of: dict[tuple[str, str, str], int] = {}

    def define(self, app: App, given: dict[str, Any]) -> Definition:
        namespace = namespace_of(given.get("namespace"), app)
        place = (given["ownerType"], namespace, given["key"])
        if place in self.definitions:
            raise Refusal(
                f"Key is in use for {given['ownerType'].title()} metafields on the "
                f"'{namespace}' namespace.",
                ["definition", "key"],
                "TAKEN",
            )
        number = next(self.shop.world.ids)
        made = Definition(number, namespace, given["key"], given["name"], given["type"], place[0])
        self.definitions[place] = made
        return made

    def read(self, app: App, given: Sequence[dict[str, Any]]) -> dict[tuple[str, str], str]:
        """Check the metafields of a new order; (namespace, key) -> value."""
        return {
            (namespace_of(each.get("namespace"), app), each.get("key") or ""): self._value(
                app, each, ["order", "metafields", str(at)]
            )
            for at, each in enumerate(given)
        }

    def _value(self, app: App, given: dict[str, Any], at: list[str]) -> str:
        place = (namespace_of(given.get("namespace"), app), given.get("key") or "")
        definition = self.definitions.get(("ORDER", *place))
        value = given.get("value") or ""
        for name, filled in (("key", place[1]), ("value", value)):
            if not filled:
                raise Refusal(f"{name.title()} can't be blank", [*at, name], "INVALID")
        if not (given.get("type") or definition):
            raise Refusal("Type can't be blank", [*at, "type"], "INVALID")
        taken = (*place, value) in self._owner_of
        if definition and definition.type == "id" and taken and self.enforce_unique:
            raise Refusal("Value must be unique.", [*at, "value"], "INVALID")
        return value

    def keep(self, order: Order) -> None:
        for (namespace, key), value in order.metafields.items():
            self._owner_of.setdefault((namespace, key, value), order.id)

    def order_by(self, app: App, custom_id: dict[str, Any]) -> Order | None:
        """The order with that custom id, at once. A Refusal without a definition of type id."""
        namespace = namespace_of(custom_id.get("namespace"), app)
        definition = self.definitions.get(("ORDER", namespace, custom_id["key"]))
        if definition is None or definition.type != "id":
            raise Refusal("Metafield definition of type 'id' is required when using custom ids.")
        found = self._owner_of.get((namespace, custom_id["key"], custom_id["value"]))
        return self.shop.orders.get(found or 0)
