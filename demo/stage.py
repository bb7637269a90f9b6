"""The cast, and the commands by which a merchant is set up: ``flask --app webapp sluice …``.

*Harbour* sells other people's goods. *Alfa* ships from a Shopify shop, *Bravo* from a WooCommerce
site. The real webhook bodies name vendors of their own, which here are second names of these two.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any

from flask import Flask

from demo.pretend import Sandbox
from demo.programs import ProgramFailed
from demo.stack import CLIENT_ID, CLIENT_SECRET
from orderflow import clock
from stores.base import Access, AppKeys
from stores.shopify import connect

HARBOUR, ALFA, BRAVO = "harbour.myshopify.com", "alfa.myshopify.com", "bravo.example.com"
TOPICS = (
    "orders/create",
    "orders/updated",
    "orders/paid",
    "orders/cancelled",
    "orders/edited",
    "fulfillments/create",
    "fulfillments/update",
)
OUR_GOODS = (
    {"sku": "LAMP", "title": "Lamp", "price": "30.00", "vendor": "Alfa"},
    {"sku": "MUG", "title": "Mug", "price": "12.50", "vendor": "bravo "},
    {"sku": "CARD", "title": "Greeting card", "price": "4.00", "vendor": "Harbour"},
)
MAPPED = (("LAMP", "Alfa", "A-LAMP"), ("MUG", "Bravo", "B-MUG"))

Say = Callable[[str], None]


def pretend_app(webhook_url: str) -> dict[str, Any]:
    """Sluice as the pretend Dev Dashboard knows it."""
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scopes": sorted({*connect.MERCHANT_SCOPES, *connect.VENDOR_SCOPES}),
        "webhook_url": webhook_url,
        "topics": TOPICS,
    }


def world(webhook_url: str) -> dict[str, Any]:
    """What the sandbox is to build."""
    lamp = {"sku": "A-LAMP", "title": "Desk lamp", "price": "20.00", "stock": 10}
    mug = {"sku": "B-MUG", "name": "Stoneware mug", "price": "9.00", "stock": 10}
    shops = [
        {"domain": HARBOUR, "name": "Harbour", "installs": [CLIENT_ID], "products": OUR_GOODS},
        {"domain": ALFA, "name": "Alfa Lights", "installs": [CLIENT_ID], "products": [lamp]},
    ]
    bravo = {
        "host": BRAVO,
        "name": "Bravo Ceramics",
        "cron": "prompt",
        "plugins": ["advanced-shipment-tracking"],
        "products": [mug],
    }
    return {"apps": [pretend_app(webhook_url)], "shops": shops, "sites": [bravo]}


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


def set_up(operator: Operator, sandbox: Sandbox, made: dict[str, Any]) -> None:
    """A merchant, two vendors, their stores, names and mappings; order sync on."""
    operator.sluice("add-merchant", "shopify", HARBOUR, secrets=expiring_access(sandbox, HARBOUR))
    operator.sluice("add-vendor", HARBOUR, "Alfa", "--alias", "activepieces-test")
    operator.sluice("add-vendor", HARBOUR, "Bravo", "--alias", "webhook-manager-app")
    access = expiring_access(sandbox, ALFA)
    operator.sluice("connect", HARBOUR, "Alfa", "shopify", ALFA, secrets=access)
    keys = {name: made[BRAVO][name] for name in ("consumer_key", "consumer_secret")}
    operator.sluice("connect", HARBOUR, "Bravo", "woocommerce", f"https://{BRAVO}", secrets=keys)
    variants = made[HARBOUR]["variants"]
    for sku, vendor, theirs in MAPPED:
        variant = variants[sku].rpartition("/")[2]
        operator.sluice("map", HARBOUR, variant, vendor, theirs)
    operator.sluice("set", HARBOUR, "order_sync", "on")


def expiring_access(sandbox: Sandbox, shop: str) -> dict[str, Any]:
    """A token that lives an hour with its refresh token, for an ID token as the admin gives."""
    id_token = sandbox.get(f"/id-token/{shop}/{CLIENT_ID}")["id_token"]
    keys = AppKeys(CLIENT_ID, CLIENT_SECRET)
    access: Access = connect.exchange(shop, id_token, keys, clock.now())
    expires = access.expires_at.isoformat() if access.expires_at else None
    return {**access.secrets, "expires_at": expires}
