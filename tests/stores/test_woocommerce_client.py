"""What stands between us and a WooCommerce site is told apart from what the site itself says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from stores import http
from stores.base import (
    Access,
    OutcomeUnknown,
    StoreBusy,
    StoreError,
    StoreLocked,
    StoreRefused,
)
from stores.errors import Trouble
from stores.woocommerce.client import Client
from stores.woocommerce.store import WooStore, open_store
from tests.stores.cast import ORDER

ACCESS = Access(
    "woocommerce",
    "https://vera.example.com",
    {"consumer_key": "ck_1", "consumer_secret": "cs_1"},
)
PAGE = b"<!DOCTYPE html><html><head><title>403 Forbidden</title></head></html>"
CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
CANARY = "Quentin Canary, 7 Feather Lane, +33 6 12 34 56 78"
Said = tuple[int, dict[str, str], bytes]


class Site(BaseAdapter):
    """Answers each call by ``say`` and remembers (method, path with query, body)."""

    def __init__(self, say: Callable[[requests.PreparedRequest], Said]) -> None:
        super().__init__()
        self._say = say
        self.heard: list[tuple[str, str, str]] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        body = request.body or b""
        text = body.decode() if isinstance(body, bytes) else str(body)
        self.heard.append((str(request.method), str(request.path_url), text))
        status, headers, content = self._say(request)
        response = requests.Response()
        response.status_code, response.url = status, str(request.url)
        response.headers.update(headers)
        response.raw = BytesIO(content)
        return response

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def back_to_the_internet() -> Iterator[None]:
    yield
    http.use_adapter(None)


def site(say: Callable[[requests.PreparedRequest], Said]) -> Site:
    adapter = Site(say)
    http.use_adapter(adapter)
    return adapter


def client_of(status: int, body: bytes, **headers: str) -> Client:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    site(lambda _request: (status, named, body))
    return Client(ACCESS)


def error(code: str, message: str = CANARY, status: int = 401) -> bytes:
    return json.dumps({"code": code, "message": message, "data": {"status": status}}).encode()


def raised(call: Callable[[], Any]) -> StoreError:
    with pytest.raises(StoreError) as caught:
        call()
    return caught.value


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    "code", ["woocommerce_rest_cannot_view", "woocommerce_rest_authentication_error"]
)
def test_access_is_lost_by_woocommerces_own_word(status: int, code: str) -> None:
    lost = raised(lambda: client_of(status, error(code)).get("orders"))
    assert isinstance(lost, StoreLocked)
    assert "Canary" not in lost.words


@pytest.mark.parametrize("status", [401, 403, 405, 406, 501])
@pytest.mark.parametrize(
    "body",
    [PAGE, b"", b"Forbidden", error("rest_forbidden"), error("itsec_rest_api_access_restricted")],
)
def test_anybody_elses_no_is_a_firewall_and_loses_no_access(status: int, body: bytes) -> None:
    away = raised(lambda: client_of(status, body).get("orders"))
    assert isinstance(away, StoreBusy)
    assert away.code is Trouble.FIREWALL
    assert "Canary" not in away.words


@pytest.mark.parametrize("status", [400, 409, 418, 444, 456, 493])
@pytest.mark.parametrize("body", [PAGE, b"", b"Blocked"])
def test_a_page_in_place_of_an_answer_is_a_firewall_whatever_its_status(
    status: int, body: bytes
) -> None:
    away = raised(lambda: client_of(status, body).get("orders"))
    assert away.code is Trouble.FIREWALL


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Age", "7"),
        ("X-Varnish", "32770 3"),
        ("X-Cache", "TCP_MEM_HIT from a.example.com"),
        ("X-FastCGI-Cache", "STALE"),
        ("CF-Cache-Status", "UPDATING"),
        ("x-litespeed-cache", "hit,private"),
    ],
)
def test_an_answer_that_a_cache_made_is_none(name: str, value: str) -> None:
    assert raised(lambda: client_of(200, b"[]", **{name: value}).get("orders")).code is (
        Trouble.CACHED
    )


@pytest.mark.parametrize(
    ("name", "value"), [("Age", "0"), ("X-Varnish", "32770"), ("X-Cache", "MISS"), ("Cache", "")]
)
def test_an_answer_that_went_past_a_cache_is_believed(name: str, value: str) -> None:
    assert client_of(200, b"[]", **{name: value}).get("orders") == []


@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_challenge_page_passes_by_itself(status: int) -> None:
    client = client_of(status, CHALLENGE)
    away = raised(lambda: client.get("orders"))
    assert isinstance(away, StoreBusy)
    assert away.code is Trouble.FIREWALL


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 520])
@pytest.mark.parametrize("code", ["internal_server_error", CANARY])
def test_nothing_of_a_broken_answer_is_quoted(status: int, code: str) -> None:
    client = client_of(status, error(code), Retry_After="60")
    calls: tuple[Callable[[], Any], ...] = (
        lambda: client.get("orders"),
        lambda: client.post("orders", {}),
        lambda: client.put("orders/1", {}),
    )
    for call in calls:
        assert "Canary" not in raised(call).words


def test_the_words_of_a_refusal_are_cut_and_make_one_line() -> None:
    refused = raised(
        lambda: client_of(400, error("rest_invalid_param", "no\r\n" * 500_000)).post("orders", {})
    )
    assert isinstance(refused, StoreRefused)
    assert len(refused.words) <= 500
    assert "\n" not in refused.words


@pytest.mark.parametrize("told", ["inf", "nan", "1e300", "-1", "soon"])
def test_a_pause_without_end_is_ignored(told: str) -> None:
    busy = raised(lambda: client_of(429, PAGE, Retry_After=told).get("orders"))
    assert isinstance(busy, StoreBusy)
    assert busy.retry_after is None


def test_each_question_is_asked_under_another_address() -> None:
    asked = site(lambda _request: (200, {}, b"[]"))
    client = Client(ACCESS)
    client.get("orders")
    client.get("orders")
    assert len({path for _, path, _ in asked.heard}) == 2


@pytest.mark.parametrize(
    "header",
    [
        {"X-LiteSpeed-Cache": "hit"},
        {"CF-Cache-Status": "HIT"},
        {"Age": "31"},
        {"X-Cache": "HIT from edge"},
    ],
)
def test_an_answer_that_a_cache_says_is_its_own_is_not_believed(header: dict[str, str]) -> None:
    site(lambda _request: (200, header, b"[]"))
    busy = raised(lambda: Client(ACCESS).get("orders"))
    assert busy.code is Trouble.CACHED


def test_not_found_is_not_believed_from_a_cache_that_hides_itself() -> None:
    """It answers every address with what it once kept, and says nothing of it."""
    kept = error("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", 404)
    site(lambda _request: (404, {}, kept))
    store = WooStore(Client(ACCESS))
    assert raised(lambda: store.read_order("7")).code is Trouble.CACHED
    site(lambda _request: (200, {}, b"[]"))
    assert raised(lambda: store.find_orders("SL-1", _now())).code is Trouble.CACHED


def test_a_site_that_wraps_no_json_is_believed_without_it() -> None:
    def say(request: requests.PreparedRequest) -> Said:
        if "_jsonp" in str(request.path_url):
            return 400, {}, error("rest_callback_disabled", status=400)
        return 200, {}, b"[]"

    site(say)
    assert WooStore(Client(ACCESS)).find_orders("SL-1", _now()) == []


@pytest.mark.parametrize("status", [429, 500, 502, 504])
def test_a_store_that_fails_for_a_moment_is_not_asked_its_cache_instead(status: int) -> None:
    """The cache keeps the empty list from before the order came."""

    def say(request: requests.PreparedRequest) -> Said:
        return (status, {}, b"") if "_jsonp" in str(request.path_url) else (200, {}, b"[]")

    site(say)
    assert isinstance(
        raised(lambda: WooStore(Client(ACCESS)).find_orders("SL-1", _now())), StoreBusy
    )


@pytest.mark.parametrize("status", [408, 499, 500, 502, 504, 520, 524])
@pytest.mark.parametrize("body", [b"<html><script src='captcha.js'>", b'{"error": "timeout"}'])
def test_a_gateway_that_waited_no_longer_has_not_stopped_the_create(
    status: int, body: bytes
) -> None:
    def say(request: requests.PreparedRequest) -> Said:
        if request.method == "POST":
            return status, {}, body
        name = str(request.path_url).partition("_jsonp=")[2].partition("&")[0]
        return 200, {}, f"/**/{name}([])".encode()

    site(say)
    assert isinstance(raised(lambda: open_store(ACCESS).create_order(ORDER)), OutcomeUnknown)


def test_an_order_that_cannot_be_read_is_no_proof_that_ours_is_not_there() -> None:
    def say(request: requests.PreparedRequest) -> Said:
        name = str(request.path_url).partition("_jsonp=")[2].partition("&")[0]
        return 200, {}, f'/**/{name}([{{"id": {{}}}}])'.encode()

    site(say)
    unread = raised(lambda: WooStore(Client(ACCESS)).find_orders("SL-1", _now()))
    assert unread.code is Trouble.UNREADABLE


def test_a_list_without_end_ends() -> None:
    endless = json.dumps([{"id": 1}] * 100).encode()
    asked = site(lambda _request: (200, {}, endless))
    busy = raised(lambda: list(Client(ACCESS).pages("webhooks")))
    assert busy.code is Trouble.ENDLESS
    assert len(asked.heard) == 50


@pytest.mark.parametrize(
    ("headers", "calls"), [({}, 2), ({"X-WP-TotalPages": "1"}, 1), ({"X-WP-TotalPages": "9e9"}, 2)]
)
def test_a_short_page_is_the_last_where_the_store_says_so_or_nothing_new_follows(
    headers: dict[str, str], calls: int
) -> None:
    asked = site(lambda _request: (200, headers, json.dumps([{"id": 1}] * 7).encode()))
    assert len(list(Client(ACCESS).pages("webhooks"))) == 7
    assert len(asked.heard) == calls


def test_where_put_and_delete_are_forbidden_post_does_the_same() -> None:
    def say(request: requests.PreparedRequest) -> Said:
        return (200, {}, b'{"id": 5}') if request.method in ("GET", "POST") else (405, {}, PAGE)

    heard = site(say).heard
    client = Client(ACCESS)
    assert client.put("orders/5", {"status": "cancelled"}) == {"id": 5}
    assert client.delete("webhooks/5", force="true") == {"id": 5}
    assert [method for method, *_ in heard] == ["PUT", "POST", "DELETE", "POST"]
    assert heard[1][2] == heard[0][2]
    assert "_method=DELETE" in heard[3][1]


def refuses(*methods_and_places: tuple[str, str]) -> Callable[[requests.PreparedRequest], Said]:
    """A firewall that turns these away; empty lists and batches come from the store."""

    def say(request: requests.PreparedRequest) -> Said:
        path = str(request.path_url).partition("?")[0]
        if (request.method, path.rpartition("/")[2]) in methods_and_places:
            return 403, {}, PAGE
        name = str(request.path_url).partition("_jsonp=")[2].partition("&")[0]
        body = b"{}" if request.method == "POST" else b"[]"
        return 200, {}, f"/**/{name}([])".encode() if name else body

    return say


def test_a_firewall_that_dislikes_one_order_refuses_that_order() -> None:
    site(refuses(("POST", "orders")))
    refused = raised(lambda: open_store(ACCESS).create_order(ORDER))
    assert isinstance(refused, StoreRefused)
    assert "/wp-json/wc/v3/orders" in refused.words


def test_a_firewall_that_dislikes_every_write_leaves_the_outcome_open() -> None:
    """The order may have been made, and the firewall have disliked what the store said of it."""
    site(refuses(("POST", "orders"), ("POST", "batch")))
    away = raised(lambda: open_store(ACCESS).create_order(ORDER))
    assert isinstance(away, OutcomeUnknown)
    assert away.code is Trouble.FIREWALL


def test_nobody_knows_what_became_of_an_order_while_everything_is_turned_away() -> None:
    site(lambda _request: (403, {}, PAGE))
    lost = raised(lambda: open_store(ACCESS).create_order(ORDER))
    assert isinstance(lost, OutcomeUnknown)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"id": 0}', b'{"id": "x"}', b'{"id": {}}'])
def test_a_broken_answer_to_a_create_is_neither_placed_nor_refused(body: bytes) -> None:
    site(lambda _request: (201, {}, body))
    assert isinstance(raised(lambda: open_store(ACCESS).create_order(ORDER)), OutcomeUnknown)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'"x"', b'{"id": 1}', b'[{"id": 1}]'])
def test_a_broken_answer_to_a_read_is_not_not_found(body: bytes) -> None:
    site(lambda _request: (200, {}, body))
    assert isinstance(raised(lambda: open_store(ACCESS).read_order("1")), StoreBusy)


def _now() -> datetime:
    return datetime(2026, 11, 28, tzinfo=UTC)


@pytest.mark.parametrize("items", ["null", '""', None])
def test_an_order_whose_items_are_not_told_is_not_one_without_items(items: str | None) -> None:
    lines = "" if items is None else f', "line_items": {items}'
    told = f'{{"id": 1, "status": "processing", "date_modified_gmt": "2026-11-28T09:00:00"{lines}}}'
    site(lambda _request: (200, {}, told.encode()))
    unread = raised(lambda: open_store(ACCESS).read_order("1"))
    assert unread.code is Trouble.UNREADABLE


def test_a_no_without_a_code_is_not_the_stores_own() -> None:
    site(lambda _request: (400, {}, b'{"error": "Bad request"}'))
    assert isinstance(raised(lambda: open_store(ACCESS).create_order(ORDER)), OutcomeUnknown)


def test_orders_with_emptied_marks_are_no_proof_that_ours_is_not_there() -> None:
    def say(request: requests.PreparedRequest) -> Said:
        name = str(request.path_url).partition("_jsonp=")[2].partition("&")[0]
        return 200, {}, f'/**/{name}([{{"id": 5, "meta_data": [{{}}, {{}}]}}])'.encode()

    site(say)
    unread = raised(lambda: WooStore(Client(ACCESS)).find_orders("SL-1", _now()))
    assert unread.code is Trouble.UNREADABLE
