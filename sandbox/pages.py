"""Small HTML pages for people who want to see what the sandbox holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from werkzeug.wrappers import Response

Json = Mapping[str, Any]

STYLE = (
    "body{font:16px/1.5 system-ui;margin:1rem auto;padding:0 1rem;max-width:60rem}"
    "article{border:1px solid #ccc;border-radius:6px;padding:.2rem 1rem;margin:1rem 0}"
    "ul{padding-left:1.2rem}small{color:#555}*{overflow-wrap:anywhere}"
)


def html(title: str, body: str) -> Response:
    return Response(
        f"<!DOCTYPE html><html lang=en><meta charset=utf-8>"
        f"<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{STYLE}</style><h1>{escape(title)}</h1>{body}",
        mimetype="text/html",
    )


def index(stores: Sequence[Json]) -> Response:
    items = [
        f"<a href='{_path(each)}'>{escape(each['name'])}</a> "
        f"<small>{escape(each['host'])} · {escape(each['platform'])} · "
        f"{len(each['orders'])} orders</small>"
        for each in stores
    ]
    return html("Sandbox", _items(items) + "<p><a href='/mail'>Mail</a>")


def _path(store: Json) -> str:
    kind = "shops" if store["platform"] == "shopify" else "sites"
    return f"/{kind}/{escape(store['host'])}"


def store(seen: Json, admin: str = "") -> Response:
    """``admin``: where a browser finds the store's admin."""
    orders = "".join(_order(each, seen["currency"]) for each in seen["orders"])
    link = f" · <a href='{escape(admin)}'>Admin</a>" if admin else ""
    return html(seen["name"], f"<p><a href='/'>All stores</a>{link}{orders or '<p>No orders yet.'}")


def _order(order: Json, currency: str) -> str:
    facts = (order["status"], order["payment"], order["fulfilment"])
    amount = f"{order['total']} {order.get('currency') or currency}"
    tags = ", ".join(order["tags"])
    attributes = [f"{key}: {value}" for key, value in order["attributes"].items()]
    return (
        f"<article><h2>{escape(order['name'])}</h2>"
        f"<p>{escape(' · '.join(facts))} · {escape(amount)}"
        f"<br><small>{escape(str(order['id']))} · {escape(order['placed_at'])}</small>"
        f"{_items(_line(each) for each in order['lines'])}"
        f"<p>{escape(', '.join(str(each) for each in order['address'].values()))}"
        f"<p><small>{escape(tags)} {escape(order['note'] or '')}</small>"
        f"{_items(map(escape, attributes))}"
        f"{_items(_parcel(each) for each in order['parcels'])}</article>"
    )


def _line(line: Json) -> str:
    vendor = f" · {line['vendor']}" if line.get("vendor") else ""
    properties = "".join(f" · {key}: {value}" for key, value in line["properties"].items())
    text = f"{line['quantity']} × {line['title']} ({line['sku']}){vendor}{properties}"
    return escape(text)


def _parcel(parcel: Json) -> str:
    tracking = "; ".join(
        " ".join(filter(None, (each["company"], each["number"], each["url"])))
        for each in parcel["tracking"]
    )
    pieces = sum(int(each) for each in parcel["lines"].values())
    return escape(f"Parcel {parcel['id']}: {parcel['status']}, {pieces} pieces. {tracking}")


def _items(items: Iterable[str]) -> str:
    listed = "".join(f"<li>{each}" for each in items)
    return f"<ul>{listed}</ul>" if listed else ""
