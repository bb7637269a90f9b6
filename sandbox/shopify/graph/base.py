"""What resolvers share: the call, the shape of their tables, refusals as user errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import wraps
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLResolveInfo

from sandbox.shopify.fulfilment import Refusal
from sandbox.shopify.money import graphql_amount

if TYPE_CHECKING:
    from sandbox.shopify.app import App
    from sandbox.shopify.grants import Token
    from sandbox.shopify.shop import Shop

Args = dict[str, Any]
Resolver = Callable[[Any, GraphQLResolveInfo, Args], Any]
Fields = dict[str, dict[str, Resolver]]


@dataclass(frozen=True)
class Call:
    """One request to a shop; the ``context`` of its resolvers."""

    shop: Shop
    token: Token

    @property
    def app(self) -> App:
        return self.token.installation.app

    @property
    def scopes(self) -> frozenset[str]:
        return self.token.installation.scopes


def attr(name: str) -> Resolver:
    """A field that is an attribute of its source."""
    return lambda source, info, args: getattr(source, name)


def constant(value: Any) -> Resolver:
    return lambda source, info, args: value


def money(amount: Decimal, currency: str) -> dict[str, Any]:
    """A MoneyBag; shops of the sandbox sell in their own currency only."""
    bag = {"amount": graphql_amount(amount), "currencyCode": currency}
    return {"shopMoney": bag, "presentmentMoney": bag}


def decimal_of(bag: dict[str, Any]) -> Decimal:
    """The shop money of a MoneyBagInput."""
    return Decimal(str(bag["shopMoney"]["amount"]))


def bad_request(message: str, code: str = "BAD_REQUEST") -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def user_errors(payload: str, errors: str = "userErrors") -> Callable[[Resolver], Resolver]:
    """A Refusal in a mutation becomes ``{payload: null, userErrors: […]}``."""

    def wrap(mutate: Resolver) -> Resolver:
        @wraps(mutate)
        def guarded(source: Any, info: GraphQLResolveInfo, args: Args) -> Any:
            try:
                return {payload: mutate(source, info, args), errors: []}
            except Refusal as refusal:
                said = {
                    "field": refusal.field,
                    "message": refusal.message,
                    "code": refusal.code or "INVALID",
                }
                return {payload: None, errors: [said]}

        return guarded

    return wrap
