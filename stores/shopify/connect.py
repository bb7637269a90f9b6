"""Getting and renewing access to a shop (Shopify 2026-10).

Embedded pages bring an ID token, which is exchanged for an offline token that lives an hour and a
refresh token that lives 90 days. Every refresh replaces both; the refresh token before stays good
until its successor is used, so an answer lost here locks nobody out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import shopify
from shopify import session_token

from stores import http
from stores.base import Access, AppKeys, StoreLocked, StoreRefused
from stores.shopify.client import API_VERSION, shop_domain

MERCHANT_SCOPES = (
    "read_products",
    "write_orders",
    "read_locations",
    "read_fulfillments",
    "write_merchant_managed_fulfillment_orders",
    "write_third_party_fulfillment_orders",
)
VENDOR_SCOPES = ("read_products", "write_orders", "write_order_edits", "read_fulfillments")

RENEW_BEFORE = timedelta(minutes=5)
PREVIOUS = "previous_refresh_token"
"""Good until the newest was used (Shopify 2026-08-28), so it is a way back in when two renewed at
the same time."""
_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
_SUBJECT = "urn:ietf:params:oauth:token-type:id_token"
_OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"


def read_id_token(token: str, app: AppKeys) -> dict[str, Any]:
    """The claims of a valid ID token; ``dest`` alone names the shop. StoreLocked if it is bad."""
    try:
        claims = session_token.decode_from_header(
            f"Bearer {token}", app.client_id, app.client_secret
        )
    except session_token.SessionTokenError:
        raise StoreLocked("The page's ID token is not valid; reload the page.") from None
    if "exp" not in claims:
        raise StoreLocked("The page's ID token has no end; reload the page.")
    return {**claims, "shop": shop_domain(claims["dest"])}


def exchange(shop: str, id_token: str, app: AppKeys, now: datetime) -> Access:
    """An offline access for the ID token of a page. StoreLocked: ask the page for a new one."""
    return _ask(
        shop,
        app,
        now,
        grant_type=_GRANT,
        subject_token=id_token,
        subject_token_type=_SUBJECT,
        requested_token_type=_OFFLINE,
        expiring="1",
    )


def authorize_url(shop: str, app: AppKeys, scopes: list[str], redirect: str, state: str) -> str:
    """Where a browser outside the admin goes to approve the app."""
    shopify.Session.setup(api_key=app.client_id, secret=app.client_secret)
    session = shopify.Session(shop_domain(shop), API_VERSION)
    return str(session.create_permission_url(scopes, redirect, state))


def app_page(shop: str, app: AppKeys) -> str:
    """In the shop's admin; who is signed in nowhere is asked to do so first."""
    return f"https://admin.shopify.com/store/{shop_domain(shop).partition('.')[0]}/apps/{app.client_id}"


def is_signed(query: Mapping[str, str], app: AppKeys) -> bool:
    """Whether Shopify signed this redirect, at most a day ago. ``query`` as the URL had it."""
    shopify.Session.setup(api_key=app.client_id, secret=app.client_secret)
    return "hmac" in query and bool(shopify.Session.validate_params(dict(query)))


def finish(shop: str, code: str, app: AppKeys, now: datetime) -> Access:
    """An offline access for the code of an approved redirect."""
    return _ask(shop, app, now, code=code, expiring="1")


def renew(access: Access, app: AppKeys, now: datetime) -> Access:
    if access.expires_at is None or access.expires_at - now > RENEW_BEFORE:
        return access
    known = access.secrets
    try:
        fresh = _refresh(access.address, known["refresh_token"], app, now)
    except StoreLocked:
        if PREVIOUS not in known:
            raise
        fresh = _refresh(access.address, known[PREVIOUS], app, now)
    return replace(fresh, secrets={**fresh.secrets, PREVIOUS: known["refresh_token"]})


def _refresh(shop: str, token: str, app: AppKeys, now: datetime) -> Access:
    return _ask(shop, app, now, grant_type="refresh_token", refresh_token=token)


def _ask(shop: str, app: AppKeys, now: datetime, **grant: str) -> Access:
    domain = shop_domain(shop)
    answer = http.send(
        "POST",
        f"https://{domain}/admin/oauth/access_token",
        headers={"Content-Type": "application/json", "Accept": "application/json"},
        body=json.dumps(
            {"client_id": app.client_id, "client_secret": app.client_secret, **grant}
        ).encode(),
        writes=False,
    )
    return _access(domain, answer, now)


def _access(domain: str, answer: http.Answer, now: datetime) -> Access:
    content = _content(answer)
    expires_in = content.get("expires_in")
    kept = ("access_token", "refresh_token", "scope")
    secrets = {name: str(content[name]) for name in kept if name in content}
    return Access(
        platform="shopify",
        address=domain,
        secrets={**secrets},
        expires_at=now + timedelta(seconds=expires_in) if expires_in else None,
    )


def _content(answer: http.Answer) -> dict[str, Any]:
    """RFC 6749 §5.2: refusals of a token are 400 or 401 with ``error``."""
    try:
        content = json.loads(answer.body)
    except ValueError:
        content = {}
    if answer.status == 200 and content.get("access_token"):
        return dict(content)
    if answer.status in (400, 401, 403):
        reason = content.get("error", f"status {answer.status}")
        raise StoreLocked(f"Shopify gave no access ({reason}); open the app in the admin again.")
    if answer.status in (404, 410) or 300 <= answer.status < 400:
        raise StoreRefused("No shop answers at this address.")
    raise http.lost(f"Shopify gave no access: status {answer.status}.", writing=False)
