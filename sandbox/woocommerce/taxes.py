"""REST: /taxes/classes. A class is known by its slug, made from its name when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sandbox.woocommerce.answers import Answer, RestError, missing_param
from sandbox.woocommerce.call import Call
from sandbox.woocommerce.models import JSON
from sandbox.woocommerce.php import slug_of, text_of

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

ENGLISH = {"reduced-rate": "Reduced rate", "zero-rate": "Zero rate"}
FRENCH = {"taux-reduit": "Taux réduit", "taux-zero": "Taux zéro"}
STANDARD = ("standard", "Standard rate")
"""Always there; a line of this class is told as ""."""


def classes_of(language: str) -> Mapping[str, str]:
    """The classes that an install makes, from words of its language at that time."""
    return FRENCH if language.startswith("fr") else ENGLISH


def listed(call: Call) -> Answer:
    classes = [STANDARD, *call.store.tax_classes.items()]
    return Answer([_view(call.store, slug, name) for slug, name in classes])


def _view(store: WooStore, slug: str, name: str) -> JSON:
    place = {"collection": [{"href": store.url("wc/v3/taxes/classes")}]}
    return {"slug": slug, "name": name, "_links": place}


def create(call: Call) -> Answer:
    """``WC_Tax::create_tax_class``; the slug of the name unless it is taken."""
    if "name" not in call.params:
        raise missing_param("name")
    name = text_of(call.params["name"]).strip()
    slug = slug_of(name)
    if not slug:
        raise _refused("tax_class_invalid_name", "Tax class requires a valid name")
    if slug in call.store.tax_classes:
        raise _refused("tax_class_slug_exists", "Tax class slug already exists")
    call.store.tax_classes[slug] = name
    return Answer(_view(call.store, slug, name), 201)


def _refused(code: str, message: str) -> RestError:
    return RestError(f"woocommerce_rest_{code}", message)
