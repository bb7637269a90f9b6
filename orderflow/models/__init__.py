"""The tables, one file for each part of the story."""

from orderflow.models.backfills import Backfill
from orderflow.models.base import Base, public_id
from orderflow.models.calls import StoreCall, TrialOrder
from orderflow.models.catalogue import UnmappedVariant
from orderflow.models.changes import Change, Conflict, Flag
from orderflow.models.invitations import Invitation
from orderflow.models.mails import Mail
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
from orderflow.models.privacy import PrivacyRequest
from orderflow.models.pushes import Attempt, Push, Report, Shipment, TimelineEvent
from orderflow.models.settings import PersonalRead, SettingChange
from orderflow.models.tallies import DailyCount

__all__ = [
    "AddOn",
    "Attempt",
    "Backfill",
    "Base",
    "Change",
    "Conflict",
    "Connection",
    "DailyCount",
    "Flag",
    "Invitation",
    "Lane",
    "Mail",
    "MarketplaceOrder",
    "Merchant",
    "Message",
    "OrderLine",
    "PersonalRead",
    "PrivacyRequest",
    "Push",
    "Report",
    "SettingChange",
    "SettingRow",
    "Shipment",
    "StoreAccess",
    "StoreCall",
    "TimelineEvent",
    "TrialOrder",
    "UnmappedVariant",
    "VariantMapping",
    "Vendor",
    "VendorName",
    "VendorOrder",
    "Webhook",
    "public_id",
]
