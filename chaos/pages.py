"""What the merchants' pages say of the orders, compared with the book."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from demo.merchant import Merchant
from orderflow.models import Flag, MarketplaceOrder
from tests.processes.plant import Plant
from webapp.sentences import STATES

ROW = re.compile(r'<tr>\s*<td class="choose">.*?</tr>', re.S)
NAME = re.compile(r'<a href="(/orders/[^"]+)"><bdi>([^<]*)</bdi>')
PART = re.compile(r'<bdi>([^<]*)</bdi>(?:</h2>)?\s*<span class="badge[^"]*">([^<]*)</span>')
NEXT = re.compile(r'href="([^"]+)" rel="next"')

Told = dict[str, str]
"""The state of each part as a page words it, by vendor."""


@dataclass(frozen=True)
class Row:
    """``place`` is the address of the order's page."""

    name: str
    place: str
    parts: Told


def differences(plant: Plant, shop: str, sample: int = 40) -> Iterator[str]:
    """The list shows each order once, with the state of each part; the page of an order that has a
    flag open, and of ``sample`` others, shows the same."""
    merchant = Merchant(plant.sandbox, plant.stack.url, shop)
    wanted, flagged = book_of(plant, shop)
    rows = listed(merchant)
    counts = Counter(row.name for row in rows)
    yield from (f"{name} stands in the list {n} times" for name, n in counts.items() if n > 1)
    shown = {row.name: row for row in rows}
    for name in wanted.keys() | shown.keys():
        there = shown[name].parts if name in shown else None
        if wanted.get(name) != there:
            yield f"{name} is {wanted.get(name)} in the book, {there} in the list"
    some = [name for name in wanted if name in flagged]
    some += [name for name in wanted if name not in flagged][:sample]
    for name in some:
        if name in shown:
            yield from _on_its_page(merchant, shown[name], wanted[name], name in flagged)


def _on_its_page(merchant: Merchant, row: Row, wanted: Told, flagged: bool) -> Iterator[str]:
    page = merchant.open(row.place)
    told = {vendor: state for vendor, state in parts_in(page) if vendor in wanted}
    if told != wanted:
        yield f"{row.name} is {wanted} in the book, {told} on its page"
    if flagged and "/flags/" not in page:
        yield f"{row.name} has a flag open, of which its page says nothing"


def book_of(plant: Plant, shop: str) -> tuple[dict[str, Told], set[str]]:
    """Of each order by name, and the names of those with open flags."""
    with plant.app.test_request_context(), plant.unit() as session:
        rows = session.scalars(
            select(MarketplaceOrder).where(MarketplaceOrder.merchant.has(shop=shop))
        )
        told = {
            row.name: {part.vendor.name: str(STATES[part.state][1]) for part in row.vendor_orders}
            for row in rows
        }
        open_flags = session.scalars(select(Flag).where(Flag.done_at.is_(None)))
        flagged = {
            flag.vendor_order.order.name
            for flag in open_flags
            if flag.vendor_order.order.merchant.shop == shop
        }
    return told, flagged


def listed(merchant: Merchant) -> list[Row]:
    """Through all pages of the list."""
    found: list[Row] = []
    place = "/orders"
    while place:
        page = merchant.open(place)
        for row in ROW.findall(page):
            link = NAME.search(row)
            if link:
                found.append(Row(html.unescape(link[2]), link[1], dict(parts_in(row))))
        onward = NEXT.search(page)
        place = html.unescape(onward[1]) if onward else ""
    return found


def parts_in(page: str) -> list[tuple[str, str]]:
    return [(html.unescape(vendor), html.unescape(state)) for vendor, state in PART.findall(page)]
