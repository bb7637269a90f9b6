"""Getting access to a WooCommerce site by its own approval page (wc-auth v1, recorded on 10.5)."""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from stores.base import Access, AppKeys

SCOPE = "read_write"


def site_url(text: str) -> str:
    """What a person typed as ``https://shop.example.com/path``. ValueError with a sentence.

    A path is kept (WordPress may live in a folder); what people copy along from their browser
    (``/wp-admin/…``, ``/wp-json/…``, queries) is cut off.
    """
    typed = text.strip()
    parts = urlsplit(typed if "://" in typed else f"https://{typed}")
    if parts.scheme != "https":
        raise ValueError("The store must be reached by https.")
    if not parts.hostname or "." not in parts.hostname or parts.username or parts.password:
        raise ValueError("This is not the address of a store.")
    if parts.port not in (None, 443):
        raise ValueError("The store must answer on the usual port.")
    path = parts.path.partition("/wp-")[0].rstrip("/")
    return f"https://{parts.hostname}{path}"


def authorize_url(site: str, *, app_name: str, token: str, back: str, callback: str) -> str:
    """Where the shop manager approves us. ``token``: unguessable, of ``[A-Za-z0-9_-]`` (anything
    else comes back mangled); it returns as ``user_id`` with the keys, which nobody signs.
    ``callback`` must be https."""
    query = {
        "app_name": app_name,
        "scope": SCOPE,
        "user_id": token,
        "return_url": back,
        "callback_url": callback,
    }
    return f"{site_url(site)}/wc-auth/v1/authorize?{urlencode(query)}"


def read_callback(body: bytes) -> tuple[str, dict[str, str]]:
    """(our token, the secrets of an Access). ValueError for what no store would send."""
    content = json.loads(body)
    if not isinstance(content, dict) or content.get("key_permissions") != SCOPE:
        raise ValueError("The store's answer holds no key that may read and write.")
    secrets = {name: str(content.get(name) or "") for name in ("consumer_key", "consumer_secret")}
    if not all(secrets.values()):
        raise ValueError("The store's answer holds no key.")
    return str(content.get("user_id") or ""), secrets


def access(site: str, secrets: dict[str, str]) -> Access:
    return Access(platform="woocommerce", address=site_url(site), secrets=secrets)


def renew(access: Access, app: AppKeys, now: datetime) -> Access:
    """Keys never expire; they end when somebody deletes them, and calls then raise StoreLocked."""
    return access
