"""The tables, one file for each part of the story."""

from orderflow.models.backfills import Backfill
from orderflow.models.base import Base, public_id
from orderflow.models.calls import StoreCall, TrialOrder
from orderflow.models.catalogue import MappingSuggestion, UnmappedVariant
from orderflow.models.changes import Change, Conflict, Flag
from orderflow.models.connecting import ConnectAttempt
from orderflow.models.invitations import Invitation
from orderflow.models.keys import KeySample
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
from orderflow.models.people import LoginTry, Membership, Person, PortalSession, ResetToken
from orderflow.models.privacy import PrivacyRequest
from orderflow.models.pushes import Attempt, Push, Report, Shipment, TimelineEvent
from orderflow.models.settings import HistoryEntry, PersonalRead
from orderflow.models.tallies import DailyCount
from orderflow.models.tracking_files import TrackingColumns
from orderflow.models.unread import Unread, UnreadOrder

__all__ = [
    "AddOn",
    "Attempt",
    "Backfill",
    "Base",
    "Change",
    "Conflict",
    "ConnectAttempt",
    "Connection",
    "DailyCount",
    "Flag",
    "HistoryEntry",
    "Invitation",
    "KeySample",
    "Lane",
    "LoginTry",
    "Mail",
    "MappingSuggestion",
    "MarketplaceOrder",
    "Membership",
    "Merchant",
    "Message",
    "OrderLine",
    "Person",
    "PersonalRead",
    "PortalSession",
    "PrivacyRequest",
    "Push",
    "Report",
    "ResetToken",
    "SettingRow",
    "Shipment",
    "StoreAccess",
    "StoreCall",
    "TimelineEvent",
    "TrackingColumns",
    "TrialOrder",
    "UnmappedVariant",
    "Unread",
    "UnreadOrder",
    "VariantMapping",
    "Vendor",
    "VendorName",
    "VendorOrder",
    "Webhook",
    "public_id",
]
