"""A vendor's plugin keeps a carrier's slug; the buyer reads the carrier's name."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from demo.programs import ROOT
from sandbox.world import World
from stores.woocommerce.carriers import NAMES, named
from tests.stores.cast import ORDER, woo_shore

FULFILMENTS, TRACKING = "fulfillments", "advanced-shipment-tracking"


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("canada-post", "Canada Post"),
        ("dhl-express", "DHL Express"),
        ("usps", "USPS"),
        ("FedEx", "FedEx"),
        ("colis-prive", "Colis Privé"),
        ("osterreichische-post", "Österreichische Post"),
    ],
)
def test_a_known_slug_becomes_the_carriers_own_name(slug: str, name: str) -> None:
    assert named(slug) == name


@pytest.mark.parametrize("given", ["", "the-neighbours-van", "Jo's bikes", "顺丰"])
def test_a_carrier_that_nobody_knows_stays_as_it_was_given(given: str) -> None:
    assert named(given) == given


@pytest.mark.parametrize("plugin", [FULFILMENTS, TRACKING])
def test_the_name_comes_from_wherever_the_store_keeps_the_slug(world: World, plugin: str) -> None:
    shore = woo_shore(world, plugins=[plugin])
    placed = shore.open().create_order(ORDER)
    shore.site.ship(int(placed.id), None, "JD1", "DHL Express")
    order = shore.open().read_order(placed.id)
    assert order
    assert [t.company for parcel in order.parcels for t in parcel.tracking] == ["DHL Express"]


def test_every_name_is_spelled_as_the_marketplace_spells_it() -> None:
    """It makes a link of the number only for a name that it knows, capitals included."""
    path = ROOT / "sandbox" / "shopify" / "schema" / "admin_2026-10.json.gz"
    read = json.loads(gzip.decompress(path.read_bytes()))
    types: list[dict[str, Any]] = read["data"]["__schema"]["types"]
    info = next(each for each in types if each["name"] == "FulfillmentTrackingInfo")
    told = next(each["description"] for each in info["fields"] if each["name"] == "company")
    assert [name for name in NAMES if name not in " ".join(told.split())] == []
