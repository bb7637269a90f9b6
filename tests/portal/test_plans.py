"""No page of orders reads a growing table whole or sorts it, on either engine."""

from __future__ import annotations

from orderflow.db import db
from tests.portal.counter import Counter
from tests.webapp.shop_floor import orders_in
from tests.webapp.test_plans import OFF, faults, sent

PAGES = (
    "/portal/",
    "/portal/orders",
    "/portal/orders?stage=to_ship&before=1000000",
    "/portal/orders?q=1001",
    "/portal/orders?q=LAMP",
    "/portal/orders?q=LAMP&before=1000000",
    "/portal/orders?q=nothing",
)
OF_ONE_PERSON = "FROM membership"
"""A person acts for a few vendors, which are put in order by their names."""


def test_every_query_of_every_page_of_orders_goes_along_an_index(counter: Counter) -> None:
    counter.sells()
    counter.ships(1)
    mine = [f"{counter.path()}{what}" for what in ("", "/ship", counter.shipment())]
    orders_in(counter, 200, first=1002)
    bad = []
    for path in (*PAGES, *mine):
        with sent(counter) as found:
            assert counter.owner.get(path).status_code == 200, path
        with counter.house.web.app_context(), db.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                for what in OFF:
                    connection.exec_driver_sql(f"SET {what} = off")
            for statement, parameters in found:
                if OF_ONE_PERSON in statement:
                    continue
                told = faults(connection, statement, parameters)
                bad += [f"-- {path}\n{statement}\n  {told}"] if told else []
            connection.rollback()
    assert not bad, "\n".join(bad)
