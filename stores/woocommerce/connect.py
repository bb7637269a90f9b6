"""Getting access to a WooCommerce site by its own approval page (wc-auth v1, recorded on 10.5).

Nobody signs what comes back: the key arrives in a POST that anybody could send, and the browser
returns with plain parameters. Our token ties the three together, and a call proves the key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from stores import boundary, guard
from stores.base import Access, AppKeys, Identity, StoreError, StoreLocked
from stores.errors import Trouble
from stores.handshake import Hurdle, Manner, Places, Returned
from stores.woocommerce import visit
from stores.woocommerce.client import Client
from stores.woocommerce.identity import identify
from stores.woocommerce.subscribing import webhooks_of

APP_NAME = "Sluice"
SCOPE = "read_write"
MANNER = Manner(
    posts_keys=True,
    listed=False,
    revokes=False,
    rights=(SCOPE,),
    example="https://shop.example.com",
)
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_HOST = re.compile(rf"({_LABEL}\.)+(?=[a-z0-9-]*[a-z]){_LABEL}", re.ASCII)
"""A name with a dot, and letters at its end: not a number that stands for an address."""
_PATH = re.compile(r"(/[\w.~-]+)*", re.ASCII)


def address(typed: str) -> str:
    """What a person typed as ``https://shop.example.com/path``. Raises Hurdle.

    A path is kept (WordPress may live in a folder); what people copy along from their browser
    (``/wp-admin/…``, ``/wp-json/…``, queries) is cut off.
    """
    text = typed.strip(" ")
    if any(ord(letter) < 33 or letter == "\\" for letter in text):
        raise Hurdle("address")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        origin = guard.origin_of(parts.geturl())
    except ValueError:
        raise Hurdle("address") from None
    path = parts.path.partition("/wp-")[0].rstrip("/")
    if "@" in parts.netloc or not _PATH.fullmatch(path) or ".." in path:
        raise Hurdle("address")
    if guard.is_allowed(origin):
        return f"{parts.scheme}://{parts.netloc.lower()}{path}"
    if not _HOST.fullmatch(origin[1]) or len(origin[1]) > 253:
        raise Hurdle("address")
    if origin[0] != "https":
        raise Hurdle("address_http")
    if origin[2] != guard.PORTS["https"]:
        raise Hurdle("address_port")
    return f"https://{origin[1]}{path}"


def look_over(address: str) -> None:
    visit.look_over(address)


def approval_page(
    address: str, app: AppKeys, token: str, places: Places, *, keeps_market: bool
) -> str:
    """Where the shop manager approves us. The token returns as ``user_id`` with the keys, and is
    mangled there if it holds anything but ``[A-Za-z0-9_-]``. ``places.keys`` must be https."""
    query = {
        "app_name": APP_NAME,
        "scope": SCOPE,
        "user_id": token,
        "return_url": places.back,
        "callback_url": places.keys,
    }
    return f"{address}/wc-auth/v1/authorize?{urlencode(query)}"


def returned(query: Sequence[tuple[str, str]], secrets: Sequence[str], now: datetime) -> Returned:
    fields = dict(query)
    if len(fields) != len(query) or not fields.get("user_id"):
        raise ValueError("This brings nothing back.")
    return Returned(fields["user_id"], fields.get("success") == "1")


class _Keys(boundary.Told):
    """What the store's server posts after its owner agreed (wc-auth v1)."""

    user_id: boundary.Text = ""
    key_permissions: boundary.Text = ""
    consumer_key: boundary.Text = ""
    consumer_secret: boundary.Text = ""


def read_keys(body: bytes) -> tuple[str, Mapping[str, str]]:
    """What the store's server posts. ValueError for what no store would send."""
    try:
        told = boundary.read(_Keys, boundary.decode(body))
    except boundary.Unreadable:
        raise ValueError("The store's answer holds no key.") from None
    if told.key_permissions != SCOPE:
        raise ValueError("The store's answer holds no key that may read and write.")
    secrets = {"consumer_key": told.consumer_key, "consumer_secret": told.consumer_secret}
    if not all(secrets.values()):
        raise ValueError("The store's answer holds no key.")
    return told.user_id, secrets


def redeem(address: str, proof: Mapping[str, str], app: AppKeys, now: datetime) -> Access:
    """The key is what we keep; nothing is exchanged for it."""
    return Access(platform="woocommerce", address=address, secrets=dict(proof))


def prove(access: Access) -> Identity:
    """Read who it is, then write nothing: an empty batch needs the right and changes no order."""
    client, identity = Client(access), None
    try:
        identity = identify(client)
        client.put("orders/batch", {})
    except StoreLocked:
        if identity:
            raise Hurdle("read_only") from None
        raise Hurdle("header" if visit.loses_the_header(access) else "locked") from None
    except StoreError as error:
        raise _hurdle(error, access.address) from None
    _must_be_at_home(access.address, identity.id)
    return identity


def _hurdle(error: StoreError, address: str) -> Hurdle:
    """Why the store could not be used, for the sentence that tells its owner what to do."""
    if error.code is Trouble.FIREWALL:
        return Hurdle("firewall", visit.place(address))
    return Hurdle(_HURDLES.get(error.code, "broken"))


_HURDLES = {
    Trouble.UNREACHABLE: "unreachable",
    Trouble.CERTIFICATE: "certificate",
    Trouble.UNREADABLE: "unreadable",
    Trouble.THROTTLED: "unreachable",
    Trouble.MAINTENANCE: "maintenance",
    Trouble.REFUSED: "not_a_shop",
}


def _must_be_at_home(asked: str, home: str) -> None:
    """One store under two addresses would be two stores to us, each with its vendor."""
    if guard.is_allowed(guard.origin_of(asked)) or _place(home) == _place(asked):
        return
    try:
        named = address(home.replace("http://", "https://", 1))
    except Hurdle:
        raise Hurdle("other_store") from None
    raise Hurdle("other_store", named)


def _place(url: str) -> str:
    return url.lower().partition("://")[2].rstrip("/")


def give_up(access: Access, hooks: str) -> None:
    """Our webhooks go; the key can only be deleted by its owner. One that is gone is gone."""
    client = Client(access)
    with suppress(StoreLocked):
        for hook in [hook for hook in webhooks_of(client) if hook.delivery_url == hooks]:
            client.delete(f"webhooks/{hook.id}", force="true")


def renew(access: Access, app: AppKeys, now: datetime) -> Access:
    """Keys never expire; they end when somebody deletes them, and calls then raise StoreLocked."""
    return access
