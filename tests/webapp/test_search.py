"""Every query of the orders list goes along an index, on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from orderflow import search
from orderflow.models import Merchant
from orderflow.search import Query, Wanted
from tests.house import HARBOUR
from tests.webapp.shop_floor import Floor, orders_in

LOOKS = {
    "all": Wanted(),
    "state": Wanted(state="held"),
    "vendor": Wanted(vendor_id=1),
    "reason": Wanted(reason="not_paid"),
    "vendor and state": Wanted(vendor_id=1, state="held"),
    "vendor and reason": Wanted(vendor_id=1, reason="not_paid"),
    "number": Wanted(text="10", by="number"),
    "sku": Wanted(text="LAMP", by="sku"),
}


def query_of(session: Session, merchant_id: int, wanted: Wanted) -> Query:
    if not wanted.text:
        return search._filtered(merchant_id, wanted)
    found = search._searched(session, merchant_id, wanted.by, wanted.text)
    assert found is not None
    return found


def plan_of(session: Session, query: Query, *, backwards: bool) -> str:
    """How the engine would run a later page, or the one before it, with tables too large to be
    read whole."""
    engine = session.get_bind().dialect.name
    mark = search._read_mark("7~2026-01-01T00:00:00+00:00", query)
    statement = query.after(mark, backwards=backwards).limit(51)
    dialect = sqlite.dialect() if engine == "sqlite" else postgresql.dialect()
    written = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    if engine == "sqlite":
        rows = session.execute(text(f"EXPLAIN QUERY PLAN {written}"))
        return "\n".join(str(row[3]) for row in rows)
    session.execute(text("SET LOCAL enable_seqscan = off"))
    session.execute(text("SET LOCAL enable_sort = off"))
    session.execute(text("SET LOCAL enable_bitmapscan = off"))
    return "\n".join(str(row[0]) for row in session.execute(text(f"EXPLAIN {written}")))


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("look", LOOKS)
def test_no_look_reads_a_whole_table_or_sorts_it(floor: Floor, look: str, backwards: bool) -> None:
    orders_in(floor, 200)
    with floor.house.unit() as session:
        session.execute(text("ANALYZE"))
    with floor.house.look() as session:
        merchant = floor.house.one(session, Merchant, shop=HARBOUR)
        plan = plan_of(session, query_of(session, merchant.id, LOOKS[look]), backwards=backwards)
    assert "Seq Scan" not in plan, plan
    assert "SCAN" not in plan.replace("SEARCH", ""), plan
    assert "Sort" not in plan, plan
    assert "ORDER BY" not in plan, plan
    assert "Index" in plan or "USING" in plan, plan
