"""No answer of a store takes more of our time than its length: other stores wait meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time
from typing import Any

from stores import boundary
from stores.woocommerce import trackers
from stores.woocommerce.answers import Order


def seconds(act: Callable[[], Any]) -> float:
    began = thread_time()
    act()
    return thread_time() - began


def test_a_long_answer_that_is_no_json_is_not_read_thirty_times() -> None:
    """It holds half a character and breaks at its end, so every start looks promising."""

    def told(records: int) -> bytes:
        return b'{"n":' + b"[" * 30 + b'{"a":1,"b":[1,2,3]},' * records + b'"\\ud83d" oops'

    assert seconds(lambda: boundary.decode(told(450_000))) < 10


def order(value: Any, key: str, items: list[dict[str, Any]]) -> Order:
    told = {
        "id": 1,
        "date_modified_gmt": "2026-11-28T12:00:00",
        "line_items": items,
        "meta_data": [{"key": key, "value": value}],
    }
    return boundary.read(Order, told)


def test_a_plugins_list_of_parcels_is_cut() -> None:
    kept = [{"tracking_number": f"T{number}"} for number in range(9_000)]
    told = trackers.found(order(kept, "_wc_shipment_tracking_items", []))
    assert len(told) == trackers.MOST


def test_parcels_that_name_goods_by_words_take_no_time_for_each_item() -> None:
    items = [{"id": n, "name": f"n{n}", "quantity": 1} for n in range(3_000)]
    items.append({"id": 9_999, "name": "a", "quantity": 1_000})
    kept = [{"tracking_number": f"T{n}", "items": "a x1," * 99} for n in range(200)]
    told = order(kept, "_parcelpanel_shipping_numbers", items)
    assert seconds(lambda: trackers.found(told)) < 3


def test_labels_that_name_goods_by_product_take_no_time_for_each_item() -> None:
    items = [{"id": n, "product_id": 7, "quantity": 0} for n in range(3_000)]
    items.append({"id": 9_999, "product_id": 7, "quantity": 10_000})
    kept = [{"label_id": str(n), "tracking": f"T{n}", "product_ids": [7] * 2_000} for n in range(9)]
    told = order(kept, "wcshipping_labels", items)
    assert seconds(lambda: trackers.found(told)) < 3
