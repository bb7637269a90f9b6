"""Everything that the pages say is translated, and nothing is that they no longer say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import messages

CATALOGUES = messages.catalogues()
SAME_IN_FRENCH = {
    "%(count)s × %(title)s",
    "%(day)s, %(time)s",
    "%(was)s → %(now)s",
    "Active",
    "Code",
    "Contact",
    "E-mail",
    "Note",
    "Notifications",
    "Pages",
    "SKU",
    "Total",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%")
COUNTED = re.compile(
    r"(%\((count|num|got|now|looks|tries|pieces)\)[sd]|\{count\}) [a-z]+s\b"
    r"|: (%\(count\)[sd]|\{count\})\.?$"
)
"""A number with what it counts behind it, or behind a colon."""
ALWAYS_SEVERAL = {"At least %(count)s characters, please.", "At most %(count)s characters, please."}
LONG = 30
"""No sentence begins with so many characters twice."""
every_catalogue = pytest.mark.parametrize(
    ("folder", "path"), CATALOGUES, ids=[f"{f}-{p.parents[1].name}" for f, p in CATALOGUES]
)


def pairs(path: Path) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The forms of each sentence in English and in the catalogue's language."""
    for entry in messages.written(path):
        if entry.id:
            yield messages.texts(entry.id), messages.texts(entry.string)


def test_there_is_french_for_the_pages() -> None:
    assert [(folder, path.parents[1].name) for folder, path in CATALOGUES] == [
        ("webapp/translations", "fr"),
        ("portal/translations", "fr"),
    ]


@every_catalogue
def test_the_catalogue_is_as_the_sources_would_have_it(folder: str, path: Path) -> None:
    assert path.read_text(encoding="utf-8") == messages.renewed(folder, path), "run: make messages"


@every_catalogue
def test_nothing_is_left_untranslated_or_guessed(folder: str, path: Path) -> None:
    assert messages.untranslated(path) == []


@every_catalogue
def test_what_is_filled_in_is_the_same_in_both_languages(folder: str, path: Path) -> None:
    wrong = [
        english[0]
        for english, theirs in pairs(path)
        for text in theirs
        if sorted(PLACEHOLDER.findall(text))
        not in [sorted(PLACEHOLDER.findall(e)) for e in english]
    ]
    assert wrong == []


@every_catalogue
def test_a_sentence_stays_english_only_where_french_says_the_same(folder: str, path: Path) -> None:
    same = {english[0] for english, theirs in pairs(path) if set(english) & set(theirs)}
    assert same - SAME_IN_FRENCH == set()


@every_catalogue
def test_what_is_counted_has_a_singular_and_a_plural(folder: str, path: Path) -> None:
    """Who sees one piece does not read "1 pieces"."""
    wrong = [
        english[0]
        for english, _ in pairs(path)
        if len(english) == 1 and COUNTED.search(english[0]) and "vendor)s: " not in english[0]
    ]
    assert set(wrong) - ALWAYS_SEVERAL == set()


@every_catalogue
def test_no_sentence_is_said_twice_in_a_row(folder: str, path: Path) -> None:
    """As it was after catalogues were merged."""
    twice = [text for _, theirs in pairs(path) for text in theirs if text in (text + text)[1:-1]]
    assert [text for text in twice if len(text) > 20] == []


@every_catalogue
def test_french_is_set_as_french_is(folder: str, path: Path) -> None:
    """A narrow space before ; : ! ? and within « », and the apostrophe of print."""
    wrong = [
        text
        for _, theirs in pairs(path)
        for text in theirs
        if re.search(r"[^\u202f][;!?»]|[^\u202f/s]:|«[^\u202f]|'|[“”]", text)
    ]
    assert wrong == []


@every_catalogue
def test_a_translation_says_its_sentence_once(folder: str, path: Path) -> None:
    """A merge of two catalogues can leave a text behind itself, and the pages show it all."""
    wrong = [
        text
        for _, theirs in pairs(path)
        for text in theirs
        if len(text) > LONG and text[:LONG] in text[LONG:]
    ]
    assert wrong == []


def test_a_new_sentence_is_collected_and_a_changed_one_is_not_guessed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "shop" / "templates").mkdir(parents=True)
    (tmp_path / "shop" / "words.py").write_text('A = _later("Sold out")\nB = ngettext("a", "b", 2)')
    (tmp_path / "shop" / "templates" / "page.html").write_text("{{ _('All orders, please') }}")
    path = tmp_path / "shop" / "fr" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    head = messages.HEAD.format(language="fr", plural="nplurals=2; plural=(n > 1);")
    entries = [("Sold out", "Épuisé"), ("All orders", "Toutes les commandes"), ("Gone", "Parti")]
    path.write_text(head + "\n".join(f'msgid "{i}"\nmsgstr "{s}"\n' for i, s in entries))
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "CATALOGUES", {"shop": ("shop",)})
    messages.main()
    known = {entry.id: entry.string for entry in messages.written(path) if entry.id}
    assert known == {"Sold out": "Épuisé", ("a", "b"): ("", ""), "All orders, please": ""}
    assert messages.untranslated(path) == ["('a', 'b')", "All orders, please"]
