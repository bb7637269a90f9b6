"""Who is asking: Basic or query keys over https, OAuth 1.0a (one-legged) over http.

WooCommerce 10.5.0: class-wc-rest-authentication.php.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from werkzeug.wrappers import Request

from sandbox.woocommerce.answers import RestError
from sandbox.woocommerce.models import Key
from sandbox.woocommerce.php import leading_int, parse_query

OAUTH = ["consumer_key", "timestamp", "nonce", "signature", "signature_method"]
CLOCK_WINDOW = 15 * 60
READING = ("GET", "HEAD", "OPTIONS")


def refused(message: str) -> RestError:
    return RestError("woocommerce_rest_authentication_error", message, 401)


def authenticate(request: Request, keys: list[Key], home: str, now: float) -> Key | None:
    """The key that signed the request, None for nobody; RestError when the proof is wrong.

    An unknown key over https counts as nobody: the 401 is the same as without any key.
    """
    query = parse_query(request.query_string.decode())
    if request.is_secure:
        key = _basic(request, query, keys)
        if key:
            return key
    return _oauth(request, query, keys, home, now)


def check_permission(key: Key, method: str) -> None:
    right = "read" if method in READING else "write"
    if right not in key.permissions:
        raise refused(f"The API key provided does not have {right} permissions.")


def _basic(request: Request, query: dict[str, Any], keys: list[Key]) -> Key | None:
    name, secret = query.get("consumer_key"), query.get("consumer_secret")
    if not (name and secret) and request.authorization:
        name, secret = request.authorization.username, request.authorization.password
    key = _find(keys, name)
    if key and not hmac.compare_digest(key.secret.encode(), (secret or "").encode()):
        raise refused("Consumer secret is invalid.")
    return key


def _find(keys: list[Key], name: str | None) -> Key | None:
    return next((each for each in keys if each.key == name), None)


def _oauth(
    request: Request, query: dict[str, Any], keys: list[Key], home: str, now: float
) -> Key | None:
    missing = [name for name in OAUTH if not query.get(f"oauth_{name}")]
    if len(missing) == len(OAUTH):
        return None
    if missing:
        names = ", ".join(f"oauth_{name}" for name in missing)
        raise RestError(
            "woocommerce_rest_authentication_missing_parameter",
            f"Missing OAuth parameter {names}",
            401,
        )
    key = _find(keys, query["oauth_consumer_key"])
    if key is None:
        raise refused("Consumer key is invalid.")
    _check_signature(request, query, key, home)
    _check_nonce(query, key, now)
    return key


def _check_signature(request: Request, query: dict[str, Any], key: Key, home: str) -> None:
    given = unquote(query["oauth_signature"].replace(" ", "+"))
    signed = {name: value for name, value in query.items() if name != "oauth_signature"}
    method = query["oauth_signature_method"]
    if method not in ("HMAC-SHA1", "HMAC-SHA256"):
        raise refused("Invalid signature - signature method is invalid.")
    # PHP takes "//wp-json/wc/v3" for a host and its path: why "//" in a store URL breaks OAuth
    path = urlsplit(request.environ["PATH_INFO"]).path
    base = "&".join([request.method, quote(home + path, ""), _normalized(signed)])
    digest = hashlib.sha1 if method == "HMAC-SHA1" else hashlib.sha256
    wanted = hmac.new(f"{key.secret}&".encode(), base.encode(), digest).digest()
    if not hmac.compare_digest(base64.b64encode(wanted), given.encode()):
        raise refused("Invalid signature - provided signature does not match.")


def _normalized(params: dict[str, Any]) -> str:
    pairs = _pairs({name: params[name] for name in sorted(params)})
    return "%26".join(quote(pair, "~") for pair in pairs)


def _pairs(params: dict[str, Any], inside: str = "") -> list[str]:
    found: list[str] = []
    for name, value in params.items():
        encoded = quote(name, "~")
        path = f"{inside}%5B{encoded}%5D" if inside else encoded
        if isinstance(value, dict):
            found += _pairs(value, path)
        else:
            found.append(f"{path}={quote(value, '~')}")
    return found


def _check_nonce(query: dict[str, Any], key: Key, now: float) -> None:
    """Seconds since 1970 within 15 minutes of the store's clock, and each nonce once."""
    stamp, nonce = query["oauth_timestamp"], query["oauth_nonce"]
    if abs(leading_int(stamp) - now) > CLOCK_WINDOW:
        raise refused("Invalid timestamp.")
    if (stamp, nonce) in key.nonces:
        raise refused("Invalid nonce - nonce has already been used.")
    key.nonces.add((stamp, nonce))
    if len(key.nonces) > 1000:
        key.nonces = {each for each in key.nonces if now - leading_int(each[0]) < CLOCK_WINDOW}
