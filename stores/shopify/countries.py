"""The two-letter code of a country, from whatever names it.

Shopify tells codes (ISO 3166-1), but orders that apps import may name the country alone. Names are
those of the Unicode CLDR in the languages below, which Babel brings, and usual short forms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "cs", "ja")
_OTHERS = {
    "america": "US",
    "bosnia": "BA",
    "brunei darussalam": "BN",
    "burma": "MM",
    "cape verde": "CV",
    "czech republic": "CZ",
    "democratic republic of congo": "CD",
    "east timor": "TL",
    "england": "GB",
    "great britain": "GB",
    "holland": "NL",
    "holy see": "VA",
    "hong kong": "HK",
    "ivory coast": "CI",
    "korea": "KR",
    "macao": "MO",
    "macau": "MO",
    "macedonia": "MK",
    "northern ireland": "GB",
    "palestine": "PS",
    "republic of ireland": "IE",
    "republic of korea": "KR",
    "republic of kosovo": "XK",
    "russian federation": "RU",
    "scotland": "GB",
    "swaziland": "SZ",
    "turkey": "TR",
    "turkiye": "TR",
    "u s a": "US",
    "united states of america": "US",
    "usa": "US",
    "viet nam": "VN",
    "wales": "GB",
}
_CODE = re.compile(r"[A-Za-z]{2,3}", re.ASCII)


def country_code(code: str, name: str) -> str:
    """The code, or else the name as it stands: better than no country at all."""
    for told in (code.strip(), name.strip()):
        if told and (found := _by_code(told) or _names().get(_folded(told), "")):
            return found
    return name.strip() or code.strip()


def _by_code(told: str) -> str:
    if not _CODE.fullmatch(told):
        return ""
    known, code = _codes(), told.upper()
    return known.get(code, "")


@cache
def _codes() -> Mapping[str, str]:
    """Codes of two letters, and what else is known to mean one of them (``UK``, ``GBR``)."""
    own = {code: code for code in _territories("en")}
    other = {
        alias: codes[0]
        for alias, codes in get_global("territory_aliases").items()
        if len(codes) == 1 and codes[0] in own
    }
    return {**other, **own}


@cache
def _names() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for language in reversed(LANGUAGES):
        found |= {_folded(name): code for code, name in _territories(language).items()}
    return {**found, **_OTHERS}


def _territories(language: str) -> dict[str, str]:
    return dict(_two_letters(Locale(language).territories))


def _two_letters(territories: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for code, name in territories.items():
        if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "XA", "XB", "ZZ"):
            yield code, name


def _folded(name: str) -> str:
    """Without accents, case and punctuation, ``&`` as *and*, no article in front."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    letters = (letter for letter in plain if not unicodedata.combining(letter))
    told = " ".join("".join(c if c.isalnum() else " " for c in letters).split())
    return told.removeprefix("the ")
