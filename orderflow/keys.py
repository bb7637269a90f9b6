"""Every sealed value under the newest key, so that an old key can be dropped."""

from __future__ import annotations

from typing import Any

from sqlalchemy import LargeBinary, Table, bindparam, select, type_coerce, update
from sqlalchemy.orm import Session

from orderflow.db import unit_of_work
from orderflow.models import Base, KeySample
from orderflow.secrets import Sealed, SealedJSON, rotate

BATCH = 500


def rotate_all() -> int:
    """Re-encrypt all sealed columns, in batches; the number of values. The sample comes last: once
    it is under the newest key, everything is."""
    tables = sorted(Base.metadata.sorted_tables, key=lambda each: each is KeySample.__table__)
    return sum(
        _rotate_column(table, column.name)
        for table in tables
        for column in table.columns
        if isinstance(column.type, Sealed | SealedJSON)
    )


def _rotate_column(table: Table, name: str) -> int:
    count, after = 0, 0
    while True:
        with unit_of_work() as session:
            rows = _page(session, table, name, after)
            if not rows:
                return count
            statement = (
                update(table)
                .where(table.c.id == bindparam("row"))
                .values({name: type_coerce(bindparam("sealed"), LargeBinary)})
            )
            session.execute(statement, [{"row": i, "sealed": rotate(old)} for i, old in rows])
        count, after = count + len(rows), rows[-1][0]


def _page(session: Session, table: Table, name: str, after: int) -> list[tuple[int, bytes]]:
    raw: Any = type_coerce(table.c[name], LargeBinary)
    rows = session.execute(
        select(table.c.id, raw)
        .where(table.c.id > after, table.c[name].is_not(None))
        .order_by(table.c.id)
        .limit(BATCH)
        .with_for_update()
    )
    return [(row[0], bytes(row[1])) for row in rows]
