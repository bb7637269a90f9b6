"""The forms of the portal. The CSRF token is checked at the door, for all of them at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _later
from wtforms import EmailField, Form, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Regexp

from orderflow.members import passwords
from orderflow.members.passwords import WeakPassword
from portal.language import NAMES, timezones

LONGEST = 200
_ADDRESS = re.compile(r"\s*[^\s@,;:<>\"]+@([\w-]+\.)+[\w-]{2,}\s*")
_needed = InputRequired(_later("Please fill this in."))


def typed(form: type[Any], **shown: Any) -> Any:
    """The form as it was sent, or with what is ``shown`` at first."""
    return form(request.form if request.method == "POST" else None, **shown)


def told(weak: WeakPassword) -> str:
    """What is wrong with a new password."""
    said = {
        "short": gettext("At least %(count)s characters, please.", count=passwords.SHORTEST),
        "long": gettext("At most %(count)s characters, please.", count=passwords.LONGEST),
        "common": gettext("Too many people use this password. Choose another one."),
        "address": gettext("This is your address. Choose something that nobody can guess."),
    }
    return str(said[weak.code])


def _email(**more: Any) -> EmailField:
    rules = [
        _needed,
        Length(max=LONGEST),
        Regexp(_ADDRESS, message=_later("This is not an e-mail address.")),
    ]
    return EmailField(_later("E-mail"), rules, render_kw={"autocomplete": "username", **more})


def _password(label: Any, kind: str, hint: Any = "") -> PasswordField:
    """``kind``: *current-password* or *new-password*, for password stores."""
    return PasswordField(label, [_needed], description=hint, render_kw={"autocomplete": kind})


_hint = _later("At least 8 characters. A sentence that only you would say is best.")


class Login(Form):
    email = _email(autofocus=True)
    password = _password(_later("Password"), "current-password")


class Code(Form):
    code = StringField(
        _later("Code"),
        [_needed, Length(max=64)],
        description=_later("Six digits from your authenticator app, or a recovery code."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True},
    )


class NewPassword(Form):
    password = _password(_later("New password"), "new-password", _hint)


class ChangePassword(Form):
    current = _password(_later("Your password now"), "current-password")
    password = _password(_later("New password"), "new-password", _hint)


class Confirm(Form):
    current = _password(_later("Your password"), "current-password")


class Address(Form):
    email = _email()


def _choices(named: Mapping[str, str]) -> list[Any]:
    return [SelectChoice(value, label) for value, label in named.items()]


class Profile(Form):
    language = SelectField(_later("Language"), choices=_choices(NAMES))
    timezone = SelectField(
        _later("Time zone"),
        choices=[SelectChoice("", _later("As in this browser")), *_choices(timezones())],
    )
