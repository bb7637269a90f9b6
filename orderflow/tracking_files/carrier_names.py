"""Carriers as files name them, under the names of ``traffic.carriers``."""

from __future__ import annotations

from functools import cache

from orderflow.tracking_files.layouts import fold
from orderflow.traffic.carriers import CARRIERS

ALIASES = {
    "UPS": "united parcel service|ups standard|ups express|ups ground|ups mail innovations",
    "USPS": "united states postal service|us postal service|us mail|stamps com|endicia",
    "FedEx": "federal express|fed ex|fedex express|fedex ground|fedex home delivery",
    "DHL": "dhl de|dhl germany|dhl paket|dhl parcel de|deutsche post dhl|dhl deutschland|dhlpaket",
    "DHL Express": "dhlexpress|dhl express worldwide",
    "DHL Parcel": "dhl parcel nl|dhl parcel uk|dhl nl|dhl for you|dhlforyou",
    "DHL eCommerce": "dhl global mail|dhl ecommerce us",
    "Deutsche Post": "deutschepost|dp ag|warenpost|dp",
    "Royal Mail": "royalmail|rm|click drop|click and drop",
    "Evri": "hermes uk|evri uk|myhermes",
    "Hermes": "hermes de|hermes germany|hermes germany gmbh",
    "Colissimo": "la poste|laposte|la poste colissimo fr|colissimo la poste",
    "Chronopost": "chrono|chrono 13|chronopost france",
    "Mondial Relay": "mondialrelay|mondial",
    "Colis Privé": "colisprive",
    "PostNL": "post nl|postnl 3s|tnt post",
    "BPost": "bpost be|be post|belgian post",
    "Swiss Post": "die post|la poste suisse|postch|swisspost|post ch",
    "Poste Italiane": "poste|sda|posteitaliane|crono",
    "BRT": "bartolini|brt bartolini",
    "Correos": "correos es|correos express|correos espana",
    "GLS": "gls de|gls germany|gls italy|gls spain|general logistics systems",
    "DPD": "dpd de|dpd germany|dpd fr|dpd france|dynamic parcel distribution|predict",
    "DPD UK": "dpd gb",
    "DPD Local": "interlink|interlink express",
    "TNT": "tnt express",
    "Canada Post": "postes canada|canadapost",
    "Australia Post": "auspost|australiapost",
    "Amazon": "amazon logistics|amazon shipping|amzl",
    "An Post": "anpost",
    "Inpost": "in post|paczkomaty",
    "Parcelforce": "parcel force|parcelforce worldwide",
    "PostNord SE": "postnord|postnord sweden",
    "PostNord DK": "postnord denmark",
    "PostNord NO": "postnord norway",
}
"""By the name of ``CARRIERS``, others as ``layouts.fold`` writes them, between ``|``."""
NOBODY = frozenset(
    [
        "",
        "other",
        "custom",
        "none",
        "n a",
        "na",
        "null",
        "autre",
        "andere",
        "overig",
        "otro",
        "altro",
    ]
)


@cache
def _names() -> dict[str, str]:
    names = {fold(name): name for name in CARRIERS}
    for name, others in ALIASES.items():
        for other in others.split("|"):
            names.setdefault(other, name)
    names.update({"".join(folded.split()): name for folded, name in list(names.items())})
    return names


def find(text: str) -> str:
    """The carrier that a text names, alone or with one of its products behind it (*UPS Ground*,
    *Royal Mail Tracked 24*); "" if it names none."""
    words = fold(text).split()
    names = _names()
    joined = names.get("".join(words), "")
    if joined or not words:
        return joined
    beginnings = (" ".join(words[:end]) for end in range(len(words), 0, -1))
    return next((names[words_] for words_ in beginnings if words_ in names), "")


def is_nobody(text: str) -> bool:
    """Whether a cell says that no carrier is known."""
    return fold(text) in NOBODY
