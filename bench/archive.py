"""A long past: copies of one finished order, made inside PostgreSQL."""

from __future__ import annotations

import psycopg

FRESH = "substr(md5(random()::text || clock_timestamp()::text), 1, 24)"
COPY = "from marketplace_order o join {table} t on t.order_id = {first} where o.id > {last}"
THROUGH_PART = """from vendor_order n
    join vendor_order v on v.order_id = {first} and v.vendor_id = n.vendor_id
    join {table} t on t.vendor_order_id = v.id where n.order_id > {last}"""
THROUGH_PUSH = """from push p join vendor_order n on n.id = p.vendor_order_id
    join vendor_order v on v.order_id = {first} and v.vendor_id = n.vendor_id
    join push q on q.vendor_order_id = v.id join {table} t on t.push_id = q.id
    where n.order_id > {last}"""
THROUGH_SHIPMENT = """from shipment s join vendor_order n on n.id = s.vendor_order_id
    join vendor_order v on v.order_id = {first} and v.vendor_id = n.vendor_id
    join shipment q on q.vendor_order_id = v.id join {table} t on t.shipment_id = q.id
    where n.order_id > {last}"""
PART_OF_LINE = "(select n.id from vendor_order n join vendor_order v on v.vendor_id = n.vendor_id"
PART_OF_LINE += " where n.order_id = o.id and v.id = t.vendor_order_id)"

OLD = "'old-' || n.id"

CHILDREN: tuple[tuple[str, str, dict[str, str]], ...] = (
    (
        "vendor_order",
        COPY,
        {"order_id": "o.id", "public_id": FRESH, "placed_at": "o.placed_at"},
    ),
    ("order_line", COPY, {"order_id": "o.id", "vendor_order_id": PART_OF_LINE, "push_id": "null"}),
    ("timeline_event", COPY, {"order_id": "o.id", "vendor_order_id": PART_OF_LINE}),
    ("store_call", COPY, {"order_id": "o.id", "vendor_order_id": PART_OF_LINE}),
    (
        "push",
        THROUGH_PART,
        {"vendor_order_id": "n.id", "remote_id": OLD, "key": f"'SL-' || {FRESH}"},
    ),
    ("shipment", THROUGH_PART, {"vendor_order_id": "n.id"}),
    ("attempt", THROUGH_PUSH, {"push_id": "p.id"}),
    ("report", THROUGH_SHIPMENT, {"shipment_id": "s.id", "remote_id": OLD}),
)


def fill(database: str, count: int) -> None:
    """Store the first order of ``database`` ``count`` times more, with all that belongs to it,
    placed one after another in the sixty days before it."""
    with psycopg.connect(database, autocommit=True) as admin:
        first, last = numbers(admin)
        new = {
            "public_id": FRESH,
            "remote_id": "'old-' || g",
            "name": "'#old-' || g",
            "number": "'old-' || g",
            "placed_at": f"t.placed_at - g * interval '60 days' / {count}",
        }
        series = f"from {{table}} t, generate_series(1, {count}) g where t.id = {first}"
        copy(admin, "marketplace_order", series, new)
        for table, source, changed in CHILDREN:
            copy(admin, table, source.format(table=table, first=first, last=last), changed)
        series = f"from webhook t, generate_series(1, {count}) g where t.id = 1"
        copy(admin, "webhook", series, {"delivery_id": "'old-' || g", "body": "null"})
        admin.execute("vacuum analyze")


def numbers(admin: psycopg.Connection) -> tuple[int, int]:
    row = admin.execute("select min(id), max(id) from marketplace_order").fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def copy(admin: psycopg.Connection, table: str, source: str, changed: dict[str, str]) -> None:
    """Insert what ``source`` finds as ``t``, with the columns in ``changed`` as told there."""
    columns = [
        str(name)
        for (name,) in admin.execute(
            "select column_name from information_schema.columns"
            " where table_name = %s and column_name <> 'id'",
            (table,),
        )
    ]
    values = ", ".join(changed.get(name, f"t.{name}") for name in columns)
    there = source.format(table=table)
    statement = f"insert into {table} ({', '.join(columns)}) select {values} {there}"  # noqa: S608
    admin.execute(statement.encode())
