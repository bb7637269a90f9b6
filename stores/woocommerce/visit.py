"""A site seen from outside, without a key: whether it has WooCommerce, and what stands in the way.

    GET <address>/wp-json/              the API, as every store with pretty permalinks has it
    GET <origin>/wp-json/               the same without the path that was typed
    GET <address>/?rest_route=/         WordPress answers this at any path, so it is asked last

WordPress: https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/
"""

from __future__ import annotations

import base64
import re
from urllib.parse import urlencode, urlsplit

from stores import boundary, http
from stores.base import Access, StoreBusy, StoreRefused
from stores.errors import BadCertificate
from stores.handshake import Hurdle
from stores.woocommerce import challenges

API, OLDER = "wc/v3", "wc/v"
LIMIT = 1024 * 1024
DEADLINE = 8.0

_MAINTENANCE = re.compile(rb"maintenance|wartung|mantenimiento|manutenzione", re.IGNORECASE)
_HEAD = 64 * 1024


def look_over(address: str) -> None:
    """Raises the Hurdle that stands in the way, if one does."""
    found, odd = _asked(f"{address}/wp-json/?_fields=namespaces")
    if found is None:
        origin = _origin(address)
        if origin != address and API in (_asked(f"{origin}/wp-json/?_fields=namespaces")[0] or ()):
            raise Hurdle("wrong_path", origin)
        found, _ = _asked(f"{address}/?rest_route=/&_fields=namespaces")
        if API in (found or ()):
            raise Hurdle("permalinks")
    if found is None:
        raise odd or Hurdle("not_a_shop")
    if API not in found:
        older = any(name.startswith(OLDER) for name in found)
        raise Hurdle("too_old" if older else "no_plugin")


def place(address: str) -> str:
    """What a firewall must let us reach."""
    return f"{address}/wp-json/{API}/"


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _asked(url: str) -> tuple[list[str] | None, Hurdle | None]:
    """The parts of the site's API, None where no WordPress answers; and what else the answer says.
    Raises the Hurdle that makes all further questions useless."""
    answer = _get(url)
    content = boundary.decode(answer.body)
    hurdle = in_the_way(answer, url, content)
    if hurdle is not None and hurdle.code != "redirects":
        raise hurdle
    names = content.get("namespaces") if isinstance(content, dict) else None
    if answer.status == 200 and isinstance(names, list):
        return [boundary.text(name) for name in names], None
    return None, hurdle


def in_the_way(answer: http.Answer, url: str, content: object) -> Hurdle | None:
    """Why a site cannot be connected, by one of its answers; None where nothing is in the way."""
    barred = place(re.split(r"/wp-json/|/?\?", url)[0])
    if challenges.is_challenge(answer) or (content is None and challenges.is_refusal(answer)):
        return Hurdle("firewall", barred)
    if 300 <= answer.status < 400:
        return Hurdle("redirects", *_target(answer))
    if answer.status in (401, 403, 406, 429):
        return Hurdle("barred" if content is not None else "firewall", barred)
    if answer.status == 503 and _is_maintenance(answer, content):
        return Hurdle("maintenance")
    return Hurdle("broken") if answer.status >= 500 else None


def _target(answer: http.Answer) -> tuple[str, ...]:
    """The site that a redirect leads to, without what was asked for there."""
    found = boundary.link(answer.headers.get("Location", ""))
    return (re.split(r"/wp-json|[?#]", found)[0].rstrip("/"),) if found else ()


def _is_maintenance(answer: http.Answer, content: object) -> bool:
    if "Retry-After" in answer.headers or _MAINTENANCE.search(answer.body[:_HEAD]):
        return True
    return isinstance(content, dict) and content.get("code") == "wp_die"


def loses_the_header(access: Access) -> bool:
    """Whether a key that the store did not accept never reached it, because its server removes the
    Authorization header. Asked with a made-up secret: WooCommerce answers that the *secret* is
    wrong (``woocommerce_rest_authentication_error``) wherever it sees a key that it knows, and
    tells nothing of an unknown one
    (https://github.com/woocommerce/woocommerce/blob/trunk/plugins/woocommerce/includes/class-wc-rest-authentication.php,
    tried on 10.5)."""
    key = access.secrets["consumer_key"]
    url = f"{access.address}/wp-json/{API}/system_status?_fields=environment"
    pair = base64.b64encode(f"{key}:{_MADE_UP}".encode()).decode()
    if _knows_the_key(_get(url, Authorization=f"Basic {pair}")):
        return False
    return _knows_the_key(
        _get(f"{url}&{urlencode({'consumer_key': key, 'consumer_secret': _MADE_UP})}")
    )


_MADE_UP = "cs_made_up_to_see_whether_the_key_arrives"


def _knows_the_key(answer: http.Answer) -> bool:
    content = boundary.decode(answer.body)
    code = content.get("code") if isinstance(content, dict) else None
    return answer.status == 200 or code == "woocommerce_rest_authentication_error"


def _get(url: str, **more: str) -> http.Answer:
    headers = {"Accept": "application/json", **more}
    if url.startswith("http:"):
        headers["X-Forwarded-Proto"] = "https"
    try:
        return http.send("GET", url, headers=headers, limit=LIMIT, deadline=DEADLINE)
    except BadCertificate:
        raise Hurdle("certificate") from None
    except StoreRefused:
        raise Hurdle("address_http") from None
    except StoreBusy:
        raise Hurdle("unreachable") from None
