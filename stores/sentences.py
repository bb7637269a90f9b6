"""Sentences for people that hold a detail: a status, a number, a title.

They are kept as they were filled in, in English; ``apart`` finds which one a kept text is, so that
it can be told in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from stores.texts import _

SHOPIFY_REFUSED = _("Shopify refused the call with status %(status)s.")
TURNED_AWAY = _("Something between us and Shopify turned the call away, with status %(status)s.")
NO_RIGHT = _("Shopify denies us a right that we need: %(names)s.")
NO_ACCESS = _("Shopify gave no access (%(reason)s); open the app in the admin again.")
NO_ACCESS_STATUS = _("Shopify gave no access: status %(status)s.")
ANSWERED_AS = _("Shopify answered as version %(version)s, asked was %(asked)s.")
TOO_LONG = _("The store answered with more than %(limit)s bytes.")
OWN_ERROR = _("The store answers with an error of its own (%(code)s).")
SHIPPING_STAYS = _(
    "The store charges %(there)s for shipping, and keeps that; it would be %(wanted)s."
)
OWN_PRICE = _("%(title)s was added at the store's own price of %(there)s, not at %(wanted)s.")
PRODUCT_GONE = _("The product of %(title)s no longer exists; its stock is not lowered.")
STATUS_STAYS = _("The order is %(status)s; its items stay as they are.")
SHIPPED_STAYS = _("%(count)s × %(title)s shipped already, and stays in the order.")

ALL = (
    SHOPIFY_REFUSED,
    TURNED_AWAY,
    NO_RIGHT,
    NO_ACCESS,
    NO_ACCESS_STATUS,
    ANSWERED_AS,
    TOO_LONG,
    OWN_ERROR,
    SHIPPING_STAYS,
    OWN_PRICE,
    PRODUCT_GONE,
    STATUS_STAYS,
    SHIPPED_STAYS,
)
LONGEST = 600
"""Longer texts are no sentence of ours."""


def apart(words: str) -> tuple[str, Mapping[str, str]]:
    """The sentence that ``words`` are, and its details; ``words`` themselves if they are none of
    these."""
    if len(words) <= LONGEST:
        for sentence, pattern in _patterns():
            found = pattern.fullmatch(words)
            if found:
                return sentence, found.groupdict()
    return words, {}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((each, _pattern(each)) for each in ALL)


def _pattern(sentence: str) -> re.Pattern[str]:
    pieces = re.split(r"%\((\w+)\)s", sentence)
    written = (f"(?P<{p}>.*?)" if at % 2 else re.escape(p) for at, p in enumerate(pieces))
    return re.compile("".join(written), re.DOTALL)
