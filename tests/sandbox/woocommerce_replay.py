"""Recorded requests of real stores, sent to the sandbox, and what differs in the answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from werkzeug.test import Client, EnvironBuilder, TestResponse
from werkzeug.wrappers import Request
from woocommerce.oauth import OAuth

from sandbox.clock import SettableClock
from sandbox.woocommerce import WooStore
from sandbox.world import World

RECORDED = Path(__file__).parents[1] / "recorded" / "woocommerce"
STARTED = datetime(2026, 11, 23, 9, 24, 11, tzinfo=UTC)
NOT_KEPT = {"ok": True}
"""Stands in a recording for a body that was not kept."""
SIGNED = ("oauth_", "consumer_")
OWN_VALUES = frozenset(
    [
        "id",
        "date_created",
        "date_created_gmt",
        "date_modified",
        "date_modified_gmt",
        "date_paid",
        "date_paid_gmt",
        "date_completed",
        "date_completed_gmt",
        "date_updated",
        "order_key",
        "number",
        "payment_url",
        "href",
        "tracking_id",
        "item_id",
        "date_shipped",
        "price_html",
        "_wp_trash_meta_time",
        "_date_fulfilled",
        "related_ids",
        "permalink",
        "permalink_template",
        "home_url",
        "site_url",
        "url",
        "home",
        "arg",
        "key_id",
        "consumer_key",
        "consumer_secret",
    ]
)
"""Keys whose values depend on the moment or on a counter: only their types are compared."""


@dataclass(frozen=True)
class Recording:
    """One recorded request with its answer; ``name`` is ``group/file`` without the ending."""

    name: str
    request: dict[str, Any]
    response: dict[str, Any]

    @property
    def at(self) -> datetime | None:
        date = self.response.get("headers", {}).get("Date")
        return parsedate_to_datetime(date) if date else None

    @property
    def params(self) -> dict[str, Any]:
        """Without the signature and the keys."""
        sent = self.request.get("params") or {}
        return {name: each for name, each in sent.items() if not name.startswith(SIGNED)}

    @property
    def auth(self) -> str:
        """oauth, query, basic or none."""
        sent = self.request.get("params") or {}
        if "oauth_consumer_key" in sent:
            return "oauth"
        if "consumer_key" in sent:
            return "query"
        return "basic" if "Authorization" in self.request["headers"] else "none"


def recording(name: str) -> Recording:
    found = json.loads((RECORDED / f"{name}.json").read_text())
    return Recording(name, found["request"], found["response"])


@dataclass
class Site:
    """A store with the keys that the recordings used."""

    store: WooStore
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Posted:
    """What a store sent to somebody's server."""

    url: str
    headers: dict[str, str]
    body: bytes


class Replay:
    """A world with a settable clock whose outgoing posts are kept and answered by their path."""

    def __init__(self) -> None:
        self.clock = SettableClock(STARTED)
        self.posted: list[Posted] = []
        self.world = World(self.clock, post=self._post)
        self.client = Client(self.world.wsgi)
        self.differences: dict[str, list[str]] = {}

    def _post(self, url: str, headers: Any, body: bytes) -> int:
        target = urlsplit(url)
        self.posted.append(Posted(url, dict(headers), body))
        if target.port in (9, 9999):
            return 0
        return {"fail": 500, "redirect": 302}.get(target.path.split("/")[1], 200)

    def play(self, site: Site, name: str, late: int = 0, **how: Any) -> TestResponse:
        """Send the recorded request and keep what differs from the recorded answer.

        ``late`` is in seconds: the answer was dated later than what it did.
        """
        recorded = recording(name)
        if recorded.at:
            self.clock.moment = max(self.clock.moment, recorded.at - timedelta(seconds=late))
        answer = self.send(site, recorded, **how)
        self.differences[name] = list(compare(recorded.response, answer))
        return answer

    def send(
        self,
        site: Site,
        recorded: Recording,
        *,
        key: str = "read_write",
        auth: str = "",
        https: bool | None = None,
        signed_host: str = "",
        params: dict[str, str] | None = None,
        signed_at: int = 0,
    ) -> TestResponse:
        auth = auth or recorded.auth
        secure = auth in ("basic", "query") if https is None else https
        base = f"{'https' if secure else 'http'}://{site.store.host}"
        ck, cs = site.keys.get(key, ("", ""))
        query = urlencode({**recorded.params, **(params or {})}, doseq=True)
        if auth == "oauth":
            query = self.signed(recorded, signed_host or base, (ck, cs), signed_at)
        elif auth == "query":
            query = "&".join(
                [urlencode({"consumer_key": ck, "consumer_secret": cs}), *filter(None, [query])]
            )
        headers = {
            name: value
            for name, value in recorded.request["headers"].items()
            if name.lower() in ("accept", "content-type", "user-agent", "idempotency-key")
        }
        builder = EnvironBuilder(
            "/",
            base_url=base,
            query_string=query,
            method=recorded.request["method"],
            headers=headers,
            data=_body(recorded.request.get("body")),
            auth=(ck, cs) if auth == "basic" else None,
        )
        environ = builder.get_environ()
        environ["PATH_INFO"] = recorded.request["path"]  # a builder would read "//x" as a host
        return self.client.open(Request(environ))

    def signed(self, recorded: Recording, base: str, key: tuple[str, str], late: int = 0) -> str:
        """As the woocommerce client does it: signed over the URL, then every parameter again."""
        params = {
            name: value[1:] if isinstance(value, list) else value
            for name, value in recorded.params.items()
        }
        url = f"{base}{recorded.request['path']}?{urlencode(params)}"
        oauth = OAuth(
            url,
            *key,
            version="wc/v3",
            method=recorded.request["method"],
            oauth_timestamp=int(self.clock.moment.timestamp()) + late,
        )
        prepared = requests.Request("GET", oauth.get_oauth_url(), params=params).prepare()
        return urlsplit(prepared.url or "").query

    def check_post(self, name: str, path: str) -> None:
        """Compare a recorded delivery with the last post to ``path``."""
        recorded = json.loads((RECORDED / f"{name}.json").read_text())
        found = [each for each in self.posted if urlsplit(each.url).path == path]
        self.differences[name] = list(_of_post(recorded, found[-1])) if found else ["not sent"]


CONSTANT = ("content-type", "x-wc-webhook-topic", "x-wc-webhook-resource", "x-wc-webhook-event")
BY_HTTP = {"host", "accept", "accept-encoding", "connection", "content-length"}


def _of_post(recorded: dict[str, Any], posted: Posted) -> Iterator[str]:
    """Headers that the HTTP client adds are left out; the signature is computed again."""
    wanted = {name.lower(): value for name, value in recorded["request"]["headers"].items()}
    got = {name.lower(): value for name, value in posted.headers.items()}
    if wanted.keys() - BY_HTTP != got.keys() - BY_HTTP:
        yield f"headers {sorted(got)} instead of {sorted(wanted)}"
    for name in CONSTANT:
        if got.get(name) != wanted.get(name):
            yield f"{name}: {got.get(name)} instead of {wanted.get(name)}"
    if "secret" in recorded:
        digest = hmac.new(recorded["secret"].encode(), posted.body, hashlib.sha256).digest()
        if base64.b64encode(digest).decode() != got["x-wc-webhook-signature"]:
            yield "the signature does not match"
    body = recorded["request"]["body"]
    if wanted.get("content-type", "").startswith("application/json"):
        yield from differences(body, json.loads(posted.body), "")
    elif body.partition("=")[0] != posted.body.decode().partition("=")[0]:
        yield f"{posted.body!r} instead of {body!r}"


def _body(sent: Any) -> bytes | None:
    if sent is None:
        return None
    return (sent if isinstance(sent, str) else json.dumps(sent)).encode()


def compare(recorded: dict[str, Any], answer: TestResponse) -> Iterator[str]:
    if answer.status_code != recorded["status"]:
        yield f"status {answer.status_code} instead of {recorded['status']}: {answer.text[:300]}"
        return
    wanted = recorded["headers"]
    for name in ("X-WP-Total", "X-WP-TotalPages", "Retry-After"):
        if answer.headers.get(name) != wanted.get(name):
            yield f"{name}: {answer.headers.get(name)} instead of {wanted.get(name)}"
    if ("Location" in wanted) != ("Location" in answer.headers):
        yield f"Location: {answer.headers.get('Location')} instead of {wanted.get('Location')}"
    if ('rel="next"' in wanted.get("Link", "")) != ('rel="next"' in answer.headers.get("Link", "")):
        yield "Link: a next page here and not there"
    kind = wanted.get("Content-Type", "").split(";")[0]
    if kind and answer.mimetype != kind:
        yield f"content type {answer.mimetype} instead of {kind}"
    body = recorded["body"]
    if isinstance(body, dict) and body.pop("trimmed", False):
        found = differences(body, answer.json, "")
        yield from (each for each in found if not each.endswith("is not in the recording"))
    elif answer.is_json and isinstance(body, dict | list) and body != NOT_KEPT:
        yield from differences(body, answer.json, "")
    elif kind == "text/html" and "</html>" in body and landmarks(body) != landmarks(answer.text):
        yield f"page: {landmarks(answer.text)} instead of {landmarks(body)}"


def landmarks(page: str) -> dict[str, Any]:
    """What a program or a person holds on to in a page: fields, links, grants, the error."""
    error = re.search(r'class="wp-die-message">(.*?)</div>', page, re.S)
    return {
        "fields": sorted(re.findall(r'<(?:input|button)[^>]* name="([^"]+)"', page)),
        "links": sorted(re.findall(r'class="button[^"]*(wc-auth-\w+)"', page)),
        "grants": re.findall(r"<li>([^<]+)</li>", page),
        "error": error.group(1).strip() if error else "",
    }


def differences(wanted: Any, got: Any, path: str, own: bool = False) -> Iterator[str]:
    """Recorded bodies without ``_links`` were shortened when recorded: they may lack keys."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        yield from _of_objects(wanted, got, path)
    elif isinstance(wanted, list) and isinstance(got, list):
        yield from _of_lists(wanted, got, path)
    elif _kind(wanted) != _kind(got) or wanted != got and not own:
        yield f"{path}: {got!r} instead of {wanted!r}"


def _kind(value: Any) -> str:
    return "number" if type(value) in (int, float) else type(value).__name__


def _of_objects(wanted: dict[str, Any], got: dict[str, Any], path: str) -> Iterator[str]:
    for key in wanted.keys() - got.keys():
        yield f"{path}.{key} is missing"
    if "_links" in wanted or "_links" not in got:
        for key in got.keys() - wanted.keys():
            yield f"{path}.{key} is not in the recording"
    own_entry = wanted.get("key") in OWN_VALUES
    for key in wanted.keys() & got.keys():
        own = key in OWN_VALUES or path.endswith("error") or (own_entry and key == "value")
        yield from differences(wanted[key], got[key], f"{path}.{key}", own)


def _of_lists(wanted: list[Any], got: list[Any], path: str) -> Iterator[str]:
    if len(wanted) != len(got):
        yield f"{path} has {len(got)} entries instead of {len(wanted)}"
        return
    if path.endswith(("meta_data", "refunds")):
        wanted, got = sorted(wanted, key=_first), sorted(got, key=_first)
    own = path.rpartition(".")[2] in OWN_VALUES
    for at, (one, other) in enumerate(zip(wanted, got, strict=True)):
        yield from differences(one, other, f"{path}[{at}]", own)


def _first(entry: Any) -> str:
    return str(entry.get("key") or entry.get("total")) if isinstance(entry, dict) else str(entry)
