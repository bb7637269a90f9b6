"""No page reads a growing table whole or sorts it: every query that a page sends, on both engines,
is explained as if the tables were large."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event

from orderflow.db import db
from orderflow.models import Base
from tests.webapp.pages import PAGES
from tests.webapp.shop_floor import Floor, HasHouse, orders_in
from webapp import admin

SMALL = {
    "add_on",
    "connection",
    "daily_count",
    "invitation",
    "key_sample",
    "merchant",
    "setting",
    "store_access",
    "trial_order",
    "vendor",
    "vendor_name",
}
"""Tables that do not grow with the orders; a page reads a few rows of them."""
GROWING = set(Base.metadata.tables) - SMALL
OWNER = r"\.(order_id|vendor_order_id|push_id|shipment_id)"
OF_GIVEN_ROWS = re.compile(rf"{OWNER} (= |IN \()[?%]|WHERE [?%]\S* = \w+{OWNER}\b")
"""What belongs to one order, or to those of one page, may be put in order afterwards."""
OF_ONE_ROW = {
    "conflicts.show",
    "order.shipment_form",
    "privacy.export",
    "tracking_files.show",
}
"""Pages about a parcel, a request or a vendor, found by its id, whose other queries another page
sends."""
OFF = ("enable_seqscan", "enable_sort", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin")


@contextmanager
def sent(floor: HasHouse) -> Iterator[list[tuple[str, Any]]]:
    """(statement, parameters) of every read that the web application sends meanwhile."""
    found: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append((statement, parameters))

    with floor.house.web.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def faults(connection: Connection, statement: str, parameters: Any) -> Sequence[str]:
    """The lines of its plan that read a growing table whole, or sort more than a given few."""
    on_sqlite = connection.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN "
    rows = connection.exec_driver_sql(explain + statement, parameters)
    plan = [str(row[3] if on_sqlite else row[0]) for row in rows]
    read_whole = [line for line in plan if whole(line) in GROWING]
    small = not growing(statement) or OF_GIVEN_ROWS.search(statement)
    sorted_ = [line for line in plan if re.search(r"\bSort\b|B-TREE FOR ORDER BY", line)]
    return [*read_whole, *([] if small else sorted_)]


def whole(line: str) -> str | None:
    """The table that a line of a plan reads from end to end."""
    found = re.match(r"SCAN (\w+)", line) or re.search(r"Seq Scan on (\w+)", line)
    return re.sub(r"_\d+$", "", found[1]) if found else None


def growing(statement: str) -> bool:
    return not GROWING.isdisjoint(re.findall(r"(?:FROM|JOIN) (\w+)", statement))


@pytest.fixture
def busy(floor: Floor) -> Floor:
    floor.sells((floor.lamp, 1), (floor.mug, 1))
    orders_in(floor, 200, first=1002)
    return floor


def test_every_query_of_every_page_goes_along_an_index(busy: Floor) -> None:
    bad: dict[str, list[str]] = {}
    for name, path in PAGES.items():
        address = path(busy)
        with sent(busy) as found:
            assert busy.door.get(address).status_code == 200, address
        assert found, name
        with busy.house.web.app_context(), db.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                for what in OFF:
                    connection.exec_driver_sql(f"SET {what} = off")
            for statement, parameters in found:
                told = faults(connection, statement, parameters)
                if told:
                    bad.setdefault(name, []).append(f"{statement}\n  {told}")
            connection.rollback()
    assert not bad, "\n".join(f"-- {name}\n" + "\n".join(each) for name, each in bad.items())


def test_every_page_is_among_them(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    adapter = floor.house.web.url_map.bind("localhost")
    looked_at = {adapter.match(path(floor).partition("?")[0])[0] for path in PAGES.values()}
    doors = {pages.name for pages in admin.PAGES}
    there = {
        rule.endpoint
        for rule in floor.house.web.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint.partition(".")[0] in doors
    }
    assert there - looked_at == OF_ONE_ROW
