"""A vendor connects a WooCommerce site by its approval page; keys from nowhere count nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from orderflow.models import Connection
from sandbox.woocommerce import WooStore
from tests.house import BRAVO
from tests.portal.outside import SITE, WOO, Outside
from tests.portal.visitor import Visitor

HOME = f"https://{SITE}"


@pytest.fixture
def site(outside: Outside) -> WooStore:
    return WooStore(outside.house.world, SITE, name="Charlie", cron="prompt", currency="EUR")


@pytest.fixture
def owner(outside: Outside) -> Visitor:
    return outside.portal.logged_in()


def posts(
    outside: Outside, url: str, key: tuple[str, str], *, named: str | None = None, **more: Any
) -> TestResponse:
    """Somebody posts a key to where the store was told to post it."""
    query = parse_qs(urlsplit(url).query)
    path = urlsplit(query["callback_url"][0]).path
    body = {
        "key_id": 1,
        "user_id": query["user_id"][0] if named is None else named,
        "consumer_key": key[0],
        "consumer_secret": key[1],
        "key_permissions": "read_write",
    }
    return outside.house.web.test_client().post(path, data=json.dumps(body | more))


def back_at(url: str, success: int = 1) -> str:
    """Where the browser returns to, as the store would send it."""
    return f"{WOO}/callback?success={success}&user_id={parse_qs(urlsplit(url).query)['user_id'][0]}"


def test_a_vendor_connects_a_site_and_what_it_cannot_do_is_told(
    outside: Outside, owner: Visitor, site: WooStore
) -> None:
    url = outside.begins(owner, WOO, " https://Charlie.example.com/wp-admin/ ")
    owner.get(outside.agrees_on_site(url))
    assert "Your store is connected." in owner.text
    assert outside.stores()[HOME] == "open"
    for words in ("WooCommerce 10.5.0", "EUR", "Your store has no place for tracking numbers"):
        assert words in owner.text
    outside.house.turn()
    hooks = {hook.delivery_url for hook in site.webhooks.values()}
    assert len(hooks) == 1
    (attempt,) = outside.tries()
    assert (attempt.state, attempt.kept) == ("done", None)


def test_every_call_goes_to_the_site_that_was_typed(
    outside: Outside, owner: Visitor, site: WooStore
) -> None:
    outside.calls()
    outside.agrees_on_site(outside.begins(owner, WOO, SITE))
    assert {urlsplit(call).netloc for call in outside.calls()} == {SITE}


def test_keys_count_only_when_the_browser_is_back(
    outside: Outside, owner: Visitor, site: WooStore
) -> None:
    path = outside.agrees_on_site(outside.begins(owner, WOO, SITE))
    assert HOME not in outside.stores()
    owner.get("/portal/stores")
    assert "your browser did not come back" in owner.text
    owner.get(path)
    assert HOME in outside.stores()


def test_the_owner_of_a_store_cannot_be_led_to_connect_it_for_somebody_else(
    outside: Outside, owner: Visitor, site: WooStore
) -> None:
    """The thief begins; the owner of the store follows the link and agrees."""
    url = outside.begins(owner, WOO, SITE)
    path = outside.agrees_on_site(url)
    victim = outside.portal.logged_in("v@bravo.example.com", vendor="Bravo")
    victim.get(path)
    assert "not valid any more" in victim.text
    assert HOME not in outside.stores()
    assert HOME not in outside.stores("Bravo")


def test_a_return_counts_once_and_for_ten_minutes(
    outside: Outside, owner: Visitor, site: WooStore
) -> None:
    late = outside.agrees_on_site(outside.begins(owner, WOO, SITE))
    outside.house.clock.advance(600)
    outside.calls()
    assert "not valid any more" in str(owner.get(late).text)
    path = outside.agrees_on_site(outside.begins(owner, WOO, SITE))
    outside.calls()
    owner.get(path)
    assert "not valid any more" in str(owner.get(path).text)
    assert outside.calls() == []


def test_a_return_without_keys_connects_nothing(
    outside: Outside, owner: Visitor, site: WooStore
) -> None:
    url = outside.begins(owner, WOO, SITE)
    outside.calls()
    assert "not valid any more" in str(owner.get(back_at(url)).text)
    assert outside.calls() == []
    assert HOME not in outside.stores()


def test_saying_no_in_the_store_is_told(outside: Outside, owner: Visitor, site: WooStore) -> None:
    url = outside.begins(owner, WOO, SITE)
    owner.get(outside.clicks(url, "deny"))
    assert "You did not agree in your store" in owner.text
    assert posts(outside, url, site.issue_key()).status_code == 404


# -- keys that are posted --------------------------------------------------------------------------


def test_keys_that_do_not_open_the_store_are_refused(
    outside: Outside, owner: Visitor, site: WooStore
) -> None:
    url = outside.begins(owner, WOO, SITE)
    assert posts(outside, url, ("ck_made_up", "cs_made_up")).status_code == 422
    assert "not valid any more" in str(owner.get(back_at(url)).text)
    assert "did not accept the key" in owner.text
    assert HOME not in outside.stores()


def test_keys_are_taken_once(outside: Outside, owner: Visitor, site: WooStore) -> None:
    url = outside.begins(owner, WOO, SITE)
    outside.agrees_on_site(url)
    keys = len(site.keys)
    outside.calls()
    assert outside.visit(outside.approve_link(url)).status_code == 401
    assert len(site.keys) == keys
    assert posts(outside, url, site.issue_key()).status_code == 404
    assert outside.calls() == []


def test_keys_for_another_try_are_refused_without_a_call(
    outside: Outside, owner: Visitor, site: WooStore
) -> None:
    other = outside.portal.logged_in("v@bravo.example.com", vendor="Bravo")
    mine, theirs = outside.begins(owner, WOO, SITE), outside.begins(other, WOO, SITE)
    named = parse_qs(urlsplit(theirs).query)["user_id"][0]
    outside.calls()
    for wrong in (named, "", "made-up", "é"):
        assert posts(outside, mine, site.issue_key(), named=wrong).status_code == 404
    assert outside.calls() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b"{}",
        b'{"key_permissions": "read"}',
        b'{"consumer_key": {"a": 1}}',
        b"[" * 4000,
        b" " * 5000,
    ],
)
def test_what_no_store_would_post_is_refused_without_a_call(
    outside: Outside, owner: Visitor, site: WooStore, body: bytes
) -> None:
    url = outside.begins(owner, WOO, SITE)
    outside.calls()
    path = urlsplit(parse_qs(urlsplit(url).query)["callback_url"][0]).path
    answer = outside.house.web.test_client().post(path, data=body)
    assert answer.status_code in (404, 413)
    assert outside.calls() == []
    assert outside.agrees_on_site(url)


def test_keys_come_by_post_without_any_cookie_and_for_ten_minutes(
    outside: Outside, owner: Visitor, site: WooStore
) -> None:
    url = outside.begins(owner, WOO, SITE)
    outside.house.clock.advance(600)
    outside.calls()
    assert posts(outside, url, site.issue_key()).status_code == 404
    assert outside.calls() == []


def test_a_key_that_may_only_read_is_told(outside: Outside, owner: Visitor, site: WooStore) -> None:
    url = outside.begins(owner, WOO, SITE)
    assert posts(outside, url, site.issue_key("read")).status_code == 422
    owner.get("/portal/stores")
    assert "may only read" in owner.text


def test_a_site_that_another_vendor_holds_is_not_given_to_a_second_one(
    outside: Outside, owner: Visitor
) -> None:
    owner.get(outside.agrees_on_site(outside.begins(owner, WOO, BRAVO)))
    assert "it is in use already" in owner.text
    assert f"https://{BRAVO}" not in outside.stores()


# -- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "",
        "shop",
        "http://charlie.example.com",
        "https://charlie.example.com:8443",
        "https://user:pass@charlie.example.com",
        "https://127.0.0.1",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433",
        "https://0x7f000001",
        "https://[::ffff:127.0.0.1]",
        "https://charlie.example.com.",
        "https://charlie.example.com\n.evil.com",
        "https://chärlie.example.com",
        "localhost",
        "x" * 5000,
    ],
)
def test_an_address_that_cannot_be_a_store_is_refused_without_a_call(
    outside: Outside, owner: Visitor, address: str
) -> None:
    outside.calls()
    owner.get(WOO)
    owner.post(WOO, address=address)
    assert owner.page.status_code == 422
    assert 'aria-invalid="true"' in owner.page.text
    assert outside.calls() == []


Spoil = Callable[[Outside, WooStore], Any]


def fault(kind: Any) -> Spoil:
    return lambda outside, site: outside.house.world.faults.add(kind, SITE, times=2)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda outside, site: outside.house.world.sites.pop(SITE), "No WooCommerce store answers"),
        (lambda outside, site: setattr(site, "pretty", False), "plain permalinks"),
        (lambda outside, site: setattr(site, "maintenance", True), "under maintenance"),
        (lambda outside, site: setattr(site, "php_down", True), "an error of its own"),
        (fault("certificate"), "certificate is not valid"),
        (fault("refused"), "could not be reached"),
        (fault("redirect"), "This address leads on to"),
        (fault("unauthorized"), "turns us away"),
        (fault("html"), "firewall or security plugin stands before your store"),
    ],
)
def test_what_stands_in_the_way_is_a_sentence_with_what_to_do(
    outside: Outside, owner: Visitor, site: WooStore, spoil: Spoil, words: str
) -> None:
    spoil(outside, site)
    owner.get(WOO)
    owner.post(WOO, address=SITE)
    assert owner.page.status_code == 422
    assert words in owner.text


def test_nothing_of_what_a_stranger_answers_is_shown(
    outside: Outside, owner: Visitor, site: WooStore
) -> None:
    site.name = "CANARY-NAME"
    outside.house.world.faults.add("html", SITE)
    owner.get(WOO)
    owner.post(WOO, address=SITE)
    assert "Just a moment" not in owner.text
    url = outside.begins(owner, WOO, SITE)
    owner.get(outside.agrees_on_site(url))
    assert "CANARY-NAME" not in owner.text


# -- afterwards ------------------------------------------------------------------------------------


def test_a_store_that_lost_our_key_is_connected_again_and_stays_the_same_store(
    outside: Outside, owner: Visitor, site: WooStore
) -> None:
    owner.get(outside.agrees_on_site(outside.begins(owner, WOO, SITE)))
    site.keys.clear()
    outside.house.later(outside.house.config.poll_every)
    owner.get("/portal/stores")
    assert outside.stores()[HOME] == "locked"
    assert "can no longer access" in owner.text
    owner.get(outside.agrees_on_site(outside.begins(owner, WOO, SITE)))
    assert outside.stores()[HOME] == "open"
    with outside.house.look() as session:
        assert session.query(Connection).filter_by(name=SITE).count() == 1
    outside.house.turn()
    owner.get("/portal/stores")
    assert "can no longer access" not in owner.text


def test_webhooks_that_the_store_switched_off_are_made_again(
    outside: Outside, owner: Visitor, site: WooStore
) -> None:
    owner.get(outside.agrees_on_site(outside.begins(owner, WOO, SITE)))
    outside.house.turn()
    site.webhooks.clear()
    outside.house.later(6 * 3600)
    assert len(site.webhooks) == 3
