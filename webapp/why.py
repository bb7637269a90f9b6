"""*Why was this not pushed?* For any order number: the checks one by one, and where each is put
right; items without a product, which of the buyer's fields are sent, and why no tracking comes."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

import stores
from orderflow import clock
from orderflow.db import db
from orderflow.intake import unread
from orderflow.models import UnreadOrder
from orderflow.read import story
from orderflow.read.story import PartStory
from webapp.order import telling_words

pages = Blueprint("why", __name__)
FIELDS = ("name", "email", "phone", "billing", "note", "consent")


@pages.get("/why")
def show() -> str:
    number = request.args.get("number", "").strip()[:200]
    found = story.numbered(db.session(), g.merchant.id, number) if number else ()
    unreadable = unread.numbered(db.session(), g.merchant.id, number) if number else ()
    return render_template(
        "orders/why.html",
        number=number,
        stories=[story.tell(db.session(), order, clock.now()) for order in found],
        fields=FIELDS,
        unread=unreadable,
        pages={row.id: _page_of(row) for row in unreadable},
        unmapped=unmapped,
        **telling_words(),
    )


def _page_of(row: UnreadOrder) -> str:
    access = g.merchant.access
    return stores.order_page(access.platform, access.address, row.remote_id)


def unmapped(told: PartStory) -> list[str]:
    """Titles of the part's items that no product of the vendor stands for."""
    mapped = {line["id"] for line in (told.part.facts or {}).get("lines", ()) if line["mapped"]}
    return [line.title for line in told.lines if line.quantity and line.remote_id not in mapped]
