"""Few people wait for one store at a time, and not all for stores."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from stores import bulkhead, http
from stores.base import Access
from stores.bulkhead import Crowded
from stores.dial import dial
from tests.stores.talking_server import saying, server

ALFA, BRAVO = "https://alfa.example.com", "https://bravo.example.com"
EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture(autouse=True)
def without_limit_again() -> Iterator[None]:
    yield
    bulkhead.limit()
    http.use_adapter(None)


def elsewhere(address: str) -> ExitStack:
    """Another thread's place at that store, until the stack is closed."""
    taken, leave, refused = threading.Event(), threading.Event(), []

    def wait() -> None:
        try:
            with bulkhead.place(address):
                taken.set()
                leave.wait()
        except Crowded as error:
            refused.append(error)
            taken.set()

    thread = threading.Thread(target=wait)
    thread.start()
    taken.wait()
    held = ExitStack()
    held.callback(thread.join)
    held.callback(leave.set)
    if refused:
        held.close()
        raise refused[0]
    return held


def test_one_store_has_few_places_and_the_others_have_theirs() -> None:
    bulkhead.limit(per_store=2, in_all=9)
    with elsewhere(ALFA), elsewhere("alfa.example.com"):
        with pytest.raises(Crowded), bulkhead.place(f"{ALFA}/wp-json/wc/v3/products?sku=1"):
            pass
        with bulkhead.place(BRAVO):
            pass
    with bulkhead.place(ALFA):
        pass


def test_all_stores_together_have_no_more_places_than_are_given() -> None:
    bulkhead.limit(per_store=2, in_all=3)
    with elsewhere(ALFA), elsewhere(ALFA), elsewhere(BRAVO), pytest.raises(Crowded):
        elsewhere("https://charlie.example.com")


def test_who_has_a_place_needs_no_second_for_the_same_store() -> None:
    bulkhead.limit(per_store=1, in_all=1)
    with server(saying(EMPTY)) as address:
        http.use_gateway(address)
        with bulkhead.place("alfa.example.com"):
            assert http.send("GET", f"{ALFA}/orders").status == 200
            with pytest.raises(Crowded):
                elsewhere(ALFA)
        with elsewhere(ALFA):
            pass


def test_a_call_that_failed_gives_its_place_back() -> None:
    bulkhead.limit(per_store=1, in_all=1)
    for _ in range(2):
        with pytest.raises(KeyError), bulkhead.place(ALFA):
            raise KeyError


def test_a_call_beyond_the_limit_is_refused_before_anything_is_sent() -> None:
    bulkhead.limit(per_store=1, in_all=9)
    with server(saying(EMPTY)) as address, elsewhere(ALFA):
        http.use_gateway(address)
        for method in ("GET", "POST"):
            with pytest.raises(Crowded):
                http.send(method, f"{ALFA}/orders")
        access = Access("woocommerce", ALFA, {"consumer_key": "k", "consumer_secret": "s"})
        with pytest.raises(Crowded), dial(access):
            pass
        assert http.send("GET", f"{BRAVO}/orders").status == 200


def test_workers_have_no_limit() -> None:
    with ExitStack() as held:
        for _ in range(20):
            held.enter_context(elsewhere(ALFA))
