"""What a merchant may set, with its safe default; a vendor may have overrides of some.

``effective`` says for each setting also whose it was, because a reason must name it. How a setting
is told to people stands in ``options``; who changed it when, in ``orderflow.book.history``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.book import history
from orderflow.models import HistoryEntry, Merchant, SettingRow, Vendor

Value = bool | int | str
Mode = Literal["follow", "share", "replace", "leave_out"]
"""How one buyer field goes to a vendor; ``follow``: as ``replace_customer`` says for all."""


class SettingError(ValueError):
    """No such setting, or not a value for it; the message says which there are."""

    def __init__(self, message: str, name: str = "", wanted: str = "") -> None:
        super().__init__(message)
        self.name, self.wanted = name, wanted


_EMAIL = re.compile(r"[^\s@*+,;:<>\"]+@([\w-]+\.)+[\w-]{2,}")
_CATCH_ALL = re.compile(r"\*@([\w-]+\.)+[\w-]{2,}")


def _contact(address: str) -> str:
    """An address to which a part is added after a plus, or ``*@domain`` that takes every name."""
    if address and not (_EMAIL.fullmatch(address) or _CATCH_ALL.fullmatch(address)):
        raise ValueError("not an e-mail address")
    return address


Address = Annotated[str, Field(max_length=120), AfterValidator(_contact)]


class Settings(BaseModel):
    """Safe start: nothing leaves until the merchant says so, then paid, mapped and masked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_sync: bool = False
    only_if_paid: bool = True
    unsynced_products: bool = False
    hold_whole_order: bool = False
    delay_minutes: Annotated[int, Field(ge=0, le=1440)] = 0
    push_every: Literal[0, 5, 15, 30, 60] = 0
    fraud_hold: bool = False
    hold_local_delivery: bool = True

    line_edits: Literal["apply", "flag"] = "apply"
    vendor_cancel: Literal["flag", "cancel"] = "flag"
    restock_on_cancel: bool = True
    conflicts: Literal["merchant", "vendor", "ask"] = "merchant"

    notify_buyer: bool = True
    report_without_number: bool = True
    order_notifications: Literal["each", "hourly", "none"] = "each"

    replace_customer: bool = True
    email_mode: Mode = "follow"
    phone_mode: Mode = "follow"
    name_mode: Mode = "follow"
    billing_mode: Mode = "follow"
    note_mode: Mode = "follow"
    consent_mode: Mode = "follow"
    keep_recipient_name: bool = False
    share_transaction_reference: bool = False
    contact_email: Address = ""
    keep_personal_days: Annotated[int, Field(ge=0, le=365)] = 60

    def mode(self, field: str) -> str:
        """``share``, ``replace`` or ``leave_out`` for *email*, *phone*, *name*, *billing*, *note*
        or *consent*. Marketing consent never goes along unless it is shared by its own word."""
        own = getattr(self, f"{field}_mode")
        if own != "follow":
            return str(own)
        if field == "consent":
            return "leave_out"
        return "replace" if self.replace_customer else "share"


OVERRIDABLE = frozenset(Settings.model_fields) - {"order_sync", "keep_personal_days"}
"""What a vendor may have differently; the master switch is one for all (P10), and so is how long
an order's buyer is kept."""
KEEPING = frozenset({"share_transaction_reference", "keep_personal_days"})
"""What is kept depends on them: what is wanted no more goes at once."""
MODES = tuple(name for name in Settings.model_fields if name.endswith("_mode"))


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings that hold for one vendor, and which of them are the vendor's own."""

    values: Settings
    overridden: frozenset[str] = frozenset()

    def whose(self, name: str) -> str:
        return "vendor" if name in self.overridden else "merchant"


def combine(mine: Mapping[str, Any], overrides: Mapping[str, Any]) -> Effective:
    """A vendor's ``overrides`` on top of the merchant's own values. A vendor's checkbox for all
    buyer fields reaches also those for which only the merchant has made an exception."""
    values = {**mine, **overrides}
    if "replace_customer" in overrides:
        values |= {name: overrides.get(name, "follow") for name in MODES}
    return Effective(Settings.model_validate(values), frozenset(overrides))


def stored(session: Session, merchant_id: int) -> dict[int | None, dict[str, Any]]:
    """Every value that was ever set: of the merchant (None), and of each vendor by its id."""
    rows = session.scalars(select(SettingRow).where(SettingRow.merchant_id == merchant_id))
    return _by_owner(rows)


def _by_owner(rows: Iterable[SettingRow]) -> dict[int | None, dict[str, Any]]:
    found: dict[int | None, dict[str, Any]] = {None: {}}
    for row in rows:
        found.setdefault(row.vendor_id, {})[row.name] = row.value
    return found


def effective(session: Session, merchant_id: int, vendor_id: int | None = None) -> Effective:
    """The merchant's settings, with the vendor's overrides on top."""
    mine = SettingRow.vendor_id.is_(None)
    wanted = mine if vendor_id is None else mine | (SettingRow.vendor_id == vendor_id)
    rows = session.scalars(select(SettingRow).where(SettingRow.merchant_id == merchant_id, wanted))
    found = _by_owner(rows)
    return combine(found[None], found.get(vendor_id, {}) if vendor_id is not None else {})


def names() -> list[str]:
    return list(Settings.model_fields)


def kind(name: str) -> str:
    """*switch*, *choice*, *number* or *text*: how a setting is shown, and what it takes."""
    annotation: Any = Settings.model_fields[name].annotation
    if get_origin(annotation) is Literal:
        return "choice"
    return {bool: "switch", int: "number", str: "text"}[annotation]


def choices(name: str) -> tuple[Value, ...]:
    return get_args(Settings.model_fields[name].annotation)


def parse(name: str, value: str) -> Value:
    """What somebody typed for the setting ``name``. Raises SettingError."""
    if name not in Settings.model_fields:
        raise SettingError(
            f"There is no setting {name!r}; there are {', '.join(names())}.", name, "known"
        )
    try:
        return _read(name, value.strip())
    except (ValueError, KeyError):
        raise SettingError(_complaint(name, value), name, kind(name)) from None


def _read(name: str, text: str) -> Value:
    """ValueError (pydantic's is one) or KeyError for what is no value of that setting."""
    if kind(name) == "choice":
        return {str(choice): choice for choice in choices(name)}[text]
    value: Value = getattr(Settings.model_validate({name: text}), name)
    return value


def _complaint(name: str, value: str) -> str:
    said = {
        "switch": "either on or off",
        "choice": f"one of {', '.join(map(str, choices(name)))}",
        "number": f"a whole number from {limits(name)[0]} to {limits(name)[1]}",
        "text": "an e-mail address, or *@ and a domain that takes every name",
    }
    return f"{name} is {said[kind(name)]}, not {value!r}."


def limits(name: str) -> tuple[int, int]:
    """The least and the largest value of a number."""
    rules = Settings.model_fields[name].metadata
    least = next((rule.ge for rule in rules if hasattr(rule, "ge")), 0)
    largest = next((rule.le for rule in rules if hasattr(rule, "le")), 0)
    return int(least), int(largest)


# -- changing them -------------------------------------------------------------------------------


def change(
    session: Session,
    merchant: Merchant,
    values: Mapping[str, Value | None],
    *,
    by: str,
    now: datetime,
    vendor: Vendor | None = None,
    version: int | None = None,
) -> list[str]:
    """Store ``values`` and who did it; the names of those that are different now. None: the vendor
    has no value of its own any more. Whoever calls this also has held orders decided again.

    ``version`` is what the form was made from. Raises StaleForm when that is no longer so.
    """
    merchant = lock(session, merchant.id)
    _refuse_stale(session, merchant, vendor, version)
    mine = _scope(SettingRow, merchant, vendor)
    rows = {row.name: row for row in session.scalars(select(SettingRow).where(mine))}
    before = _before(rows, vendor)
    wanted = {name: _checked(name, value, vendor) for name, value in values.items()}
    changed = {
        name: value
        for name, value in reset_modes(before, wanted).items()
        if value != before.get(name)
    }
    if changed:
        merchant.settings_version += 1
    if not KEEPING.isdisjoint(changed):
        outbox.hasten(session, f"tidy:{merchant.id}", now)
    for name, value in changed.items():
        _write(session, merchant, vendor, rows.get(name), (name, value), by, now)
        history.note(
            session,
            merchant.id,
            history.SETTING,
            by=by,
            now=now,
            name=name,
            was=before.get(name),
            became=value,
            vendor_id=vendor.id if vendor else None,
            version=merchant.settings_version,
        )
    session.flush()
    return list(changed)


def lock(session: Session, merchant_id: int) -> Merchant:
    """The merchant's settings are ours to change until the unit of work ends."""
    return session.scalars(
        select(Merchant)
        .where(Merchant.id == merchant_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def _scope(
    model: type[SettingRow] | type[HistoryEntry], merchant: Merchant, vendor: Vendor | None
) -> Any:
    whose = model.vendor_id.is_(None) if vendor is None else model.vendor_id == vendor.id
    return (model.merchant_id == merchant.id) & whose


def _refuse_stale(
    session: Session, merchant: Merchant, vendor: Vendor | None, version: int | None
) -> None:
    if version is None or version == merchant.settings_version:
        return
    mine = _scope(HistoryEntry, merchant, vendor) & (HistoryEntry.what == history.SETTING)
    history.refuse_stale(session, mine, version)


def _before(rows: Mapping[str, SettingRow], vendor: Vendor | None) -> dict[str, Any]:
    own = {name: row.value for name, row in rows.items()}
    return own if vendor else Settings().model_dump() | own


def _checked(name: str, value: Value | None, vendor: Vendor | None) -> Value | None:
    if vendor is not None and name not in OVERRIDABLE:
        raise SettingError(f"{name} is the same for all vendors.", name, "known")
    if value is None and vendor is not None:
        return None
    if not isinstance(value, str):
        value = str(value)
    return parse(name, value)


def reset_modes(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The one checkbox sets all fields: whoever switches it takes back the exceptions that were
    made before, but for those that are made in the same breath."""
    switched = "replace_customer" in wanted and (
        wanted["replace_customer"] != before.get("replace_customer")
    )
    old = {name: "follow" for name in MODES if before.get(name, "follow") != "follow"}
    return {**(old if switched else {}), **wanted}


def _write(
    session: Session,
    merchant: Merchant,
    vendor: Vendor | None,
    row: SettingRow | None,
    setting: tuple[str, Value | None],
    by: str,
    now: datetime,
) -> None:
    name, value = setting
    if value is None:
        session.delete(row)
        return
    row = row or SettingRow(
        merchant_id=merchant.id, vendor_id=vendor.id if vendor else None, name=name
    )
    row.value, row.changed_at, row.changed_by = value, now, by
    session.add(row)
