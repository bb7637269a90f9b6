"""The cast, and how it is set up: the merchant installs the app, the operator's commands
(``flask --app webapp sluice …``) bring the vendors.

*Harbour* sells other people's goods. *Alfa* ships from a Shopify shop, *Bravo* from a WooCommerce
site, *Charlie* has no store and ships by hand. The real webhook bodies name vendors of their own,
which here are second names of the first two.
"""

from __future__ import annotations

import json
import shlex
import tomllib
from collections.abc import Callable
from typing import Any

from flask import Flask

from demo.merchant import Merchant
from demo.pretend import Sandbox
from demo.programs import ROOT, ProgramFailed
from demo.stack import CLIENT_ID, CLIENT_SECRET
from orderflow import clock
from stores.base import Access, AppKeys
from stores.shopify import connect

HARBOUR, ALFA, BRAVO = "harbour.myshopify.com", "alfa.myshopify.com", "bravo.example.com"
APP = tomllib.loads((ROOT / "shopify.app.toml").read_text())
OUR_GOODS = (
    {"sku": "LAMP", "title": "Lamp", "price": "30.00", "vendor": "Alfa"},
    {"sku": "MUG", "title": "Mug", "price": "12.50", "vendor": "bravo "},
    {"sku": "VASE", "title": "Vase", "price": "18.00", "vendor": "Charlie"},
    {"sku": "CARD", "title": "Greeting card", "price": "4.00", "vendor": "Harbour"},
)
VENDORS = (
    ("Alfa", "orders@alfa.example.com", "activepieces-test"),
    ("Bravo", "orders@bravo.example.com", "webhook-manager-app"),
)
BY_HAND = ("Charlie", "orders@charlie.example.com")
"""A vendor without a store: its people ship in the portal."""
MAPPED = (("LAMP", "Alfa", "A-LAMP"), ("MUG", "Bravo", "B-MUG"))

Say = Callable[[str], None]


def pretend_app(url: str) -> dict[str, Any]:
    """Sluice at ``url`` as the pretend Dev Dashboard knows it: what shopify.app.toml says."""
    heard = APP["webhooks"]["subscriptions"]
    compliance = next(each["uri"] for each in heard if "compliance_topics" in each)
    ours = next(each["uri"] for each in heard if "topics" in each)
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "name": APP["name"],
        "handle": APP["handle"],
        "url": url,
        "scopes": APP["access_scopes"]["scopes"].split(","),
        "webhook_url": url + ours,
        "compliance_url": url + compliance,
        "topics": [
            topic
            for each in heard
            for topic in (*each.get("topics", ()), *each.get("compliance_topics", ()))
        ],
    }


def world(url: str) -> dict[str, Any]:
    """What the sandbox is to build around the app at ``url``."""
    lamp = {"sku": "A-LAMP", "title": "Desk lamp", "price": "20.00", "stock": 10}
    mug = {"sku": "B-MUG", "name": "Stoneware mug", "price": "9.00", "stock": 10}
    shops = [
        {"domain": HARBOUR, "name": "Harbour", "products": OUR_GOODS},
        {"domain": ALFA, "name": "Alfa Lights", "installs": [CLIENT_ID], "products": [lamp]},
    ]
    bravo = {
        "host": BRAVO,
        "name": "Bravo Ceramics",
        "cron": "prompt",
        "lax": True,
        "plugins": ["advanced-shipment-tracking"],
        "products": [mug],
    }
    return {"apps": [pretend_app(url)], "shops": shops, "sites": [bravo]}


class Operator:
    """Runs the app's own commands, in this process because each would take two seconds to load;
    secrets go by standard input, as they do on a terminal."""

    def __init__(self, app: Flask, say: Say) -> None:
        self._run = app.test_cli_runner().invoke
        self._say = say

    def run(self, *words: str, secrets: dict[str, Any] | None = None) -> None:
        self._say(f"$ flask --app webapp {shlex.join(words)}")
        done = self._run(args=words, input=json.dumps(secrets) if secrets else None)
        if done.exit_code:
            said = done.output.strip() or repr(done.exception)
            raise ProgramFailed(f"flask {' '.join(words[:2])}: {said}")

    def sluice(self, *words: str, secrets: dict[str, Any] | None = None) -> None:
        self.run("sluice", *words, secrets=secrets)


def set_up(
    operator: Operator, merchant: Merchant, sandbox: Sandbox, made: dict[str, Any], say: Say
) -> None:
    """A merchant, two vendors, their stores, names and mappings; order sync on."""
    merchant.install()
    say("Harbour's owner installs the app in the admin; its first page exchanges the token")
    for name, address, alias in VENDORS:
        operator.sluice("add-vendor", HARBOUR, name, "--email", address, "--alias", alias)
    operator.sluice("add-vendor", HARBOUR, BY_HAND[0], "--email", BY_HAND[1])
    access = expiring_access(sandbox, ALFA)
    operator.sluice("connect", HARBOUR, "Alfa", "shopify", ALFA, secrets=access)
    keys = {name: made[BRAVO][name] for name in ("consumer_key", "consumer_secret")}
    operator.sluice("connect", HARBOUR, "Bravo", "woocommerce", f"https://{BRAVO}", secrets=keys)
    variants = made[HARBOUR]["variants"]
    for sku, vendor, theirs in MAPPED:
        variant = variants[sku].rpartition("/")[2]
        operator.sluice("map", HARBOUR, variant, vendor, theirs)
    merchant.save(order_sync=True)
    say("Harbour's owner ticks *Enable order sync* under Settings, and saves")


def expiring_access(sandbox: Sandbox, shop: str) -> dict[str, Any]:
    """A token that lives an hour with its refresh token, for an ID token as the admin gives."""
    id_token = sandbox.get(f"/id-token/{shop}/{CLIENT_ID}")["id_token"]
    keys = AppKeys(CLIENT_ID, CLIENT_SECRET)
    access: Access = connect.exchange(shop, id_token, keys, clock.now())
    expires = access.expires_at.isoformat() if access.expires_at else None
    return {**access.secrets, "expires_at": expires}
