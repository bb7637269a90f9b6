"""*Settings → Multi-Vendor Settings → Vendor Shop Sync Settings*: nothing holds before *Save*."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.book.history import StaleForm
from orderflow.db import db, unit_of_work
from orderflow.mask import glimpse
from orderflow.models import MarketplaceOrder, Merchant
from orderflow.rules import options, settings
from orderflow.rules import preview as previews
from orderflow.rules.preview import DECIDING, Preview, Unconfirmed
from webapp import form as forms
from webapp import sentences, telling
from webapp.answers import done, refused
from webapp.form import Form

pages = Blueprint("settings", __name__, url_prefix="/settings")
TABS = (options.ORDERS, options.STOCK, options.NOTICES, options.PRIVACY, "add-ons")


@pages.get("")
def show() -> str:
    return render_template("settings/groups.html")


@pages.get("/vendor-shop-sync/<tab>")
def tab(tab: str) -> str:
    _known(tab)
    current, version = _now()
    return _page(tab, forms.fresh(current, version))


@pages.post("/vendor-shop-sync/<tab>")
def save(tab: str) -> Response:
    form = _form(tab)
    if form.errors:
        return refused(_page(tab, form))
    try:
        with unit_of_work() as session:
            previews.save(
                session,
                g.merchant,
                form.changed,
                by=g.visitor.user,
                now=clock.now(),
                version=form.version,
                confirmed=form.confirmed,
            )
    except StaleForm as stale:
        forms.catch_up(form, stale, _now()[1])
        return refused(_page(tab, form, stale=stale.changes))
    except Unconfirmed as asked:
        return refused(_page(tab, form, asked=asked.preview), 409)
    return done(_page(tab, forms.fresh(*_now())), _("Settings saved"))


@pages.post("/vendor-shop-sync/<tab>/effect")
def effect(tab: str) -> str:
    """What changes if the form is saved as it stands; nothing is kept."""
    form = _form(tab)
    found = None
    if not form.errors and not DECIDING.isdisjoint(form.changed):
        found = previews.preview(db.session(), g.merchant, form.changed, clock.now())
    return render_template("settings/effect.html", form=form, found=found, back=_taken_back(form))


@pages.post("/vendor-shop-sync/privacy/example")
def example() -> str:
    """One order beside what each vendor would receive of it. Who looked is noted."""
    form = _form(options.PRIVACY)
    order_id = request.form.get("order", "")
    if not order_id:
        return render_template("settings/example.html", seen=None)
    with unit_of_work() as session:
        order = session.scalars(
            select(MarketplaceOrder).filter_by(merchant_id=g.merchant.id, public_id=order_id)
        ).one_or_none()
        if order is None:
            abort(404)
        seen = glimpse.look(
            session, g.merchant, order, form.changed, by=g.visitor.user, now=clock.now()
        )
    return render_template("settings/example.html", seen=seen, sentences=sentences)


def _known(tab: str) -> None:
    if tab not in TABS:
        abort(404)


def _form(tab: str) -> Form:
    if not options.of_tab(tab):
        abort(404)
    return forms.read(tab, request.form, *_now())


def _now() -> tuple[settings.Settings, int]:
    session = db.session()
    merchant = session.get_one(Merchant, g.merchant.id, populate_existing=True)
    return settings.effective(session, merchant.id).values, merchant.settings_version


def _taken_back(form: Form) -> list[str]:
    """Exceptions that the one checkbox would take back."""
    before = form.current.model_dump()
    reset = settings.reset_modes(before, form.changed).keys() - form.changed.keys()
    return [telling.label(name) for name in options.OPTIONS if name in reset]


def _page(tab: str, form: Form, *, asked: Preview | None = None, **more: Any) -> str:
    groups: dict[str, dict[str, options.Option]] = {}
    for name, option in options.of_tab(tab).items():
        groups.setdefault(option.group, {})[name] = option
    if tab == options.PRIVACY:
        more |= {
            "orders": glimpse.recent(db.session(), g.merchant),
            "abroad": glimpse.told_abroad(db.session(), g.merchant, form.planned),
        }
    return render_template(
        "settings/tab.html",
        tab=tab,
        tabs=_tabs(),
        groups=groups,
        titles=options.GROUPS,
        form=form,
        asked=asked,
        addons=url_for("addons.show") if "addons.show" in current_app.view_functions else "",
        **more,
    )


def _tabs() -> dict[str, str]:
    names = (_("Order sync"), _("Inventory sync"), _("Notifications"), _("Privacy"), _("Add-ons"))
    return dict(zip(TABS, names, strict=True))


@pages.app_context_processor
def _words() -> dict[str, Any]:
    return {
        "telling": telling,
        "setting_kind": settings.kind,
        "setting_limits": settings.limits,
        "setting_choices": settings.choices,
        "help_anchor": options.anchor,
        "unsaved": forms.unsaved,
    }
