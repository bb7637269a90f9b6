"""A file of tracking numbers on its way through the pages: read, columns chosen, looked at,
confirmed, reported.

The file itself travels in the page, sealed, and is read again at each step; nothing of it is kept.
``owner`` says whose page it is: a page of somebody else, or of hours ago, is not opened.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from orderflow.db import unit_of_work
from orderflow.handwork import by_hand, tracking_plan
from orderflow.handwork.by_hand import ShipmentWrong, Typist
from orderflow.handwork.tracking_plan import Checked, Parcel, Plan, State
from orderflow.models import TrackingColumns, Vendor, VendorOrder
from orderflow.secrets import SecretsError, pack, unpack
from orderflow.tracking_files import columns, rows, table
from orderflow.tracking_files.columns import Columns
from orderflow.tracking_files.findings import FileProblem, FileUnreadable
from orderflow.tracking_files.layouts import REQUIRED, Field
from orderflow.tracking_files.rows import Row
from orderflow.tracking_files.table import Table
from stores.texts import _

STANDS = timedelta(hours=2)
"""So long a page that was looked at may be confirmed."""
LARGEST_TOKEN = 400_000
"""Characters of a sealed file; a form takes 500,000."""

TITLES = (
    _("Order"),
    _("Line"),
    _("SKU"),
    _("Pieces"),
    _("Carrier"),
    _("Tracking number"),
    _("Tracking link"),
)
"""Of the tables that we write; each is known again when the table comes back."""

SHIPPED, NOT_CONFIRMED, CHANGED = "shipped", "not_confirmed", "changed"
"""What became of a row, beside the states and codes of a plan. CHANGED: something happened to the
order in the very moment of shipping."""


@dataclass(frozen=True, slots=True)
class Upload:
    """``places``: the columns that a person chose; without any, titles decide. ``seen``: the state
    of each row on the page before; ``outcome``: what became of it."""

    body: bytes
    owner: str
    places: Mapping[str, int] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    outcome: Mapping[str, str] = field(default_factory=dict)


def seal(upload: Upload, now: datetime) -> str:
    """Raises FileUnreadable: too much to travel in a page."""
    told = {
        "owner": upload.owner,
        "until": (now + STANDS).timestamp(),
        "places": dict(upload.places),
        "seen": dict(upload.seen),
        "outcome": dict(upload.outcome),
    }
    token = pack(json.dumps(told).encode() + b"\n" + zlib.compress(upload.body, 9)).decode()
    if len(token) > LARGEST_TOKEN:
        raise FileUnreadable(FileProblem.TOO_MUCH_TEXT)
    return token


def open_sealed(token: str, owner: str, now: datetime) -> Upload:
    """Raises SecretsError for what we did not seal, for this owner, a while ago."""
    head, _line, body = unpack(token.encode()).partition(b"\n")
    try:
        told = json.loads(head)
        ours = told["owner"] == owner and told["until"] >= now.timestamp()
        upload = Upload(zlib.decompress(body), owner, told["places"], told["seen"], told["outcome"])
    except (ValueError, KeyError, zlib.error) as error:
        raise SecretsError("sealed by another release") from error
    if not ours:
        raise SecretsError("not for here and now")
    return upload


# -- the columns -----------------------------------------------------------------------------------


def with_remembered(session: Session, vendor: Vendor, upload: Upload) -> Upload:
    """With the columns that were chosen for such a file before."""
    row = _remembered(session, vendor, table.read(upload.body))
    return replace(upload, places=row.places) if row else upload


def columns_of(upload: Upload, found: Table) -> Columns:
    return columns.chosen(found, upload.places) if upload.places else columns.match(found)


def choice(found: Table, form: Mapping[str, str]) -> tuple[dict[str, int], tuple[Field, ...]]:
    """The columns of a form with a field ``column:<field>`` each, and the fields that are wrong:
    needed and left out, or a column that was chosen for another field too."""
    told = {each: form.get(f"column:{each}", "") for each in Field}
    places = {
        str(each): int(value)
        for each, value in told.items()
        if value.isdecimal() and len(value) < 4 and int(value) < len(found.titles)
    }
    chosen = list(places.values())
    wrong = tuple(
        each
        for each in Field
        if (each not in places and each in REQUIRED)
        or (each in places and chosen.count(places[each]) > 1)
    )
    return places, wrong


def remember(session: Session, vendor: Vendor, upload: Upload, now: datetime) -> None:
    """The choice counts for all files of this vendor with the same titles."""
    found = table.read(upload.body)
    row = _remembered(session, vendor, found)
    if row is None:
        row = TrackingColumns(vendor_id=vendor.id, layout=columns.layout_key(found))
        session.add(row)
    row.places, row.chosen_at = dict(upload.places), now


def _remembered(session: Session, vendor: Vendor, found: Table) -> TrackingColumns | None:
    key = columns.layout_key(found)
    return session.scalars(
        select(TrackingColumns).where(
            TrackingColumns.vendor_id == vendor.id, TrackingColumns.layout == key
        )
    ).one_or_none()


def remembered_count(session: Session, vendor: Vendor) -> int:
    """For how many kinds of files columns are remembered."""
    query = select(func.count()).where(TrackingColumns.vendor_id == vendor.id)
    return session.scalar(query) or 0


def forget(session: Session, vendor: Vendor) -> None:
    session.execute(delete(TrackingColumns).where(TrackingColumns.vendor_id == vendor.id))


# -- looking and doing -----------------------------------------------------------------------------


def look(session: Session, vendor: Vendor, upload: Upload, typist: Typist, now: datetime) -> Plan:
    """What the file would do now. Nothing is written."""
    found = table.read(upload.body)
    told = rows.read(found, columns_of(upload, found).places, now.date())
    return tracking_plan.plan(session, vendor, told, typist)


def states(plan: Plan) -> dict[str, str]:
    """By row, its state and its doubts: what somebody confirms."""
    return {str(each.row.number): _state(each) for each in plan.rows}


def _state(each: Checked) -> str:
    return " ".join((each.state, *each.doubts))


def changed(plan: Plan, seen: Mapping[str, str]) -> set[int]:
    """Rows of which something else is to be said than was ``seen``."""
    return {each.row.number for each in plan.rows if seen.get(str(each.row.number)) != _state(each)}


def confirm(
    vendor_id: int, plan: Plan, confirmed: Collection[int], typist: Typist, now: datetime
) -> dict[str, str]:
    """Ship the parcels whose doubtful rows are all confirmed, each in a transaction of its own, and
    say what became of each row."""
    outcome = {str(each.row.number): each.state for each in plan.rows}
    for parcel in plan.parcels:
        code = NOT_CONFIRMED
        if parcel.doubtful <= set(confirmed):
            code = SHIPPED if _ship(vendor_id, parcel, typist, now) else CHANGED
        outcome |= {str(number): code for number in parcel.rows}
    return outcome


def _ship(vendor_id: int, parcel: Parcel, typist: Typist, now: datetime) -> bool:
    """False: the order has changed since it was looked at."""
    try:
        with unit_of_work() as session:
            part = session.get(VendorOrder, parcel.part_id)
            if part is None or part.vendor_id != vendor_id:
                return False
            by_hand.ship(session, part, parcel.typed, typist, now)
    except ShipmentWrong:
        return False
    return True


def shipped_count(upload: Upload, plan: Plan) -> int:
    """Parcels that were shipped."""
    return sum(upload.outcome[str(each.rows[0])] == SHIPPED for each in plan.parcels)


def cells_of(row: Row) -> list[str]:
    """A row as it is written back into a table, under TITLES."""
    return [row.order, row.line, row.sku, row.pieces, row.carrier, row.tracking, row.link]


def report(
    titles: Sequence[str], plan: Plan, upload: Upload, say: Callable[[str], str]
) -> Iterator[list[str]]:
    """The cells of a table that says of each row what became of it."""
    yield list(titles)
    for each in plan.rows:
        number = str(each.row.number)
        yield [number, *cells_of(each.row), say(upload.outcome.get(number, each.state))]


def is_trouble(code: str) -> bool:
    """Whether a row still wants somebody to do something."""
    return code not in (SHIPPED, State.DONE, State.LEFT, State.DUPLICATE)
