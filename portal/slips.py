"""Packing slips, to print from the browser or as a PDF: one order, several, or all that waits."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import typst
from flask import Blueprint, abort, g, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.db import unit_of_work
from orderflow.handwork import packing
from orderflow.handwork.shown import Shown, ShownLine
from orderflow.models import Vendor, VendorOrder
from portal import language, orders, scope, wording
from stores.base import Address

pages = Blueprint("portal_slips", __name__, url_prefix="/portal/slips")
SOURCE = Path(__file__).parent / "print" / "slips.typ"
UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
"""Control characters and switches of the writing direction."""
UNBROKEN = re.compile(r"(\S{20})(?=\S)")
FOOTER = 40
"""Letters of the reference at the foot of each page."""


@pages.get("")
def several() -> str:
    """Those that are asked for as ``order``; without any, of all that waits to be shipped."""
    return _page(_read(request.args.getlist("order")))


@pages.get("/all.pdf")
def several_printed() -> Response:
    return _printed(_read(request.args.getlist("order")))


@pages.get("/<part>")
def one(part: str) -> str:
    return _page(_read([part]))


@pages.get("/<part>.pdf")
def one_printed(part: str) -> Response:
    return _printed(_read([part]))


def _read(wanted: Sequence[str]) -> list[Shown]:
    """404 as soon as one of them is not this vendor's."""
    with unit_of_work() as session:
        vendor = session.get_one(Vendor, scope.current().vendor.id)
        slips = packing.slips(session, vendor, wanted, by=orders.signed(), now=clock.now())
    if wanted and len(slips) < min(len(set(wanted)), packing.MOST):
        abort(404)
    return slips


def _page(slips: list[Shown]) -> str:
    return render_template(
        "portal/slips.html",
        here=scope.current(),
        slips=slips,
        to_pack=packing.to_pack,
        address_lines=address_lines,
        wanted=request.args.getlist("order"),
    )


def _printed(slips: list[Shown]) -> Response:
    vendor = scope.current().vendor
    name = "slips" if len(slips) != 1 else re.sub(r"[^\w-]+", "", slips[0].number)[:40] or "slip"
    paper = pdf(slips, vendor.merchant.name, vendor.name, g.locale)
    answer = Response(paper, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.pdf"
    return answer


def address_lines(address: Address | None) -> list[str]:
    """The envelope, and the phone for whoever delivers."""
    if address is None:
        return []
    return [*wording.envelope(address), *filter(None, [address.phone])]


# -- the PDF ---------------------------------------------------------------------------------------


def pdf(slips: Sequence[Shown], merchant: str, vendor: str, spoken: str) -> bytes:
    """Each slip on pages of its own. Nothing of it is read as markup."""
    told = {
        "language": spoken,
        "words": _words(),
        "merchant": _set(merchant),
        "vendor": _set(_("sent by %(vendor)s", vendor=vendor)),
        "slips": [_printable(each) for each in slips],
    }
    return typst.compile(
        SOURCE, font_paths=_fonts(), sys_inputs={"told": json.dumps(told)}, format="pdf"
    )


@cache
def _fonts() -> typst.Fonts:
    """Those of the package, and for scripts that they lack those of the machine."""
    return typst.Fonts(include_system_fonts=True)


def _words() -> dict[str, str]:
    return {
        "title": _("Packing slip"),
        "from": _("From"),
        "to": _("Deliver to"),
        "item": _("Item"),
        "sku": _("SKU"),
        "pieces": _("Pieces"),
        "note": _("Note"),
        "cancelled": _("This order was cancelled. Do not send it."),
        "no_address": _("No address is known."),
        "nothing": _("Nothing waits to be shipped."),
    }


def _printable(told: Shown) -> dict[str, Any]:
    order = told.order
    return {
        "reference": _set(told.number),
        "footer": _set(told.number[:FOOTER]),
        "placed": _set(_("Ordered on %(date)s", date=language.long_day(order.placed_at))),
        "delivery": _set(order.shipping_title),
        "address": [_set(line) for line in address_lines(order.shipping_address)],
        "note": [_set(line) for line in order.note.splitlines() if line.strip()],
        "cancelled": told.stage == VendorOrder.OVER,
        "items": [_item(*each) for each in packing.to_pack(told)],
    }


def _item(line: ShownLine, pieces: int) -> dict[str, Any]:
    return {
        "title": _set(line.title),
        "variant": _set(line.variant),
        "sku": _set(line.sku),
        "pieces": str(pieces),
        "of": _("of %(ordered)s", ordered=line.wanted) if line.wanted != pieces else "",
    }


def _set(text: str) -> dict[str, Any]:
    """A text that may be broken anywhere if it must, and which way it is read."""
    plain = UNSEEN.sub(" ", text).strip()
    letters = (unicodedata.bidirectional(letter) for letter in plain)
    first = next((kind for kind in letters if kind in ("L", "R", "AL")), "L")
    return {"text": UNBROKEN.sub("\\1\u200b", plain), "rtl": first != "L"}
