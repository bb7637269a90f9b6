"""An app as the Dev Dashboard knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.shopify.ids import gid

FULFILLMENT_ORDER_SCOPES = (
    "read_merchant_managed_fulfillment_orders",
    "read_assigned_fulfillment_orders",
    "read_third_party_fulfillment_orders",
)
SCOPE_OF_TOPIC = {
    "orders": ("read_orders",),
    "refunds": ("read_orders",),
    "order_transactions": ("read_orders",),
    "fulfillments": ("read_fulfillments",),
    "fulfillment_events": ("read_fulfillments",),
    "fulfillment_holds": FULFILLMENT_ORDER_SCOPES,
    "fulfillment_orders": FULFILLMENT_ORDER_SCOPES,
    "returns": ("read_returns",),
    "products": ("read_products",),
    "inventory_levels": ("read_inventory",),
}
"""Resource of a webhook topic -> scopes of which one is needed; Shopify 2026-10."""

COMPLIANCE_TOPICS = frozenset({"customers/data_request", "customers/redact", "shop/redact"})


@dataclass(eq=False)
class App:
    """``topics`` are the app-specific subscriptions of its TOML, delivered to ``webhook_url`` or,
    for compliance topics, to ``compliance_url``. Without ``sees_personal_fields`` (protected
    customer data, level 2) names, streets, phones and e-mails come back null."""

    client_id: str
    client_secret: str
    scopes: Sequence[str] = ()
    optional_scopes: Sequence[str] = ()
    webhook_url: str = ""
    topics: Sequence[str] = ()
    name: str = "Sandbox app"
    handle: str = "sandbox-app"
    id: int = 80_001
    url: str = ""
    redirect_urls: Sequence[str] = ()
    compliance_url: str = ""
    api_version: str = "2026-10"
    sees_personal_fields: bool = True

    @property
    def gid(self) -> str:
        return gid("App", self.id)

    @property
    def namespace(self) -> str:
        """What ``$app`` stands for."""
        return f"app--{self.id}"


def with_reads(scopes: Sequence[str]) -> frozenset[str]:
    """A write scope includes the read scope of the same name."""
    reads = {"read_" + each[6:] for each in scopes if each.startswith("write_")}
    return frozenset(scopes) | reads


def may_hear(topic: str, scopes: frozenset[str]) -> bool:
    needed = SCOPE_OF_TOPIC.get(topic.partition("/")[0])
    return needed is None or not scopes.isdisjoint(needed)
