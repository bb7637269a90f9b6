"""*Orders*: the list, its filters and search in the address, and what is done with many at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.db import db, unit_of_work
from orderflow.handwork import actions
from orderflow.models import Vendor
from orderflow.read import search
from orderflow.read.search import PAGE, Wanted
from orderflow.read.standing import CHECKS, PUSH_ANYWAY, SEND_AGAIN, standings
from webapp import places, sentences, spreadsheet, telling
from webapp.answers import done, refused
from webapp.order import hand

pages = Blueprint("orders", __name__)
AGES = (1, 3, 7, 30)
"""Days."""
KEPT = ("q", "by", "state", "reason", "vendor", "age")
"""What the address says of the list; ``WHERE`` says where in it."""
WHERE = ("after", "back")
ASKS_WHY = (PUSH_ANYWAY, "do_not_push", SEND_AGAIN)


@dataclass(frozen=True, slots=True)
class Question:
    """An action on many, before it is confirmed: for how many vendors' shipments it is possible
    (``possible``), of how many of the chosen orders (``reached``), and why not for the others (by
    sentence)."""

    action: str
    orders: tuple[str, ...]
    possible: int
    reached: int
    refused: tuple[tuple[str, int], ...]
    why: str = ""
    error: str = ""

    @property
    def asks_why(self) -> bool:
        return self.action in ASKS_WHY


@pages.get("/orders")
def show() -> str:
    return _page()


@pages.get("/orders.csv")
def download() -> Response:
    merchant_id, wanted = g.merchant.id, _wanted()
    answer = Response(spreadsheet.orders(merchant_id, wanted), mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=orders.csv"
    return answer


@pages.post("/orders")
def act() -> Response:
    """The first time it is asked, with the numbers; with ``confirmed`` it is done."""
    action, chosen = request.form.get("action", ""), tuple(request.form.getlist("order")[:PAGE])
    if action not in CHECKS:
        abort(404)
    question = _question(action, chosen)
    if "confirmed" not in request.form or not question.possible:
        return refused(_page(question)) if question.error else Response(_page(question))
    if request.form["confirmed"] != str(question.possible):
        return refused(_page(_again(question, "changed_meanwhile")))
    if action == PUSH_ANYWAY and not hand().why:
        return refused(_page(_again(question, "why_is_missing")))
    with unit_of_work() as session:
        parts = actions.parts_of(session, g.merchant.id, chosen)
        outcome = actions.perform_all(session, parts, action, hand(), clock.now())
    if outcome.done < question.possible:
        return refused(_page(_partly(question, outcome)))
    orders = telling.how_many(question.reached, outcome.done)
    return done(_page(), _("%(orders)s: %(what)s", orders=orders, what=sentences.DONE[action]))


def _question(action: str, chosen: tuple[str, ...]) -> Question:
    parts = actions.parts_of(db.session(), g.merchant.id, chosen)
    there = standings(db.session(), parts, clock.now())
    said = Counter(CHECKS[action](standing) for standing in there.values())
    possible = said.pop("", 0)
    reached = {part.order_id for part in parts if not CHECKS[action](there[part.id])}
    whys = tuple((sentences.impossible(code), count) for code, count in said.most_common())
    error = "" if parts else sentences.impossible("nothing_chosen")
    return Question(action, chosen, possible, len(reached), whys, hand().why, error)


def _again(question: Question, code: str) -> Question:
    return replace(question, error=sentences.impossible(code))


def _partly(question: Question, outcome: actions.Outcome) -> Question:
    """What remains, when less could be done than was said before."""
    said = Counter(outcome.refused.values())
    whys = tuple((sentences.impossible(code), count) for code, count in said.most_common())
    only = _("Nothing was done.")
    if outcome.done:
        only = ngettext(
            "It was done for %(num)s vendor shipment only.",
            "It was done for %(num)s vendor shipments only.",
            outcome.done,
        )
    return replace(question, possible=0, refused=whys, error=str(only))


def _wanted() -> Wanted:
    """What the address asks for; what it says that nobody knows is left out of it."""
    asked = request.args
    age = int(asked["age"]) if asked.get("age", "") in map(str, AGES) else 0
    return Wanted(
        text=asked.get("q", "").strip()[:200],
        by=asked.get("by", ""),
        state=asked.get("state", "") if asked.get("state") in sentences.STATES else "",
        reason=asked.get("reason", "") if asked.get("reason") in sentences.OBSTACLES else "",
        vendor_id=_vendor_id(asked.get("vendor", "")),
        before=clock.now() - timedelta(days=age) if age else None,
    )


def _vendor_id(public_id: str) -> int | None:
    if not public_id:
        return None
    return db.session.scalar(
        select(Vendor.id).where(Vendor.merchant_id == g.merchant.id, Vendor.public_id == public_id)
    ) or abort(404)


def _page(question: Question | None = None) -> str:
    wanted = _wanted()
    found = search.page(
        db.session(),
        g.merchant.id,
        wanted,
        request.args.get("after", ""),
        back=request.args.get("back", ""),
    )
    vendors = db.session.execute(
        select(Vendor.public_id, Vendor.name)
        .where(Vendor.merchant_id == g.merchant.id)
        .order_by(Vendor.name)
    ).all()
    return render_template(
        "orders/list.html",
        page=found,
        vendors=vendors,
        kept=_kept(),
        onward=_kept() | ({"by": found.by} if found.by else {}),
        here=_here(),
        filtered=bool(_kept().keys() - {"q", "by"}),
        ages=AGES,
        question=question,
        sentences=sentences,
        telling=telling,
        places=places,
        actions=sentences.ACTIONS,
        found_by=_found_by(found.by, wanted.text),
        ways={"number": _("Number"), "sku": _("SKU"), "vendor": _("Vendor")},
    )


def _kept() -> dict[str, str]:
    return {name: request.args[name] for name in KEPT if request.args.get(name)}


def _here() -> str:
    """The address of this very page of the list."""
    asked = _kept() | {name: request.args[name] for name in WHERE if request.args.get(name)}
    return url_for("orders.show") + (f"?{urlencode(asked)}" if asked else "")


def _found_by(by: str, text: str) -> str:
    if by == "number":
        return str(_("Orders whose number begins with “%(text)s”", text=text))
    if by == "sku":
        return str(_("Orders with an item whose SKU is “%(text)s”", text=text))
    return str(_("Orders with items of “%(text)s”", text=text)) if by else ""
