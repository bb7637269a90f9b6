"""What an older WooCommerce or WordPress does not show: taken out of answers on their way.

Recorded are 8.2.2, 10.5.0 and 10.9.2, and a little of 8.6.1; between them the version is that of
the release notes where these tell it, else the next 9.x.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

SINCE = {
    "global_unique_id": (9, 2),
    "targetHints": (9, 3),  # of WordPress 6.7
    "brands": (9, 6),
    "email_templates": (9, 8),
}
"""Keys of objects."""
ATTRIBUTE_SLUG = (8, 6)
SHIPPING_TAX_STATUS, REFUND_KIND = (9, 3), (9, 3)
REFUND_TAX = GALLERY = (10, 6)
WORDPRESS = [((10, 6), "7.0.2"), ((9, 0), "6.9.7"), ((0,), "6.4.1")]
"""The newest first: the WordPress that stores of a version were recorded on."""


def wordpress(store: WooStore) -> str:
    return next(name for since, name in WORDPRESS if store.at_least(*since))


def as_shown(store: WooStore, body: Any) -> Any:
    """``body`` without what the store's version does not know; from 9.8 on that is nothing."""
    if store.at_least(*max(SINCE.values())):
        return body
    missing = {key for key, since in SINCE.items() if not store.at_least(*since)}
    return _without(store, body, missing)


def _without(store: WooStore, body: Any, missing: set[str]) -> Any:
    if isinstance(body, list):
        return [_without(store, each, missing) for each in body]
    if not isinstance(body, dict):
        return body
    kept = {key: each for key, each in body.items() if key not in missing}
    if "method_id" in kept and not store.at_least(*SHIPPING_TAX_STATUS):
        kept.pop("tax_status", None)
    if kept.keys() & {"option", "options"} and not store.at_least(*ATTRIBUTE_SLUG):
        kept.pop("slug", None)
    return {key: _without(store, each, missing) for key, each in kept.items()}
