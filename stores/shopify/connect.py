"""Getting and renewing access to a shop (Shopify 2026-10).

Embedded pages bring an ID token, a browser outside brings a code; each is exchanged for an offline
token that lives an hour and a refresh token that lives 90 days. Every refresh replaces both; the
refresh token before stays good until its successor is used, so an answer lost here locks nobody
out.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

import shopify
from pydantic import BeforeValidator, ConfigDict, Field
from shopify import session_token

from stores import http, sentences
from stores.base import Access, AppKeys, Identity, StoreBusy, StoreLocked, StoreRefused
from stores.boundary import decode, text, whole
from stores.handshake import Hurdle, Manner, Places, Returned
from stores.shopify import documents
from stores.shopify.answers import Answer, AppPayload
from stores.shopify.client import API_VERSION, Client, broken, read_answer, shop_domain
from stores.shopify.identity import identify
from stores.texts import _

MERCHANT_SCOPES = (
    "read_products",
    "write_orders",
    "read_locations",
    "write_fulfillments",
    "write_merchant_managed_fulfillment_orders",
    "write_third_party_fulfillment_orders",
)
VENDOR_SCOPES = ("read_products", "write_orders", "write_order_edits", "read_fulfillments")

MANNER = Manner(
    posts_keys=False,
    listed=True,
    revokes=True,
    rights=VENDOR_SCOPES,
    example="your-store.myshopify.com",
)

RENEW_BEFORE = timedelta(minutes=5)
PREVIOUS = "previous_refresh_token"
"""Good until the newest was used (Shopify 2026-08-28), so it is a way back in when two renewed at
the same time."""
SIGNED_FOR = timedelta(days=1)
_SHOP = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com", re.ASCII)
_A_YEAR = 366 * 24 * 3600
_OAUTH_ERRORS = frozenset(
    (
        "access_denied",
        "application_cannot_be_found",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "invalid_subject_token",
        "invalid_target",
        "unauthorized_client",
        "unsupported_grant_type",
    )
)
"""Words with which a token is refused: RFC 6749, 5.2, RFC 8693, 2.2.2, and Shopify's own."""
Secret = Annotated[
    str, BeforeValidator(lambda value: text(value, 4_000)), Field(pattern="^[!-~]*$")
]
_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
_SUBJECT = "urn:ietf:params:oauth:token-type:id_token"
_OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"


def read_id_token(token: str, client_id: str, secrets: Sequence[str]) -> dict[str, Any]:
    """The claims of a valid ID token; ``dest`` alone names the shop. StoreLocked if it is bad.

    Tried with each of the app's secrets: while one is rotated, tokens of both are valid."""
    claims = next(filter(None, (_claims(token, client_id, secret) for secret in secrets)), None)
    if claims is None:
        raise StoreLocked("The page's ID token is not valid; reload the page.")
    if "exp" not in claims:
        raise StoreLocked("The page's ID token has no end; reload the page.")
    return {**claims, "shop": shop_domain(claims["dest"])}


def _claims(token: str, client_id: str, secret: str) -> dict[str, Any] | None:
    try:
        return dict(session_token.decode_from_header(f"Bearer {token}", client_id, secret))
    except session_token.SessionTokenError:
        return None


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


# -- a vendor's shop, outside the admin: the authorization code grant ------------------------------


def address(typed: str) -> str:
    """The shop's own domain and nothing besides: our secret is sent to it."""
    told = typed.strip(" ")
    if not _SHOP.fullmatch(told):
        raise Hurdle("address")
    return told


def look_over(address: str) -> None:
    """From outside there is nothing to see; Shopify tells the browser if there is no such shop."""


def approval_page(
    address: str, app: AppKeys, token: str, places: Places, *, keeps_market: bool
) -> str:
    """A grant replaces the one before it, so a merchant's shop is asked for both roles' scopes."""
    scopes = dict.fromkeys([*VENDOR_SCOPES, *(MERCHANT_SCOPES if keeps_market else ())])
    shopify.Session.setup(api_key=app.client_id, secret=app.client_secret)
    session = shopify.Session(address, API_VERSION)
    return str(session.create_permission_url(list(scopes), places.back, token))


def returned(query: Sequence[tuple[str, str]], secrets: Sequence[str], now: datetime) -> Returned:
    """A redirect that Shopify signed, at most a day ago. Nothing of it is sent twice."""
    fields = dict(query)
    if len(fields) != len(query) or not _is_signed(query, secrets):
        raise ValueError("Shopify did not sign this.")
    if abs(now.timestamp() - int(fields.get("timestamp", ""))) > SIGNED_FOR.total_seconds():
        raise ValueError("This was signed long ago.")
    if not fields.get("code") or not fields.get("state"):
        raise ValueError("This brings nothing back.")
    shop, proof = fields.get("shop", ""), {"code": fields["code"]}
    if shop != address(shop):
        raise ValueError("This names no shop.")
    return Returned(fields["state"], True, shop, proof)


def _is_signed(query: Sequence[tuple[str, str]], secrets: Sequence[str]) -> bool:
    message = "&".join(sorted(_pair(name, value) for name, value in query if name != "hmac"))
    given = dict(query).get("hmac", "").encode()
    return any(
        hmac.compare_digest(
            given, hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest().encode()
        )
        for key in secrets
    )


def _pair(name: str, value: str) -> str:
    """Escaped, so that no value can pass for the next parameter."""
    name = name.replace("%", "%25").replace("=", "%3D")
    return f"{name}={value.replace('%', '%25')}".replace("&", "%26")


def read_keys(body: bytes) -> tuple[str, Mapping[str, str]]:
    raise ValueError("A shop posts no keys; its code comes with the browser.")


def redeem(address: str, proof: Mapping[str, str], app: AppKeys, now: datetime) -> Access:
    """An offline access for the code of an approved redirect."""
    return _ask(address, app, now, code=proof["code"], expiring="1")


def prove(access: Access) -> Identity:
    try:
        identity = identify(Client(access))
    except StoreLocked:
        raise Hurdle("locked") from None
    except StoreBusy:
        raise Hurdle("unreachable") from None
    except StoreRefused:
        raise Hurdle("not_a_shop") from None
    if identity.address != access.address:
        raise Hurdle("other_store")
    missing = [scope for scope in VENDOR_SCOPES if not _has(identity.scopes, scope)]
    if missing:
        raise Hurdle("rights", *missing)
    return identity


def _has(granted: Sequence[str], scope: str) -> bool:
    """Who may write may read."""
    return scope in granted or scope.replace("read_", "write_", 1) in granted


def give_up(access: Access, hooks: str) -> None:
    """Uninstall the app: its tokens and webhooks end with it. One that is gone is gone."""
    with suppress(StoreLocked):
        Client(access).mutate(documents.UNINSTALL, AppPayload)


# -- in both ---------------------------------------------------------------------------------------


def app_page(shop: str, app: AppKeys) -> str:
    """In the shop's admin; who is signed in nowhere is asked to do so first."""
    return f"https://admin.shopify.com/store/{shop_domain(shop).partition('.')[0]}/apps/{app.client_id}"


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


class _Grant(Answer):
    """RFC 6749, 5.1: ``expires_in`` is in seconds; a token without it never expires."""

    model_config = ConfigDict(alias_generator=None)

    access_token: Secret = ""
    refresh_token: Secret = ""
    scope: Secret = ""
    expires_in: Annotated[int, BeforeValidator(whole), Field(ge=0, le=_A_YEAR)] = 0


def _access(domain: str, answer: http.Answer, now: datetime) -> Access:
    grant = _grant(answer)
    told = {
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "scope": grant.scope,
    }
    return Access(
        platform="shopify",
        address=domain,
        secrets={name: value for name, value in told.items() if value},
        expires_at=now + timedelta(seconds=grant.expires_in) if grant.expires_in else None,
    )


def _grant(answer: http.Answer) -> _Grant:
    """RFC 6749, 5.2: refusals of a token are 400 or 401 with ``error``. What is refused in other
    words was not refused by Shopify."""
    content = decode(answer.body)
    told = content if isinstance(content, dict) else {}
    if answer.status == 200:
        grant = read_answer(_Grant, told)
        if not grant.access_token:
            raise broken(writing=False)
        return grant
    reason = text(told.get("error"))
    if answer.status in (400, 401, 403) and reason in _OAUTH_ERRORS:
        raise StoreLocked(sentences.NO_ACCESS % {"reason": reason})
    if answer.status in (404, 410) or 300 <= answer.status < 400:
        raise StoreRefused(_("No shop answers at this address."))
    raise http.lost(sentences.NO_ACCESS_STATUS % {"status": answer.status}, writing=False)
