"""A liar among the pretend stores: content that is odd, hostile or wrong.

``sandbox.faults`` breaks the wire; a lie leaves the wire whole and changes what is said on it.
The store computes its true answer first (unless the lie stands for something in front of the
store, such as a firewall), so that what the store really holds can be compared afterwards.

    world.liar("shop.example.com").tell("endless_pages", for_seconds=600)
    world.liar("shop.example.com").draw(seed=7, rates={"meta_as_null": 0.1, "truncated": 0.1})

``LIES`` is the table of all of them by name; ``sandbox/README.md`` shows it.
"""

from sandbox.liar import (
    caches,
    firewalls,
    noise,
    order_changes,
    paging,
    refusals,
    shapes,
    side_effects,
    texts,
    values,
    webhook_orders,
)
from sandbox.liar.liar import Liar, Told
from sandbox.liar.lie import LIES, Lie

FAMILIES = {
    "Refusals and waiting times": refusals,
    "Firewalls and pages": firewalls,
    "Caches": caches,
    "Paging": paging,
    "Texts and links": texts,
    "Shapes": shapes,
    "Numbers, ids and dates": values,
    "Bytes": noise,
    "Orders that differ from what was asked": order_changes,
    "Side routes and side effects": side_effects,
    "Webhooks of a marketplace": webhook_orders,
}
"""Where each lie is written, by the heading it has in the README."""

__all__ = ["FAMILIES", "LIES", "Liar", "Lie", "Told"]
