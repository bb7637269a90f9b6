"""Recordings of two live stores, 10.9.2 and 8.2.2, played against the sandbox.

What the people in those stores did between the recorded requests is done again: an order that was
made then is built from the first recording that shows it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from werkzeug.test import Client, TestResponse

from sandbox.clock import SettableClock
from sandbox.woocommerce import WooStore
from sandbox.woocommerce.models import Order
from sandbox.world import World
from tests.sandbox.woocommerce_replay import differences

RECORDED = Path(__file__).parents[1] / "recorded" / "woocommerce_live"
KINDS = ("line_items", "shipping_lines", "fee_lines")
MADE_BY_THE_STORE = (
    "_auto_fulfill_processed",
    "_fulfillment_status",
    "_reduced_stock",
    "size",
    "color",
    "_restock_refunded_items",
    "_wc_shipment_tracking_items",
    "_wp_trash_meta_status",
    "_wp_trash_meta_time",
)
"""Meta that a store writes by itself."""
MACHINE = (
    "store_id",
    "wp_cron",
    "wp_debug_mode",
    "wp_memory_limit",
    "php_post_max_size",
    "max_upload_size",
    "log_directory_writable",
    "remote_post_response",
    "remote_get_response",
)
"""Fields of system status that tell of the machine and not of the store."""
JSON = dict[str, Any]


class Live:
    """One store, its recordings by number, and what differed when they were played."""

    def __init__(self, version: str, start: datetime, **store: Any) -> None:
        self.version = version
        self.files = {path.name[:3]: path for path in sorted((RECORDED / version).glob("*.json"))}
        self.clock = SettableClock(start)
        self.world = World(self.clock, post=_answer)
        self.store = WooStore(self.world, version=version, cron="prompt", **store)
        self.keys = {"": self.store.issue_key(), "unknown": ("ck_" + "0" * 40, "cs_0")}
        self.client = Client(self.world.wsgi)
        self.differences: dict[str, list[str]] = {}

    def recording(self, number: str) -> tuple[JSON, JSON]:
        found = json.loads(self.files[number].read_text())
        return found["request"], found["response"]

    def shown(self, number: str, order_id: int = 0) -> JSON:
        """The order in a recorded answer; in a list the one of that id."""
        body = self.recording(number)[1]["body"]
        return next(each for each in body if each["id"] == order_id) if order_id else body

    def play(self, *numbers: str, key: str = "") -> None:
        for number in numbers:
            self.clock.advance(1)
            request, response = self.recording(number)
            got = self.ask(
                request["method"],
                request["path"],
                request["body"],
                {name: unquote(each) for name, each in request["params"].items()},
                key,
            )
            self.differences[number] = list(compare(response, got))
            self._adopt_ids(response["body"])
            self.world.tick()

    def ask(
        self, method: str, path: str, body: Any = None, query: Any = None, key: str = ""
    ) -> TestResponse:
        """Over https with Basic."""
        return self.client.open(
            path,
            method=method,
            base_url=self.store.home,
            query_string=query,
            json=body,
            auth=self.keys[key],
        )

    def _adopt_ids(self, body: Any) -> None:
        """Number an order's items as the real store did: later requests name them."""
        if isinstance(body, dict) and "fee_lines" in body and body["id"] in self.store.orders:
            number_items(self.store.orders[body["id"]], body)

    def build(
        self,
        view: JSON,
        status: str = "",
        *,
        without: Iterable[int] = (),
        changed: Mapping[int, JSON] | None = None,
    ) -> Order:
        """An order as ``view`` shows it, but for items ``without`` and ``changed`` by id."""
        self.store.ids.skip_to("post", view["id"])
        shown = dict(view)
        for kind in KINDS:
            kept = [each for each in view[kind] if each["id"] not in without]
            shown[kind] = [{**each, **(changed or {}).get(each["id"], {})} for each in kept]
        answer = self.ask("POST", "/wp-json/wc/v3/orders", _body(shown, status or view["status"]))
        assert answer.status_code == 201, answer.text
        order = self.store.orders[view["id"]]
        number_items(order, shown)
        return order

    def change(self, order_id: int, **body: Any) -> None:
        answer = self.ask("PUT", f"/wp-json/wc/v3/orders/{order_id}", body)
        assert answer.status_code == 200, answer.text

    def refund(self, view: JSON, order_id: int, lines: dict[int, tuple[int, str]]) -> None:
        """A refund as an order shows it; ``lines`` (pieces, amount) go back into stock."""
        sent = [
            {"id": item, "quantity": pieces, "refund_total": total}
            for item, (pieces, total) in lines.items()
        ]
        self.store.ids.skip_to("post", view["id"])
        body = {
            "amount": view["total"].lstrip("-"),
            "reason": view["reason"],
            "line_items": sent,
            "api_refund": False,
        }
        answer = self.ask("POST", f"/wp-json/wc/v3/orders/{order_id}/refunds", body)
        assert answer.status_code == 201, answer.text


def _answer(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """The app's address takes everything, any other nothing."""
    return 200 if "/webhooks/woocommerce/" in url else 404


def _body(view: JSON, status: str) -> JSON:
    plain = (
        "created_via",
        "payment_method",
        "payment_method_title",
        "currency",
        "customer_note",
        "shipping",
    )
    return {
        **{name: view[name] for name in plain},
        "status": status,
        "billing": {name: each for name, each in view["billing"].items() if each},
        "meta_data": _meta(view),
        "line_items": [_line(each) for each in view["line_items"]],
        "shipping_lines": [
            {name: each[name] for name in ("method_id", "method_title", "total")}
            for each in view["shipping_lines"]
        ],
        "fee_lines": [
            {name: each[name] for name in ("name", "total", "tax_status", "tax_class")}
            for each in view["fee_lines"]
        ],
    }


def _line(view: JSON) -> JSON:
    product = {"product_id": view["product_id"], "variation_id": view["variation_id"]}
    return {
        **(product if view["product_id"] else {"sku": "not-in-this-store"}),
        **{name: view[name] for name in ("name", "quantity", "tax_class", "subtotal", "total")},
        "meta_data": _meta(view),
    }


def _meta(view: JSON) -> list[JSON]:
    return [
        {"key": each["key"], "value": each["value"]}
        for each in view["meta_data"]
        if each["key"] not in MADE_BY_THE_STORE
    ]


def number_items(order: Order, view: JSON) -> None:
    for kind, name in zip(("line", "shipping", "fee"), KINDS, strict=True):
        for item, each in zip(order.of(kind), view[name], strict=False):
            item.id = each["id"]


def compare(recorded: JSON, answer: TestResponse) -> Iterator[str]:
    """Headers were not kept in these recordings; of HTML only that it is HTML."""
    if answer.status_code != recorded["status"]:
        yield f"status {answer.status_code} instead of {recorded['status']}: {answer.text[:300]}"
    elif isinstance(recorded["body"], str):
        if answer.mimetype != "text/html" or "text/html" not in recorded["body"]:
            yield f"content type {answer.mimetype}: {recorded['body']}"
    else:
        wanted, got = _comparable(recorded["body"]), _comparable(answer.json)
        yield from differences(wanted, got, "")


def _comparable(body: Any) -> Any:
    """Without what the machine decides; lists whose order within a second is chance are sorted."""
    if isinstance(body, dict) and "environment" in body:
        environment = {
            name: each if name not in MACHINE else "" for name, each in body["environment"].items()
        }
        return {**body, "environment": environment, "dropins_mu_plugins": {}}
    if isinstance(body, list) and body and body[0].keys() == {"slug", "name", "total"}:
        return [{**each, "total": 0} for each in body]  # not all orders were recorded
    if isinstance(body, list) and any("note" in each or "topic" in each for each in body):
        return sorted(body, key=lambda each: each.get("note") or each["id"])
    return body


def store_of_10_9() -> Live:
    """HPOS, EUR, prices with 21 % tax for everybody, New York, Advanced Shipment Tracking."""
    return Live(
        "10.9.2",
        datetime(2026, 11, 28, 13, 39, 15, tzinfo=UTC),
        host="store-a.test",
        name="Lab Store a",
        currency="EUR",
        timezone="America/New_York",
        plugins=["fulfillments"],
        prices_include_tax=True,
        tax_rate=21,
        tax_label="BTW",
        taxes_everybody=True,
        country="US:CA",
    )


def store_of_8_2() -> Live:
    """Orders in posts, JPY without decimals, Tokyo, an old WooCommerce Shipment Tracking."""
    return Live(
        "8.2.2",
        datetime(2026, 11, 28, 13, 40, 42, tzinfo=UTC),
        host="store-c.test",
        name="Lab Store c",
        currency="JPY",
        timezone="Asia/Tokyo",
        decimals=0,
        hpos=False,
        country="US:CA",
    )
