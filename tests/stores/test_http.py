"""The wire: what becomes of a call that the other side mistreats."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from stores import http
from stores.base import OutcomeUnknown, StoreBusy
from stores.errors import Trouble
from tests.stores.talking_server import Talk, saying, server

URL = "https://shop.example.com/orders"


@pytest.fixture(autouse=True)
def back_to_the_internet() -> Iterator[None]:
    yield
    http.use_adapter(None)


def call(talk: Talk, method: str = "GET", **options: float) -> http.Answer:
    with server(talk) as address:
        http.use_gateway(address)
        return http.send(method, URL, **options)  # type: ignore[arg-type]


def ok(body: bytes = b"{}") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def drip(head: bytes, seconds: float = 3.0) -> Talk:
    """A byte every 20 ms: each read is quick, the whole never comes."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(int(seconds / 0.02)):
            connection.sendall(b"x")
            time.sleep(0.02)

    return talk


def test_an_answer_comes_with_status_headers_and_body() -> None:
    answer = call(saying(ok(b'{"a": 1}')))
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b'{"a": 1}', "8")


def test_the_store_sees_its_own_name_behind_a_gateway() -> None:
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        connection.sendall(ok())

    listening = socket.create_server(("127.0.0.1", 0))

    def once() -> None:
        connection, _ = listening.accept()
        with connection:
            seen.append(connection.recv(65536))
            talk(connection)

    threading.Thread(target=once, daemon=True).start()
    http.use_gateway(f"http://127.0.0.1:{listening.getsockname()[1]}")
    http.send("GET", URL)
    listening.close()
    assert b"Host: shop.example.com\r\n" in seen[0]
    assert b"X-Forwarded-Proto: https\r\n" in seen[0]


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1:80", "https://127.0.0.1:80", "http://shop.example.com"]
)
def test_a_gateway_elsewhere_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="this machine"):
        http.use_gateway(address)


def test_a_persons_browser_finds_a_store_behind_the_gateway_too() -> None:
    url = "https://shop.example.com/wc-auth/v1/authorize?scope=read"
    assert http.for_browsers(url) == url
    http.use_gateway("http://127.0.0.1:8900")
    local = "http://shop.example.com.localhost:8900/wc-auth/v1/authorize?scope=read"
    assert http.for_browsers(url) == local


def test_redirects_are_not_followed() -> None:
    redirect = b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    assert call(saying(redirect), "POST").status == 301


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "]
)
def test_a_dripping_answer_ends_at_the_deadline(head: bytes) -> None:
    before = time.monotonic()
    with pytest.raises(StoreBusy):
        call(drip(head), deadline=0.2)
    assert time.monotonic() - before < 1


def test_an_answer_may_take_its_time_within_the_deadline() -> None:
    body = drip(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", seconds=0.21)
    assert call(body, deadline=5).body == b"x" * 10


def test_an_answer_that_never_ends_is_cut_at_the_limit() -> None:
    with pytest.raises(StoreBusy, match="more than 100 bytes"):
        call(saying(ok(b"x" * 1000)), limit=100)


def test_a_torn_read_may_be_repeated() -> None:
    with pytest.raises(StoreBusy):
        call(saying())


def test_a_torn_write_leaves_the_outcome_open() -> None:
    with pytest.raises(OutcomeUnknown):
        call(saying(), "POST")


def test_a_write_whose_answer_breaks_off_leaves_the_outcome_open() -> None:
    with pytest.raises(OutcomeUnknown):
        call(saying(b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{"), "POST")


def test_a_silent_server_leaves_a_write_open() -> None:
    silent = threading.Event()
    with pytest.raises(OutcomeUnknown, match="in time"):
        call(lambda _: silent.wait(2) and None, "POST", timeout=(1.0, 0.1))  # type: ignore[arg-type]
    silent.set()


def test_a_post_that_only_reads_may_be_repeated() -> None:
    with pytest.raises(StoreBusy):
        call(saying(), "POST", writes=False)


def test_nothing_was_sent_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    http.use_gateway(f"http://127.0.0.1:{port}")
    with pytest.raises(StoreBusy, match="could not be reached"):
        http.send("POST", URL)


def test_connections_are_kept_for_the_next_call() -> None:
    connections: list[int] = []

    def talk(connection: socket.socket) -> None:
        connections.append(1)
        connection.sendall(ok())
        connection.recv(65536)
        connection.sendall(ok(b"[]"))

    with server(talk) as address:
        http.use_gateway(address)
        assert [http.send("GET", URL).body for _ in range(2)] == [b"{}", b"[]"]
    assert len(connections) == 1


def test_cookies_of_a_store_are_not_kept() -> None:
    requests: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
        requests.append(connection.recv(65536))
        connection.sendall(ok())

    with server(talk) as address:
        http.use_gateway(address)
        http.send("GET", URL)
        http.send("GET", URL)
    assert b"Cookie" not in requests[0]


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert call(saying(ok())).status == 200


def test_nothing_is_printed_or_logged(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    body = b"HTTP/1.1 500 No\r\nContent-Length: 20\r\n\r\nada@example.com lost"
    assert call(saying(body), "POST").status == 500
    assert capfd.readouterr() == ("", "")
    assert "ada@example.com" not in caplog.text


@pytest.mark.parametrize(
    "told", ["inf", "nan", "1e300", "-5", "1e3", "86401", "9" * 400, "soon", "", "٣", "+7", "0x10"]
)
def test_a_pause_that_is_no_number_of_seconds_is_ignored(told: str) -> None:
    assert http.retry_after(http.Answer(429, {"Retry-After": told}, b"")) is None


def test_a_pause_is_told_in_seconds_or_as_a_date() -> None:
    date = {"Date": "Sat, 28 Nov 2026 12:00:00 GMT"}
    pauses = {"0": 0, "86400": 86_400, "Sat, 28 Nov 2026 12:02:00 GMT": 120}
    pauses["Sat, 28 Nov 2026 11:00:00 GMT"] = 0
    for told, seconds in pauses.items():
        answer = http.Answer(429, {"Retry-After": told, **date}, b"")
        assert http.retry_after(answer) == seconds
    for told in ("Sat, 28 Nov 2099 12:00:00 GMT", "Sat, 99 Nov 2026 12:00:00 GMT"):
        assert http.retry_after(http.Answer(429, {"Retry-After": told, **date}, b"")) is None


def test_a_job_makes_no_more_calls_than_its_budget() -> None:
    once = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
    with server(saying(once)) as address:
        http.use_gateway(address)
        with http.budget(calls=2, seconds=60):
            for _each in range(2):
                http.send("GET", URL)
            with pytest.raises(StoreBusy) as caught:
                http.send("GET", URL)
        assert caught.value.code is Trouble.ENDLESS
        assert http.send("GET", URL).status == 200


def test_a_job_sends_nothing_once_its_time_is_over() -> None:
    with http.budget(calls=5, seconds=0), pytest.raises(StoreBusy) as caught:
        http.send("POST", URL)
    assert caught.value.code is Trouble.ENDLESS
