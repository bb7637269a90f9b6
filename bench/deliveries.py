"""Signed deliveries of one order body, each with an order id and a delivery id of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

from bench.machine import CLIENT_ID, SECRET
from sandbox.people import People
from sandbox.shopify import App, Shop
from sandbox.world import World

SHOP = "harbour.myshopify.com"
TOPIC = "orders/create"
PATH = "/webhooks/shopify"
MARK = b"@ORDER@"
FIRST_ORDER = 7_000_000_000_000_000
NOTE = "Please ring twice. " * 27


@dataclass(frozen=True, slots=True)
class Pile:
    """What a load generator needs, as files, so that it signs nothing while it runs.

    A line of ``lines`` is "order-id delivery-id signature"; ``template`` is the body with MARK
    where the id goes; ``head`` is the request up to the headers that differ."""

    template: Path
    lines: Path
    head: Path


def order_body() -> tuple[bytes, int]:
    """What a shop says of a new order with three lines, 10.6 KB, and the order's id."""
    heard: list[bytes] = []

    def hear(_url: str, _headers: object, body: bytes) -> int:
        heard.append(body)
        return 200

    world = World(post=hear)
    shop = Shop(world, SHOP)
    app = App(CLIENT_ID, SECRET, ["read_orders"], webhook_url="https://x.test", topics=[TOPIC])
    shop.install(app)
    sold = [shop.sells(f"SKU-{n}", f"Product {n}", "12.50", vendor=f"Vendor {n}") for n in "123"]
    order = People(world).customer.buys(
        shop,
        [(each, 1) for each in sold],
        shipping="9.00",
        discount="10%",
        tax_rate="0.13",
        note=NOTE,
    )
    world.tick()
    return heard[0], order.id


def pile_up(folder: Path, count: int) -> Pile:
    """``count`` deliveries in ``folder``."""
    body, order_id = order_body()
    pieces = body.split(str(order_id).encode())
    pile = Pile(folder / "template", folder / "lines", folder / "head")
    pile.template.write_bytes(MARK.join(pieces))
    pile.head.write_bytes(_head(len(body)))
    with pile.lines.open("w") as lines:
        for number in range(FIRST_ORDER, FIRST_ORDER + count):
            signature = sign(str(number).encode().join(pieces))
            lines.write(f"{number} 00000000-0000-4000-8000-{number:016x} {signature}\n")
    return pile


def sign(body: bytes) -> str:
    return base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()


def _head(length: int) -> bytes:
    """Order ids are all as long as the first one, and so the bodies are too."""
    lines = [
        f"POST {PATH} HTTP/1.1",
        "Host: sluice.example.com",
        "User-Agent: Shopify-Captain-Hook",
        "Accept: */*",
        "Content-Type: application/json",
        f"Content-Length: {length}",
        f"X-Shopify-Topic: {TOPIC}",
        f"X-Shopify-Shop-Domain: {SHOP}",
        "X-Shopify-API-Version: 2026-10",
        "X-Shopify-Triggered-At: 2026-11-23T09:00:00.000000000Z",
        "",
    ]
    return "\r\n".join(lines).encode()
