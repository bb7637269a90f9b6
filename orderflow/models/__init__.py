"""The tables, one file for each part of the story."""

from orderflow.models.base import Base, public_id
from orderflow.models.merchants import (
    AddOn,
    Connection,
    Merchant,
    SettingRow,
    StoreAccess,
    VariantMapping,
    Vendor,
    VendorName,
)
from orderflow.models.messages import Lane, Message, Webhook
from orderflow.models.orders import MarketplaceOrder, OrderLine, VendorOrder
from orderflow.models.pushes import Attempt, Push, Report, Shipment, TimelineEvent

__all__ = [
    "AddOn",
    "Attempt",
    "Base",
    "Connection",
    "Lane",
    "MarketplaceOrder",
    "Merchant",
    "Message",
    "OrderLine",
    "Push",
    "Report",
    "SettingRow",
    "Shipment",
    "StoreAccess",
    "TimelineEvent",
    "VariantMapping",
    "Vendor",
    "VendorName",
    "VendorOrder",
    "Webhook",
    "public_id",
]
