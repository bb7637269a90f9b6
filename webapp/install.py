"""The merchant's shop becomes ours to serve: token exchange at the first page that is opened.

Managed installation calls nobody; the first ID token that comes is the news (Shopify 2026-10).
"""

from __future__ import annotations

import stores
from orderflow import clock
from orderflow.access import register
from orderflow.db import db, unit_of_work
from orderflow.models import Merchant
from stores.base import AppKeys
from stores.shopify.connect import exchange
from webapp import language


def install(shop: str, id_token: str, app: AppKeys, *, by: str) -> Merchant:
    """Exchange the token and take the shop in, or in again; ``by``: the staff member who opened
    the page. StoreLocked: ask for a fresh token."""
    access = exchange(shop, id_token, app, clock.now())
    identity = stores.open_marketplace(access).identify()
    with unit_of_work() as session:
        merchant = register.add_merchant(
            session, access, identity, clock.now(), language.locale(), by=by
        )
        merchant_id = merchant.id
    return db.session.get_one(Merchant, merchant_id)
