"""One merchant who reads every page twice, in English and in French, and compares."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor
from tools import messages

TOLD_BY_ATTRIBUTES = ("alt", "aria-label", "data-label", "placeholder", "title")
NEVER_SEEN = ("script", "style")
NAMES = frozenset(
    """
    Alfa Bravo Carla Nobody Harbour harbour Robin Sample Street Ottawa ON CA SECRET NOTE
    Lamp LAMP Lampe Mug MUG Chair CHAIR OWN Test
    Chronopost Colissimo DHL Express DPD FedEx GLS Poste Mondial Relay Purolator Royal Mail Post
    UPS USPS Sluice Shopify WooCommerce CSV SKU UTC minute minutes
    """.split()  # noqa: SIM905
)
"""The same in every language: people, places, goods, carriers, brands, and how time is measured."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in NEVER_SEEN
        self.told += [text for name, text in attrs if name in TOLD_BY_ATTRIBUTES and text]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in NEVER_SEEN

    def _hear(self, data: str) -> None:
        if data.strip() and not self._hidden:
            self.told.append(data.strip())

    handle_data = _hear


def told(page: str) -> list[str]:
    """All that a page says, to eyes and to ears."""
    reader = _Reader()
    reader.feed(page)
    return reader.told


def words(text: str) -> list[str]:
    """Without what no language has: numbers, addresses, keys, names."""
    plain = [word for word in text.split() if not re.search(r"[\d@#/_]|\w\.\w", word)]
    found = re.findall(r"[^\W\d_]{2,}", " ".join(plain))
    return [word for word in found if word not in NAMES]


@cache
def vocabulary() -> frozenset[str]:
    """Every French word that the catalogues know."""
    texts = [
        text
        for _, path in messages.catalogues()
        for entry in messages.written(path)
        if entry.id
        for text in messages.texts(entry.string)
    ]
    plain = re.sub(r"%\(\w+\)s|\{\w+\}", " ", " ".join(texts))
    return frozenset(word.lower() for word in re.findall(r"[^\W\d_]{2,}", plain))


@cache
def alike() -> frozenset[str]:
    """What both languages say with the same words."""
    return frozenset(
        str(entry.id)
        for _, path in messages.catalogues()
        for entry in messages.written(path)
        if entry.id == entry.string
    )


def left_in_english(english: str, french: str) -> set[str]:
    """Texts that are the same on both pages, and English words amid French ones."""
    ours, theirs = told(english), told(french)
    same = {text for text in set(ours) & set(theirs) if words(text)} - alike()
    known = {word for text in ours for word in words(text)}
    amid = {
        text
        for text in theirs
        for word in words(text)
        if word in known and word.lower() not in vocabulary()
    }
    return same | amid


class Bilingual:
    """The merchant's browser, once in each language."""

    def __init__(self, floor: Floor, door: Door | None = None) -> None:
        shop = door.shop if door else floor.harbour
        self.english = Door(floor.house, shop, locale="en")
        self.french = Door(floor.house, shop, locale="fr")

    def left(self, path: str, status: int = 200, **form: str) -> set[str]:
        """What is left in English of the page at ``path``, or of the answer to a form that keeps
        nothing."""
        english, french = (
            self._page(door, path, status, form) for door in (self.english, self.french)
        )
        return left_in_english(english, french)

    @staticmethod
    def _page(door: Door, path: str, status: int, form: dict[str, str]) -> str:
        """Read to its end; empty where it is a file."""
        answer = door.post(path, **form) if form else door.get(path)
        text = answer.text
        assert answer.status_code == status, path
        return text if answer.mimetype == "text/html" else ""
