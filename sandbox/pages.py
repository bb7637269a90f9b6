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
    "h1,h2{line-height:1.25}ul{padding-left:1.2rem}small{color:#555}*{overflow-wrap:anywhere}"
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
    facts = " · ".join((order["status"], order["payment"], order["fulfilment"])).replace("_", " ")
    amount = f"{order['total']} {order.get('currency') or currency}"
    tags = ", ".join(order["tags"])
    return (
        f"<article><h2>{escape(order['name'])}</h2>"
        f"<p>{escape(facts)} · {escape(amount)}"
        f"<br><small>{escape(str(order['id']))} · {escape(moment(order['placed_at']))}</small>"
        f"{_items(_line(each) for each in order['lines'])}"
        f"<p>{escape(_address(order['address']))}"
        f"<p><small>{escape(tags)} {escape(order['note'] or '')}</small>"
        f"{_items(escape(each) for each in _told(order['attributes']))}"
        f"{_items(_parcel(each) for each in order['parcels'])}</article>"
    )


def moment(iso: str) -> str:
    return f"{iso[:10]} {iso[11:16]}"


ADDRESS = (
    (("name",), ("first_name", "last_name")),
    (("company",),),
    (("address1",), ("address_1",)),
    (("address2",), ("address_2",)),
    (("city", "province_code", "zip", "state", "postcode"),),
    (("country_code",), ("country",)),
    (("phone",),),
)
"""The parts of an address, each with the fields that may hold it: either platform has its own."""


def _address(fields: Json) -> str:
    parts = (next(filter(None, (_joined(fields, names) for names in ways)), "") for ways in ADDRESS)
    return ", ".join(filter(None, parts))


def _joined(fields: Json, names: Sequence[str]) -> str:
    return " ".join(str(fields[name]) for name in names if fields.get(name))


def _told(attributes: Json) -> list[str]:
    """Lists and objects are a plugin's own books: what they say of parcels is shown as parcels."""
    return [f"{k}: {v}" for k, v in attributes.items() if not isinstance(v, list | dict)]


def _line(line: Json) -> str:
    sku = f" ({line['sku']})" if line["sku"] else ""
    vendor = f" · {line['vendor']}" if line.get("vendor") else ""
    properties = "".join(f" · {each}" for each in _told(line["properties"]))
    return escape(f"{line['quantity']} × {line['title']}{sku}{vendor}{properties}")


def _parcel(parcel: Json) -> str:
    """Not every store says how many pieces are in it."""
    tracking = "; ".join(
        " ".join(filter(None, (each["company"], each["number"], each["url"])))
        for each in parcel["tracking"]
    )
    count = sum(int(each) for each in parcel["lines"].values())
    pieces = f", {count} {'piece' if count == 1 else 'pieces'}" if count else ""
    return escape(f"Parcel {parcel['id']}: {parcel['status']}{pieces}. {tracking}")


def _items(items: Iterable[str]) -> str:
    listed = "".join(f"<li>{each}" for each in items)
    return f"<ul>{listed}</ul>" if listed else ""
