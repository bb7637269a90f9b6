"""A form of settings as it came in: each field read by its setting, and what is wrong beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from orderflow.book.history import StaleForm
from orderflow.rules import settings
from orderflow.rules.options import of_tab
from orderflow.rules.settings import SettingError, Settings, Value
from webapp import telling

BESIDES = frozenset({"version", "confirm", "order"})
"""Fields of the form that are no settings."""


@dataclass(slots=True)
class Form:
    """``shown`` is what stands in the fields: what was typed, else what holds now. ``errors`` are
    by field; those of no field are under the empty name."""

    current: Settings
    version: int
    shown: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    confirmed: int | None = None

    @property
    def changed(self) -> dict[str, Value]:
        return {
            name: value
            for name, value in self.values.items()
            if value != getattr(self.current, name)
        }

    def unsaved(self, name: str) -> Markup:
        """What is saved of a field that stands there otherwise, for ``app.js``: an attribute."""
        return unsaved(str(self.shown[name]), str(getattr(self.current, name)))

    @property
    def planned(self) -> Settings:
        """The settings as they would be; fields that are wrong stay as they are."""
        before = self.current.model_dump()
        return Settings.model_validate({**before, **settings.reset_modes(before, self.changed)})


def unsaved(shown: str, saved: str) -> Markup:
    """The save bar is about what differs from what is saved, not from what was typed before."""
    if shown.lower() == saved.lower():
        return Markup()
    return Markup(' data-saved="{}"').format(saved)


def fresh(current: Settings, version: int) -> Form:
    return Form(current, version, shown=current.model_dump())


def read(tab: str, typed: Mapping[str, str], current: Settings, version: int) -> Form:
    """``version`` counts only where the form does not say from which one it was made."""
    form = fresh(current, _number(typed.get("version")) or 0 if "version" in typed else version)
    form.confirmed = _number(typed.get("confirm"))
    options = of_tab(tab)
    if strange := sorted(typed.keys() - options.keys() - BESIDES):
        form.errors[""] = str(_("This form has no field %(name)s.", name=", ".join(strange)))
    for name in options:
        if settings.kind(name) == "switch":
            _take(form, name, "true" if typed.get(name) else "false")
        elif name in typed:
            _take(form, name, typed[name])
    return form


def _take(form: Form, name: str, text: str) -> None:
    form.shown[name] = text
    try:
        form.values[name] = form.shown[name] = settings.parse(name, text)
    except SettingError as wrong:
        form.errors[name] = telling.error(wrong)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def catch_up(form: Form, stale: StaleForm, version: int) -> None:
    """Show what somebody else saved meanwhile, but for the fields that were touched here too."""
    base = {change.name: change.was for change in reversed(stale.changes)}
    for name, was in base.items():
        if name in form.values and form.values[name] == was:
            form.shown[name] = getattr(form.current, name)
    form.version = version
