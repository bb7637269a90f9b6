"""Catalogues are read as they are written (``….po``), so there is nothing to compile."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations


@cache
def read(folders: tuple[Path, ...], language: str, domain: str) -> NullTranslations:
    """What the first of ``folders`` says in that language, else the next; English where none."""
    found = NullTranslations()
    for folder in reversed(folders):
        written = folder / language / "LC_MESSAGES" / f"{domain}.po"
        if written.is_file():
            earlier, found = found, _compiled(written, language)
            found.add_fallback(earlier)
    return found


def _compiled(written: Path, language: str) -> Translations:
    compiled = BytesIO()
    with written.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language, abort_invalid=True))
    compiled.seek(0)
    return Translations(compiled)
