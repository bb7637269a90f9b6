"""Shopify's own Admin schema 2026-10 and the access rules written in it.

Reading it takes some seconds, so it is read once for each process and only when asked for.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_client_schema

VERSION = "2026-10"
FILE = Path(__file__).parent / "schema" / f"admin_{VERSION}.json.gz"

UNWRITTEN = {
    ("Mutation", "tagsAdd"): ("write_orders",),
    ("Mutation", "tagsRemove"): ("write_orders",),
    ("Mutation", "fulfillmentCancel"): (
        "write_assigned_fulfillment_orders",
        "write_merchant_managed_fulfillment_orders",
        "write_third_party_fulfillment_orders",
    ),
    ("Mutation", "metafieldDefinitionCreate"): ("write_orders",),
    ("Mutation", "refundCreate"): ("write_orders",),
}
"""Rules that the schema leaves to its prose, for what the sandbox has."""


@dataclass(frozen=True)
class Access:
    """Any one of ``scopes`` is enough; ``words`` is Shopify's sentence about them."""

    scopes: tuple[str, ...]
    words: str


@cache
def _file() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(gzip.decompress(FILE.read_bytes()))
    return content


_building = threading.Lock()


def schema() -> GraphQLSchema:
    """Built once, whoever asks at the same time: it takes seconds and a hundred megabytes."""
    with _building:
        return _schema()


@cache
def _schema() -> GraphQLSchema:
    """Without validation: the file breaks a rule on deprecated interface fields."""
    return build_client_schema(_file()["data"], assume_valid=True)


@cache
def required_access() -> Mapping[tuple[str, str | None], Access]:
    """(type, field) -> access needed; field None for a rule on the type itself."""
    rules: dict[tuple[str, str | None], Access] = {
        (item["typeName"], item.get("fieldName")): Access(
            tuple(item["offlineScopes"]), item["requiredAccess"]
        )
        for item in _file()["offline_scopes"]["items"]
        if item["offlineScopes"]
    }
    for place, scopes in UNWRITTEN.items():
        words = " or ".join(f"`{scope}` access scope" for scope in scopes) + "."
        rules.setdefault(place, Access(scopes, words))
    return rules


@cache
def protected_fields() -> frozenset[tuple[str, str]]:
    """(type, field) of protected customer data."""
    return frozenset(
        (each["name"], field["name"])
        for each in _file()["data"]["__schema"]["types"]
        for field in each["fields"] or ()
        if field.get("isProtected")
    )
