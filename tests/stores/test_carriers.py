"""A vendor's plugin keeps a carrier's slug; the buyer reads the carrier's name."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest

from demo.programs import ROOT
from sandbox.world import World
from stores.woocommerce.carriers import ALIASES, NAMES, UNLISTED, company, named
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


CORE = (
    "acs-courier", "amazon-logistics", "an-post", "aras-kargo", "australia-post", "azerpost",
    "bartolini-brt", "belpochta", "bpost", "bulgarian-posts", "canada-post", "cdek",
    "ceska-posta", "chronopost", "correos", "ctt", "cyprus-post", "deutsche-post", "dhl",
    "dpd", "econt", "eimskip", "elta", "evri-hermes", "fan-courier", "fastway", "fedex",
    "geniki-taxydromiki", "gls", "haypost", "helthjem", "hrvatska-posta", "inpost",
    "islandspostur", "itella", "kazpost", "la-poste-colissimo", "lasership-ontrac",
    "latvijas-pasts", "liechtensteinische-post", "magyar-posta", "makedonska-posta",
    "maltapost", "matkahuolto", "mondial-relay", "mpl", "mrw", "new-zealand-post",
    "nova-poshta", "omniva", "osterreichische-post", "parcelforce", "poczta-polska",
    "post-luxembourg", "posta-moldovei", "posta-romana", "poste-italiane", "poste-san-marino",
    "posten-norge-bring", "postnl", "postnord", "purolator", "royal-mail", "russian-post",
    "sda", "seur", "slovenska-posta", "spee-dee-delivery", "startrack", "swiss-post", "toll",
    "ukrposhta", "ups", "usps", "urgent-cargus", "yurtici-kargo", "zasilkovna",
)  # fmt: skip
"""The slugs of WooCommerce 10.5 to 10.9, ``Fulfillments/ShippingProviders.php``."""

PLUGINS = [
    ("brt-bartolini", "BRT"),
    ("deutsche-post-dhl", "DHL"),
    ("dpd-co-uk", "DPD UK"),
    ("evri-international", "Evri"),
    ("BRT (Bartolini)", "BRT"),
    ("post.at", "Österreichische Post"),
    ("postnord-sverige-ab", "PostNord SE"),
    ("nz-post", "New Zealand Post"),
    ("jp-post", "Japan Post (EN)"),
    ("hermes-de", "Hermes"),
    ("ninja-van", "NinjaVan"),
    ("Česká pošta", "Česká pošta"),
]
"""Of the lists of WooCommerce Shipment Tracking and Advanced Shipment Tracking."""


def test_all_77_carriers_of_core_have_their_name() -> None:
    assert len(set(CORE)) == 77
    assert [slug for slug in CORE if named(slug) == slug] == []
    known = set(NAMES) | set(UNLISTED.values())
    assert [slug for slug in CORE if named(slug) not in known] == []


@pytest.mark.parametrize(("given", "name"), PLUGINS)
def test_a_carrier_of_a_plugins_list_has_the_marketplaces_name(given: str, name: str) -> None:
    assert named(given) == name


def test_a_typed_carrier_wins_over_the_slug_that_stands_for_any() -> None:
    assert company("other", "Jo's bikes") == "Jo's bikes"
    assert company("other", "Evri (Hermes)") == "Evri"
    assert company("other") == ""


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


def listed() -> set[str]:
    """The tracking companies of the marketplace's schema, exactly as they are written there."""
    path = ROOT / "sandbox" / "shopify" / "schema" / "admin_2026-10.json.gz"
    read = json.loads(gzip.decompress(path.read_bytes()))
    types: list[dict[str, Any]] = read["data"]["__schema"]["types"]
    info = next(each for each in types if each["name"] == "FulfillmentTrackingInfo")
    told: str = next(each["description"] for each in info["fields"] if each["name"] == "company")
    everywhere, by_country = told.split("specific countries:")
    names = set(re.findall(r"^  \* (.+)$", everywhere, re.MULTILINE))
    for country in by_country.split("\n  * **")[1:]:
        row = " ".join(country.partition("**:")[2].split())
        names |= {name.strip(" .") for name in row.split(",")}
    return names


def test_every_name_is_spelled_as_the_marketplace_spells_it() -> None:
    """It makes a link of the number only for a name that it knows, capitals included."""
    assert sorted(set(NAMES) - listed()) == []
    assert sorted(set(UNLISTED.values()) & listed()) == []
    assert sorted(set(ALIASES.values()) - set(NAMES) - set(UNLISTED.values())) == []
