"""Orders as CSV, written while it is read: never more than one page of it is in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flask import stream_with_context
from flask_babel import gettext as _

from orderflow.csv_export import BYTE_ORDER_MARK, line
from orderflow.db import reading
from orderflow.read import listed, search
from orderflow.read.listed import Row
from orderflow.read.search import Wanted
from stores.money import to_text
from webapp import failures, sentences
from webapp.filters import quoted

BATCH = 200


def orders(merchant_id: int, wanted: Wanted) -> Iterator[str]:
    """One line for each vendor's part, in the order of the list."""
    return stream_with_context(failures.to_the_end(_orders(merchant_id, wanted)))


def _orders(merchant_id: int, wanted: Wanted) -> Iterator[str]:
    yield BYTE_ORDER_MARK + line(_titles())
    after, first = "", True
    while first or after:
        first = False
        with reading() as session:
            page = search.page(session, merchant_id, wanted, after, limit=BATCH)
            ids = [part.id for row in page.rows for part in row.parts]
            numbers = listed.tracking_numbers(session, ids)
        wanted = replace(wanted, by=page.by)
        yield "".join(line(cells) for row in page.rows for cells in _cells(row, numbers))
        after = page.after


def _titles() -> list[str]:
    return [
        _("Order"),
        _("Placed (UTC)"),
        _("Payment"),
        _("Vendor"),
        _("State"),
        _("Reason"),
        _("Share"),
        _("Currency"),
        _("Number in the vendor's store"),
        _("Tracking numbers"),
    ]


def _cells(row: Row, numbers: dict[int, list[str]]) -> Iterator[list[str]]:
    placed = f"{row.placed_at:%Y-%m-%d %H:%M:%S}"
    head = [row.name, placed, sentences.word(row.payment)]
    if not row.parts:
        own = to_text(row.own_share, row.currency)
        yield [*head, "", _("Your own"), "", own, row.currency, "", ""]
    for part in row.parts:
        yield [
            *head,
            part.vendor,
            sentences.state(part.state),
            sentences.said(part.reason) if part.reason else quoted(part.words),
            to_text(part.share, row.currency),
            row.currency,
            part.number,
            ", ".join(numbers.get(part.id, ())),
        ]
