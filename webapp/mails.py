"""*Mail*: who was written to, and what became of it. No text is kept."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, render_template
from flask_babel import lazy_gettext as _later

from orderflow.db import db
from orderflow.members import mails, notices
from orderflow.models import Mail
from webapp import cursor

pages = Blueprint("mails", __name__)

KINDS: Mapping[str, str] = {
    notices.ORDER: _later("New order"),
    notices.DIGEST: _later("New orders of the hour"),
    notices.RECONNECT: _later("Please connect your store again"),
    notices.INVITATION: _later("Invitation to the portal"),
    notices.ATTENTION: _later("Orders need your attention"),
    notices.EXPORT: _later("A customer's data is ready"),
    notices.DISCONNECTED: _later("A vendor has disconnected its store"),
}
STATES: Mapping[str, tuple[str, str]] = {
    Mail.WAITING: ("wait", _later("On its way")),
    Mail.GATHERING: ("wait", _later("Waits for the digest")),
    Mail.GATHERED: ("skip", _later("Told in a digest")),
    Mail.SENT: ("go", _later("Sent")),
    Mail.REFUSED: ("stop", _later("Refused")),
    Mail.NOT_SENT: ("hold", _later("Not sent")),
}
REASONS: Mapping[str, str] = {
    Mail.NO_ADDRESS: _later("There is no e-mail address to write to."),
    Mail.NOT_SET_UP: _later("No mail is set up on this server."),
    Mail.NOT_NEEDED: _later("There was nothing to tell any more."),
}


@pages.get("/mail")
def show() -> str:
    before = cursor.row()
    rows, following = mails.page(db.session(), g.merchant, before)
    return render_template(
        "mails.html",
        rows=rows,
        following=cursor.pack(following),
        first=before is None,
        kinds=KINDS,
        states=STATES,
        reasons=REASONS,
    )
