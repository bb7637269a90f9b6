"""Texts for people, written in English where they are known and translated where they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


def _(text: str) -> str:
    """Marks ``text`` for the catalogues, and leaves it as it is."""
    return text


@dataclass(frozen=True, slots=True)
class Counted:
    """A sentence in the singular and in the plural; the detail named ``by`` is the number."""

    singular: str
    plural: str
    by: str = "count"

    def chosen(
        self, details: Mapping[str, Any], ngettext: Callable[[str, str, int], str] | None = None
    ) -> str:
        """The form that fits the number in ``details``, not filled in: of the language that
        ``ngettext`` speaks, else in English. Without a number it is the plural."""
        count = int(details.get(self.by) or 0)
        if ngettext is not None:
            return ngettext(self.singular, self.plural, count)
        return self.singular if count == 1 else self.plural


def _n(singular: str, plural: str, by: str = "count") -> Counted:
    """Marks both forms of a sentence for the catalogues."""
    return Counted(singular, plural, by)
