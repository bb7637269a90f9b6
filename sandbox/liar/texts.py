"""Texts and links of a store that hurt whoever keeps, searches or opens them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.liar.lie import BOTH, Telling, add_values, values
from sandbox.liar.refusals import HUGE, QUADRATIC, buyer_words

FREE = frozenset(
    {
        "name",
        "title",
        "note",
        "customer_note",
        "description",
        "short_description",
        "message",
        "parent_name",
        "method_title",
        "payment_method_title",
        "display_value",
        "variantTitle",
        "displayName",
        "company",
        "tracking_provider",
        "custom_tracking_provider",
        "formatted_tracking_provider",
    }
)
"""Keys of texts that people wrote."""
LINKS = frozenset(
    {
        "url",
        "tracking_url",
        "tracking_urls[]",
        "tracking_link",
        "_tracking_url",
        "custom_tracking_link",
        "formatted_tracking_link",
        "permalink",
        "statusPageUrl",
        "carrier_url",
    }
)
MOST = 8_000_000
"""Characters that are added to one answer."""
META_TEXTS = ("meta_data[]", "note_attributes[]", "properties[]", "customAttributes[]")


def _text(words: str, size: int) -> Any:
    def tell(key: str, value: Any, telling: Telling) -> Any:
        wanted = int(telling.option("size", size))
        if telling.spent >= MOST:
            return value
        if key in META_TEXTS and isinstance(value, dict) and _is_meta_text(value):
            telling.spent += wanted
            return {**value, "value": (words * (wanted // len(words) + 1))[:wanted]}
        if key in FREE and isinstance(value, str):
            telling.spent += wanted
            return (words * (wanted // len(words) + 1))[:wanted]
        return value

    return tell


def _is_meta_text(entry: dict[str, Any]) -> bool:
    """An entry of somebody else's: what carries our own name stays, so that orders are found."""
    name = str(entry.get("key", entry.get("name", "")))
    return isinstance(entry.get("value"), str) and not name.startswith("_")


add_values(
    "huge_texts",
    "Titles, names, notes and texts of the meta data have 2 MB each (option `size`), 8 MB in all.",
    _text("Lorem ipsum dolor. ", HUGE),
    BOTH,
)
add_values(
    "quadratic_texts",
    "Every title, name, note and text of the meta data is 30 kB (option `size`) of `1 1 1 …`.",
    _text("1 ", QUADRATIC),
    BOTH,
)


@values(webhooks=False)
def titles_quote_buyer(key: str, value: Any, telling: Telling) -> Any:
    """Every title and every name of a thing quotes the newest buyer's name, street, phone and
    e-mail."""
    words = buyer_words(telling)
    if words and key in ("title", "name", "parent_name", "method_title") and isinstance(value, str):
        return f"{value} for {words}"
    return value


def _links(key: str, value: Any, make: Callable[[str], str]) -> Any:
    """``value`` with ``make`` on a link, also on one in meta data."""
    if key in LINKS and isinstance(value, str):
        return make(value)
    if key == "meta_data[]" and isinstance(value, dict) and value.get("key") in LINKS:
        return {**value, "value": make(str(value.get("value")))}
    return value


@values(webhooks=False)
def links_quote_buyer(key: str, value: Any, telling: Telling) -> Any:
    """Every link quotes the newest buyer's name, street, phone and e-mail."""
    words = buyer_words(telling)
    return _links(key, value, lambda link: f"{link}?for={words}") if words else value


def _link(made: str) -> Any:
    def tell(key: str, value: Any, telling: Telling) -> Any:
        return _links(key, value, lambda _: made)

    return tell


for _name, _made in {
    "links_javascript": "javascript:alert(document.domain)",
    "links_data": "data:text/html,<script>alert(1)</script>",
    "links_userinfo": "https://www.ups.com@evil.example.com/track",
    "links_with_breaks": "https://track.example.com/\r\nX-Header: 1\t<b>",
}.items():
    add_values(_name, f"Every link, of tracking too, is `{_made!r}`.", _link(_made), BOTH)
