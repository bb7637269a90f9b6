"""What a browser loads: kept for as long as it stays the same, and little of it."""

from __future__ import annotations

import gzip
import re

from tests.house import House
from tests.webapp.shop_floor import Floor, orders_in
from webapp.files import FOR_EVER
from webapp.settings import TABS

MOST = 60 * 1024
"""Bytes of style, scripts and one page, compressed; App Bridge is not ours."""


def addresses(page: str) -> list[str]:
    return re.findall(r'(?:src|href)="(/static/[^"]+)"', page)


def test_the_address_of_a_file_changes_with_the_file_and_is_kept_for_ever(floor: Floor) -> None:
    found = addresses(floor.door.open().text)
    assert len(found) == 4
    for address in found:
        answer = floor.house.client.get(address)
        assert answer.headers["Cache-Control"] == FOR_EVER
        assert re.search(r"\?v=[0-9a-f]{12}$", address)


def test_a_file_under_another_version_is_not_kept(house: House) -> None:
    for address in ("/static/app.css", "/static/app.css?v=0123456789ab", "/static/none.css?v=1"):
        assert house.client.get(address).headers.get("Cache-Control") != FOR_EVER


def test_style_scripts_and_the_largest_page_are_60_kilobytes_at_most(floor: Floor) -> None:
    for paid in (True, False):
        floor.sells((floor.lamp, 1), (floor.mug, 3), paid=paid)
    (path, *_) = [f"/orders/{order.public_id}" for order in floor.house.orders()]
    orders_in(floor, 60)
    pages = ["/", "/orders", path, "/help", "/log", "/vendors", f"/vendors/{floor.vendor('Alfa')}"]
    pages += [f"/settings/vendor-shop-sync/{tab}" for tab in TABS]
    largest = max(compressed(floor.door.get(page).data) for page in pages)
    files = addresses(floor.door.open().text)
    ours = sum(compressed(floor.house.client.get(each).data) for each in files)
    assert largest + ours <= MOST, f"{largest} of the page and {ours} of files"


def compressed(content: bytes) -> int:
    return len(gzip.compress(content))
