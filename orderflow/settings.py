"""What a merchant may set, with its safe default; a vendor may have overrides of some.

``effective`` says for each setting also whose it was, because a reason must name it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.models import Merchant, SettingRow, Vendor

Switch = Annotated[bool, Field(strict=False)]


class SettingError(ValueError):
    """No such setting, or not a value for it; the message says which there are."""


class Settings(BaseModel):
    """Safe start: nothing leaves until the merchant says so, then paid, mapped and masked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_sync: Annotated[Switch, Field(description="Enable order sync")] = False
    only_if_paid: Annotated[Switch, Field(description="Push only if paid")] = True
    unsynced_products: Annotated[Switch, Field(description="Push orders for unsynced products")] = (
        False
    )
    hold_whole_order: Annotated[
        Switch, Field(description="Hold the whole order while some of its items are not mapped")
    ] = False
    replace_customer: Annotated[
        Switch, Field(description="Replace customer info with merchant details")
    ] = True
    keep_recipient_name: Annotated[
        Switch, Field(description="Keep the recipient's name on the delivery address")
    ] = False
    notify_buyer: Annotated[
        Switch, Field(description="Let the shop tell the buyer what has shipped")
    ] = True
    report_without_number: Annotated[
        Switch, Field(description="Report completed orders that have no tracking number")
    ] = True


OVERRIDABLE = frozenset(Settings.model_fields) - {"order_sync"}
"""What a vendor may have differently; the master switch is one for all (P10)."""


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings that hold for one vendor, and which of them are the vendor's own."""

    values: Settings
    overridden: frozenset[str] = frozenset()

    def whose(self, name: str) -> str:
        return "vendor" if name in self.overridden else "merchant"


def effective(session: Session, merchant_id: int, vendor_id: int | None = None) -> Effective:
    """The merchant's settings, with the vendor's overrides on top."""
    mine = SettingRow.vendor_id.is_(None)
    wanted = mine if vendor_id is None else mine | (SettingRow.vendor_id == vendor_id)
    rows = session.scalars(select(SettingRow).where(SettingRow.merchant_id == merchant_id, wanted))
    values: dict[str, Any] = {}
    overrides: dict[str, Any] = {}
    for row in rows:
        (values if row.vendor_id is None else overrides)[row.name] = row.value
    return Effective(Settings.model_validate(values | overrides), frozenset(overrides))


def parse(name: str, value: str) -> bool:
    """What somebody typed for the setting ``name``. Raises SettingError."""
    if name not in Settings.model_fields:
        raise SettingError(f"There is no setting {name!r}; there are {', '.join(names())}.")
    try:
        return TypeAdapter(bool).validate_python(value)
    except ValidationError:
        raise SettingError(f"{name} is either on or off, not {value!r}.") from None


def names() -> list[str]:
    return list(Settings.model_fields)


def change(
    session: Session,
    merchant: Merchant,
    values: Mapping[str, bool],
    *,
    by: str,
    now: datetime,
    vendor: Vendor | None = None,
) -> None:
    """Store ``values``; whoever calls this also has held orders decided again."""
    for name, value in values.items():
        if vendor is not None and name not in OVERRIDABLE:
            raise SettingError(f"{name} is the same for all vendors.")
        row = session.scalar(
            select(SettingRow).where(
                SettingRow.merchant_id == merchant.id,
                SettingRow.name == name,
                SettingRow.vendor_id.is_(None)
                if vendor is None
                else SettingRow.vendor_id == vendor.id,
            )
        ) or SettingRow(merchant_id=merchant.id, vendor_id=vendor.id if vendor else None, name=name)
        row.value, row.changed_at, row.changed_by = value, now, by
        session.add(row)
