"""Everything that the portal says is said in French too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from tests.portal.counter import BUYER, Counter
from tests.portal.visitor import Portal, Visitor
from tools import messages

SAME = {
    "Notifications",
    "Contact",
    "Total",
    "SKU",
    "UPS",
    "1Z1",
    "Code",
    "E-mail",
    "Note",
    "Sluice",
    "≋",
    "English",
    "Français",
    "–",
}
PAGES = (
    "/portal/",
    "/portal/products",
    "/portal/tracking",
    "/portal/what-you-receive",
    "/portal/notifications",
    "/portal/people",
    "/portal/settings",
    "/portal/settings/two-step",
    "/portal/nowhere",
)
ORDERS = (
    "/portal/orders",
    "/portal/orders?stage=to_ship",
    "/portal/orders?stage=shipped",
    "/portal/orders?stage=cancelled",
    "/portal/orders?q=nothing",
    "/portal/orders?q=LAMP&before=1",
)
OUTSIDE = ("/portal/login", "/portal/forgotten", "/portal/reset/used-up")


def test_no_sentence_lacks_its_translation_and_none_is_left_over() -> None:
    for folder, path in messages.catalogues():
        if folder.startswith("portal/"):
            assert messages.untranslated(path) == []
            assert messages.renewed(folder, path) == path.read_text(), "run make messages"


def test_placeholders_are_the_same_in_both() -> None:
    for folder, path in messages.catalogues():
        for each in messages.written(path) if folder.startswith("portal/") else ():
            asked = [set(re.findall(r"%\(\w+\)\w", text)) for text in messages.texts(each.id)]
            said = [set(re.findall(r"%\(\w+\)\w", text)) for text in messages.texts(each.string)]
            assert asked == said, each.id


def words_of(page: str) -> set[str]:
    """What a page says outside of its lists of choices."""
    text = re.sub(r"(?s)<(option|title)\b.*?</\1>|<[^>]*>", "\n", page)
    return {line.strip() for line in unescape(text).splitlines() if re.search(r"[^\W\d]", line)}


def said(visitor: Visitor, paths: tuple[str, ...]) -> Iterator[tuple[str, set[str]]]:
    for path in paths:
        yield path, words_of(visitor.get(path).text)


def test_no_page_has_an_english_word_left_in_it(portal: Portal) -> None:
    portal.somebody("staff@alfa.example.com", role="staff")
    english, outside = portal.logged_in(), portal.visitor()
    pages = {**dict(said(english, PAGES)), **dict(said(outside, OUTSIDE))}
    english.get("/portal/settings")
    english.post("/portal/settings", language="fr", timezone="UTC")
    french_outside = portal.visitor(**{"Accept-Language": "fr"})
    french = {**dict(said(english, PAGES)), **dict(said(french_outside, OUTSIDE))}
    names = {"Alfa", portal.stage.harbour.name, *SAME}
    for path, words in french.items():
        left = {word for word in words & pages[path] - names if not is_a_value(word)}
        assert left == set(), path


def test_no_page_of_orders_has_an_english_word_left_in_it(counter: Counter) -> None:
    rug = counter.stage.harbour.sells("RUG", "Rug", "9.00", vendor="Alfa")
    counter.sells((counter.stage.lamp, 3), (rug, 1), paid=False, **BUYER)
    counter.ships(1)
    counter.posts("/decline", line=counter.part().lines[1].remote_id, why="Alfa")
    counter.posts(f"{counter.shipment()}/withdraw")
    counter.ships(1)
    mine = tuple(f"{counter.path()}{what}" for what in ("", "/ship", counter.shipment()))
    wrong = {"line": counter.line(), "why": ""}
    english = dict(said(counter.owner, (*ORDERS, *mine)))
    english["wrong"] = words_of(counter.posts("/decline", **wrong).text)
    counter.owner.get("/portal/settings")
    counter.owner.post("/portal/settings", language="fr", timezone="UTC")
    french = dict(said(counter.owner, (*ORDERS, *mine)))
    french["wrong"] = words_of(counter.posts("/decline", **wrong).text)
    masked = {"Halifax NS B3H 1A1", "Canada", "Ring twice, says …", "for …"}
    names = {"Alfa", "Lamp", "Rug", "LAMP", "RUG", counter.stage.harbour.name, *masked, *SAME}
    for path, words in french.items():
        left = {word for word in words & english[path] - names if word not in str(BUYER)}
        assert {word for word in left if not is_a_value(word)} == set(), path


def is_a_value(word: str) -> bool:
    """Addresses of mail, browsers that say nothing of themselves, addresses in Canada."""
    return "@" in word or word.startswith("?") or word.endswith(", CA")
