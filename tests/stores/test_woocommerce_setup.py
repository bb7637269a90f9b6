"""What a WooCommerce store is set up like is read from it, and asked instead of assumed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from sandbox.world import World
from stores.base import EditedLines, StoreRefused, StoreSetup
from stores.setup import FACTS, LIMITS, fact_words, limit_words
from stores.woocommerce.editing import NOT_MOVED, PUT_BACK, with_stock_told
from stores.woocommerce.setup import OWN_CLASS, lines_move_stock
from tests.stores.cast import ORDER, WooShore, woo_shore
from tests.stores.test_visit_woocommerce import page, stand_before

REFUSED_CLASS = "order_item_product_invalid_tax_class"


def setup_of(shore: WooShore) -> StoreSetup:
    return shore.open().read_setup()


def knowing(shore: WooShore) -> WooShore:
    """The store, called by somebody who has read its setup."""
    return replace(shore, access=replace(shore.access, setup=setup_of(shore).values))


def classes(shore: WooShore, order: str) -> set[str]:
    return {item.tax_class for item in shore.site.orders[int(order)].of("line")}


@pytest.mark.parametrize(
    ("language", "slug"), [("en_US", "zero-rate"), ("fr_FR", "taux-zero"), ("fr_CA", "taux-zero")]
)
def test_the_untaxed_class_is_the_stores_own(world: World, language: str, slug: str) -> None:
    shore = woo_shore(world, language=language, tax_rate="20", taxes_everybody=True)
    assert setup_of(shore).values["untaxed"] == slug
    placed = knowing(shore).open().create_order(ORDER)
    assert classes(shore, placed.id) == {slug}
    assert placed.notes == ()


def test_a_store_without_such_a_class_gets_one_and_is_told(world: World) -> None:
    more: dict[str, Any] = {"tax_classes": {"ermaessigt": "Ermäßigter Steuersatz"}}
    shore = woo_shore(world, tax_rate="19", taxes_everybody=True, **more)
    told = setup_of(shore)
    assert told.values["untaxed"] == "sluice-untaxed"
    assert shore.site.tax_classes["sluice-untaxed"] == OWN_CLASS
    assert ("own_class", "") in told.facts
    placed = knowing(shore).open().create_order(ORDER)
    assert classes(shore, placed.id) == {"sluice-untaxed"}


def test_a_setup_that_is_read_again_makes_no_second_class(world: World) -> None:
    shore = woo_shore(world, tax_classes={})
    assert setup_of(shore).values == setup_of(shore).values
    assert list(shore.site.tax_classes) == ["sluice-untaxed"]


def test_an_order_goes_though_the_setup_was_never_read_or_its_class_is_gone(world: World) -> None:
    shore = woo_shore(world, language="fr_FR")
    assert shore.open().create_order(ORDER).id
    known = knowing(shore)
    del shore.site.tax_classes["taux-zero"]
    placed = known.open().create_order(replace(ORDER, key="SL-2"))
    assert classes(shore, placed.id) == {"sluice-untaxed"}
    assert len(shore.orders()) == 2


def test_a_store_that_lets_us_make_no_class_still_gets_its_orders(world: World) -> None:
    shore = woo_shore(world, tax_classes={})

    def forbid(request: Request) -> Response | None:
        if request.method == "POST" and request.path.endswith("/taxes/classes"):
            return page("<h1>Forbidden</h1>", 403)
        return None

    stand_before(world, forbid)
    told = setup_of(shore)
    assert told.values["untaxed"] == ""
    assert "no_untaxed_class" in told.limits
    assert knowing(shore).open().create_order(ORDER).id
    assert shore.open().create_order(replace(ORDER, key="SL-2")).id


def rates(told: dict[str, list[dict[str, str]]]) -> Any:
    def answer(request: Request) -> Response | None:
        if request.path.endswith("/wc/v3/taxes") and request.method == "GET":
            return Response(json.dumps(told.get(request.args["class"], [])), 200)
        return None

    return answer


def test_a_class_that_only_sounds_untaxed_is_not_taken(world: World) -> None:
    shore = woo_shore(world, tax_classes={"zero-rate": "Zero rate", "zero-vat": "Zero VAT"})
    stand_before(world, rates({"zero-rate": [{"rate": "5.0000"}], "zero-vat": [{"rate": "0.00"}]}))
    assert setup_of(shore).values["untaxed"] == "zero-vat"


def test_a_refusal_for_another_reason_is_told_as_it_is(world: World) -> None:
    shore = woo_shore(world)
    bad = {"code": REFUSED_CLASS.replace("tax_class", "name"), "message": "No.", "data": {}}

    def refuse(request: Request) -> Response | None:
        if request.method == "POST" and request.path.endswith("/orders"):
            return Response(json.dumps(bad), 400)
        return None

    stand_before(world, refuse)
    with pytest.raises(StoreRefused, match=r"No\."):
        shore.open().create_order(ORDER)


def test_what_else_a_store_is_set_up_like_is_read(world: World) -> None:
    shore = woo_shore(
        world,
        decimals=0,
        version="8.2.2",
        currency="EUR",
        plugins=("advanced-shipment-tracking",),
        statuses={"wc-im-lkw": "Im LKW"},
    )
    told = setup_of(shore)
    assert told.values["version"] == "8.2.2"
    assert ("decimals", "0") in told.facts
    assert ("trackers", "Shipment Tracking") in told.facts
    assert set(told.limits) == {"lines_move_no_stock", "few_decimals"}
    assert told.statuses == {"im-lkw": "Im LKW", "updated-tracking": "Updated Tracking"}
    assert setup_of(woo_shore(world, version="10.9.2", decimals=2)).limits == []


@pytest.mark.parametrize(
    ("methods", "limit"),
    [(("POST", "PUT", "DELETE"), "writes_turned_away"), (("DELETE", "PUT"), None)],
)
def test_a_firewall_before_what_is_written_is_told(
    world: World, methods: tuple[str, ...], limit: str | None
) -> None:
    shore = woo_shore(world)
    forbidden = page("<h1>Forbidden</h1>", 403)
    stand_before(world, lambda request: forbidden if request.method in methods else None)
    assert list(setup_of(shore).limits) == ([limit] if limit else [])


def test_every_fact_and_limit_has_its_words(world: World) -> None:
    kept = setup_of(woo_shore(world, version="8.2.2")).to_json()
    assert json.loads(json.dumps(kept)) == kept
    assert len(fact_words(kept)) == len(kept["facts"]) > 0
    assert len(limit_words(kept)) == len(kept["limits"]) > 0
    assert (fact_words({}), limit_words({})) == ([], [])
    assert all("%(value)s" in str(FACTS[code]) for code, value in kept["facts"] if value)
    assert all(limit for limit, _ in LIMITS.values())


@pytest.mark.parametrize(
    ("version", "moves"), [("8.2.2", False), ("9.3.3", False), ("9.4.0", True), ("10.9.2", True)]
)
def test_that_edits_move_no_stock_is_known_by_the_version(
    world: World, version: str, moves: bool
) -> None:
    shore = woo_shore(world, version=version)
    told = setup_of(shore)
    assert lines_move_stock(told.values) is moves
    assert ("lines_move_no_stock" in told.limits) is not moves
    assert lines_move_stock({})
    notes = with_stock_told(EditedLines((PUT_BACK,)), moves).notes
    assert (PUT_BACK in notes, NOT_MOVED in notes) == (moves, not moves)
