"""The sentences of the pages, collected from the sources into the catalogues to be translated.

    python -m tools.messages        writes every messages.po anew, and tells what is missing

What is translated already stays, here or in another catalogue of the language; a new sentence
stands there empty, and what nobody says any more is dropped. Nothing is guessed: a sentence that
was changed is a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES: Mapping[str, tuple[str, ...]] = {
    "webapp/translations": ("orderflow", "stores", "webapp", "workers"),
    "portal/translations": ("portal", "stores", "orderflow/handwork"),
}
"""For each folder of catalogues, the packages that speak through it."""
METHODS = [
    ("letters.py", "ignore"),  # the mails have a catalogue of their own
    ("notes.py", "ignore"),  # and share it with what vendors read in their store
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
]
KEYWORDS = {**DEFAULT_KEYWORDS, "_later": None, "_n": (1, 2)}
HEAD = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def collected(folder: str) -> Catalog:
    """Every sentence that is said through the catalogues of ``folder``, with who says it."""
    catalogue = Catalog()
    for package in CATALOGUES[folder]:
        found = extract_from_dir(ROOT / package, METHODS, keywords=KEYWORDS)
        for path, _line, said, _comments, context in found:
            catalogue.add(said, locations=[(f"{package}/{path}", 0)], context=context)
    return catalogue


def catalogues() -> list[tuple[str, Path]]:
    """(folder, file) of each catalogue; the file's language is the name of its grandparent."""
    return [
        (folder, path)
        for folder in CATALOGUES
        for path in sorted((ROOT / folder).glob("*/LC_MESSAGES/messages.po"))
    ]


def written(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=path.parent.parent.name, abort_invalid=True)


def renewed(folder: str, path: Path) -> str:
    """The catalogue as it should stand."""
    catalogue = written(path)
    catalogue.update(collected(folder), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    for other in (written(each) for _, each in catalogues() if each.parts[-3] == path.parts[-3]):
        for message in catalogue:
            if message.id and not any(texts(message.string)) and message.id in other:
                message.string = other[message.id].string
    entries = BytesIO()
    write_po(entries, catalogue, width=100, omit_header=True, include_lineno=False)
    head = HEAD.format(language=catalogue.locale, plural=catalogue.plural_forms)
    return head + entries.getvalue().decode().strip() + "\n"


def untranslated(path: Path) -> list[str]:
    """Sentences that have no translation, or lack one of their plural forms."""
    return [
        str(each.id)
        for each in written(path)
        if each.id and (each.fuzzy or not all(texts(each.string)))
    ]


def texts(either: object) -> tuple[str, ...]:
    """The one text of a sentence, or its plural forms."""
    return tuple(map(str, either)) if isinstance(either, list | tuple) else (str(either or ""),)


def main() -> None:
    for folder, path in catalogues():
        path.write_text(renewed(folder, path), encoding="utf-8")
        missing = untranslated(path)
        print(f"{path.relative_to(ROOT)}: {len(missing)} to be translated", *missing, sep="\n  ")


if __name__ == "__main__":
    main()
