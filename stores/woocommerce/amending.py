"""The top of an order in a vendor's store: its fields, and notes for the vendor's people."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from stores import boundary
from stores.base import Amended, Amendment, Difference, What
from stores.differences import of_address, of_amounts
from stores.money import Gross
from stores.woocommerce.answers import Note, Order
from stores.woocommerce.client import Client, listed
from stores.woocommerce.compose import address_fields
from stores.woocommerce.standing import address_of, must_stand, to_amount, understood

AMENDS = ("email", "phone", "note", "attributes", "shipping_address")
"""Orders have no tags here, and marketing consent is the customer's account's."""
ALIKE = 10
"""So many letters tell our notes from those of the site itself."""


def amend(client: Client, order_id: str, amendment: Amendment) -> Amended:
    """A PUT changes only what it names; it moves the order's time even where nothing changes."""
    before = must_stand(client, order_id)
    left_out = tuple(name for name in amendment.names() if name not in AMENDS)
    changes = _changes(amendment)
    if not changes:
        return Amended(left_out)
    after = understood(client.put(f"orders/{int(order_id)}", changes), writing=True)
    return Amended(left_out, tuple(_differences(before, after, amendment)))


def _differences(before: Order, after: Order, amendment: Amendment) -> Iterator[Difference]:
    """A new address can move taxes of the vendor's own lines; ours have none."""
    yield from of_address(amendment.shipping_address, address_of(after.shipping))
    was, now = (Gross(to_amount(each.total, each)) for each in (before, after))
    yield from of_amounts(What.TOTAL, was, now, after.currency, items=1)


def note(client: Client, order_id: str, text: str) -> None:
    """Private: a note to the customer would be mailed. Notes do not move the order's time. The
    newest of ours, which begin alike, is not said again; an older one may have to be."""
    place = f"orders/{int(order_id)}/notes"
    notes, _unread = boundary.each(
        listed(client.get(place, type="internal")), lambda each: boundary.read(Note, each), str
    )
    told = {each.id: html.unescape(each.note) for each in notes}
    ours = [number for number, said in told.items() if said[:ALIKE] == text[:ALIKE]]
    if not ours or told[max(ours)] != text:
        client.post(place, {"note": text, "customer_note": False})


def _changes(amendment: Amendment) -> dict[str, Any]:
    """An empty e-mail is refused; null empties it."""
    changes: dict[str, Any] = {}
    billing: dict[str, str | None] = {}
    if amendment.email is not None:
        billing["email"] = amendment.email or None
    if amendment.phone is not None:
        billing["phone"] = amendment.phone
    if billing:
        changes["billing"] = billing
    if amendment.note is not None:
        changes["customer_note"] = amendment.note
    if amendment.shipping_address is not None:
        changes["shipping"] = address_fields(amendment.shipping_address)
    if amendment.attributes:
        changes["meta_data"] = [
            {"key": key, "value": value} for key, value in amendment.attributes.items()
        ]
    return changes
