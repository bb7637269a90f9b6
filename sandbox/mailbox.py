"""The caught mails as pages, or as JSON for who asks with ``Accept: application/json``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from sandbox import pages

Mail = Mapping[str, str]

LINK = re.compile(r"https?://(?:&amp;|[^\s<>&])+")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
"""Nothing of a mail is fetched from anywhere, and no script of it runs."""
HEAD = ("from", "to", "subject", "at")


def all_of(mails: Sequence[Mail], request: Request) -> Response:
    """Newest first; numbers count from 1."""
    numbered = list(enumerate(mails, start=1))
    if _wants_json(request):
        return _json({"mail": [{"number": number, **mail} for number, mail in numbered]})
    rows = "".join(_row(number, mail) for number, mail in reversed(numbered))
    return _page("Mail", f"<p><a href='/'>All stores</a>{rows or '<p>No mail yet.'}")


def one_of(mails: Sequence[Mail], number: int, request: Request) -> Response:
    if not 1 <= number <= len(mails):
        raise NotFound(f"no mail {number}")
    mail = mails[number - 1]
    if _wants_json(request):
        return _json({"number": number, **mail})
    return _page(mail.get("subject") or "(no subject)", _head(mail) + _text(mail) + _html(mail))


def _wants_json(request: Request) -> bool:
    kinds = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(kinds) == "application/json"


def _json(content: Mapping[str, Any]) -> Response:
    return Response(json.dumps(content), mimetype="application/json")


def _page(title: str, body: str) -> Response:
    response = pages.html(title, body)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _row(number: int, mail: Mail) -> str:
    return (
        f"<article><h2><a href='/mail/{number}'>"
        f"{escape(mail.get('subject') or '(no subject)')}</a></h2>"
        f"<p>{escape(mail.get('to', ''))}<br><small>{escape(mail.get('from', ''))} · "
        f"{escape(pages.moment(mail.get('at', '')))}</small></article>"
    )


def _head(mail: Mail) -> str:
    rows = "".join(f"<li>{name}: {escape(mail.get(name, ''))}" for name in HEAD)
    return f"<p><a href='/mail'>All mail</a><ul>{rows}</ul>"


def _text(mail: Mail) -> str:
    text = LINK.sub(r"<a href='\g<0>'>\g<0></a>", escape(mail.get("text", "")))
    return f"<pre style='white-space:pre-wrap'>{text}</pre>" if text else ""


def _html(mail: Mail) -> str:
    """In a frame without scripts, forms or our origin; its links open in a new tab."""
    if not mail.get("html"):
        return ""
    content = escape("<base target=_blank>" + mail["html"])
    return (
        "<iframe sandbox='allow-popups allow-popups-to-escape-sandbox' title='HTML part' "
        f"style='width:100%;height:70vh;border:1px solid #ccc' srcdoc='{content}'></iframe>"
    )
