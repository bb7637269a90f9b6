"""What one vendor has differently from all others (its overrides)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.book.history import StaleForm
from orderflow.db import db, unit_of_work
from orderflow.models import HistoryEntry, Merchant, Vendor
from orderflow.rules import options, preview, settings
from orderflow.rules.preview import Preview, Unconfirmed
from orderflow.rules.settings import OVERRIDABLE, SettingError, Value
from webapp import telling
from webapp.answers import done, refused
from webapp.vendors import find

pages = Blueprint("vendor_settings", __name__, url_prefix="/vendors/<public_id>/settings")
BESIDES = frozenset({"version", "confirm"})
"""Fields of the form that are no settings."""
SAME = ""
"""Stands in a field for *as for all vendors*."""


@pages.get("")
def show(public_id: str) -> str:
    return _page(find(public_id))


@pages.post("")
def save(public_id: str) -> Response:
    values, errors = _typed()
    if strange := sorted(request.form.keys() - OVERRIDABLE - BESIDES):
        errors[""] = _("This form has no field %(name)s.", name=", ".join(strange))
    if errors:
        return refused(_page(find(public_id), errors=errors))
    try:
        with unit_of_work() as session:
            who = find(public_id, session)
            kept = settings.stored(session, who.merchant_id).get(who.id, {})
            preview.save(
                session,
                who.merchant,
                {name: value for name, value in values.items() if value != kept.get(name)},
                by=g.visitor.user,
                now=clock.now(),
                version=request.form.get("version", 0, type=int),
                confirmed=request.form.get("confirm", type=int),
                vendor=who,
            )
    except StaleForm as stale:
        return refused(_page(find(public_id), stale=stale.changes))
    except Unconfirmed as asked:
        return refused(_page(find(public_id), asked=asked.preview), 409)
    return done(_page(find(public_id), fresh=True), _("Settings saved"))


def _typed() -> tuple[dict[str, Value | None], dict[str, str]]:
    values: dict[str, Value | None] = {}
    errors: dict[str, str] = {}
    for name in OVERRIDABLE & request.form.keys():
        text = request.form[name].strip()
        try:
            values[name] = None if text == SAME else settings.parse(name, text)
        except SettingError as wrong:
            errors[name] = telling.error(wrong)
    return values, errors


def _page(
    vendor: Vendor,
    *,
    errors: dict[str, str] | None = None,
    asked: Preview | None = None,
    stale: Sequence[HistoryEntry] = (),
    fresh: bool = False,
) -> str:
    session = db.session()
    merchant = session.get_one(Merchant, g.merchant.id, populate_existing=True)
    kept = settings.stored(session, merchant.id).get(vendor.id, {})
    typed = {} if fresh else _still_typed(stale)
    groups: dict[str, list[str]] = {}
    for name, option in options.OPTIONS.items():
        if name in OVERRIDABLE:
            groups.setdefault(option.group, []).append(name)
    return render_template(
        "vendors/settings.html",
        vendor=vendor,
        version=merchant.settings_version,
        mine=settings.effective(session, merchant.id).values.model_dump(),
        saved={name: _text(kept.get(name)) for name in OVERRIDABLE},
        shown={name: typed.get(name, _text(kept.get(name))) for name in OVERRIDABLE},
        groups=groups,
        options=options.OPTIONS,
        titles=options.GROUPS,
        answers={name: _answers(name) for name in OVERRIDABLE},
        errors=errors or {},
        asked=asked,
        stale=stale,
    )


def _still_typed(stale: Sequence[HistoryEntry]) -> dict[str, str]:
    """What was typed, but for the fields that only somebody else has changed meanwhile."""
    typed = {name: request.form[name] for name in OVERRIDABLE & request.form.keys()}
    base = {change.name: _text(change.was) for change in reversed(stale)}
    return {name: text for name, text in typed.items() if base.get(name) != text}


def _answers(name: str) -> list[tuple[str, str]]:
    """What a field may be set to, with its words; none for a free text or number."""
    known: tuple[Value, ...] = {"switch": (True, False), "choice": settings.choices(name)}.get(
        settings.kind(name), ()
    )
    return [(_text(each), telling.value(name, each)) for each in known]


def _text(value: Value | None) -> str:
    if value is None:
        return SAME
    return str(value).lower() if isinstance(value, bool) else str(value)
