"""Pages that firewalls and hosts put before a site, in place of its answer."""

from __future__ import annotations

import re

from stores import http

_CHALLENGE = re.compile(
    rb"(?<!re)(?<!h)captcha|cf-challenge|challenge-platform|<title>just a moment"
    rb"|checking your browser",
    re.IGNORECASE,
)
"""A shop's own page may have a form with reCAPTCHA, which is no challenge."""
_REFUSAL = re.compile(
    rb"captcha|cf-challenge|challenge-platform|just a moment\.\.\.|checking your browser"
    rb"|verify (that )?you are (a )?human|ddos protection|sucuri website firewall|wordfence"
    rb"|imunify360|mod_security|modsecurity|request (was )?blocked|access denied|not acceptable",
    re.IGNORECASE,
)
_HEAD = 64 * 1024
"""Bytes of a page that are searched."""


def is_challenge(answer: http.Answer) -> bool:
    """Whether a visitor's browser would be put to a test now, and be let in after it, whatever the
    status: 403 or 503 at Cloudflare (``cf-mitigated: challenge``), 202 at SiteGround, 200 at
    others. A gateway that gave up on the store (408, 502, 504, 52x) may dress its page like one;
    the store goes on."""
    if answer.headers.get("cf-mitigated", "").lower() == "challenge":
        return True
    if answer.status in http.TIMED_OUT or (answer.status >= 500 and answer.status != 503):
        return False
    return answer.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and _says(answer, _CHALLENGE)


def is_refusal(answer: http.Answer) -> bool:
    """Whether an error page is one of those that firewalls show."""
    return answer.status >= 400 and answer.status not in (404, 410) and _says(answer, _REFUSAL)


def _says(answer: http.Answer, words: re.Pattern[bytes]) -> bool:
    return bool(words.search(answer.body[:_HEAD]))
