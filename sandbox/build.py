"""Builds a world from JSON: apps, shops, sites and what they sell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sandbox.shopify import App, Shop
from sandbox.woocommerce import WooStore

if TYPE_CHECKING:
    from sandbox.world import World

Json = Mapping[str, Any]


def build(world: World, config: Json) -> dict[str, Any]:
    """``{"apps": […], "shops": […], "sites": […]}``; what came of each shop and site by host."""
    for each in config.get("apps", ()):
        add_app(world, each)
    shops = {each["domain"]: add_shop(world, each) for each in config.get("shops", ())}
    sites = {each["host"]: add_site(world, each) for each in config.get("sites", ())}
    return {**shops, **sites}


def add_app(world: World, given: Json) -> App:
    app = App(**given)
    world.apps[app.client_id] = app
    return app


def change_app(app: App, given: Json) -> None:
    """Raises ValueError for what an app does not have, or cannot change."""
    changeable = {each.name for each in fields(app)} - {"client_id", "id"}
    if not changeable.issuperset(given):
        raise ValueError(f"an app can change {', '.join(sorted(changeable))}")
    for name, value in given.items():
        setattr(app, name, value)


def add_shop(world: World, given: Json) -> dict[str, Any]:
    """``products``: [{sku, title, price, stock, vendor}], ``installs``: client ids; the answer
    holds variant gids by SKU and a token for each installed app."""
    rest = {key: value for key, value in given.items() if key not in ("products", "installs")}
    shop = Shop(world, **rest)
    variants = {each["sku"]: shop.sells(**each).gid for each in given.get("products", ())}
    grants = {each: vars(shop.install(world.apps[each])) for each in given.get("installs", ())}
    return {"id": shop.id, "variants": variants, "grants": grants}


def add_site(world: World, given: Json) -> dict[str, Any]:
    """``products``: [{sku, name, price, stock}], ``users``: [{name, password, role}]; the answer
    holds product ids by SKU and a key pair."""
    rest = {key: value for key, value in given.items() if key not in ("products", "users")}
    site = WooStore(world, **rest)
    for user in given.get("users", ()):
        site.add_user(**user)
    products = {each["sku"]: site.add_product(**each).id for each in given.get("products", ())}
    key, secret = site.issue_key()
    return {"products": products, "consumer_key": key, "consumer_secret": secret}
