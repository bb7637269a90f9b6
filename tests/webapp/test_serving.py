"""Nobody who is slow holds a thread: what happens to a request before and after the application."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any

import pytest
from flask import Flask, request

from tests.house import configuration
from webapp import refusals, serving
from webapp.serving import WebServer

Message = dict[str, Any]
WEBHOOK = "/webhooks/shopify"
FORGED = {"x-shopify-hmac-sha256": "forged"}
pytestmark = pytest.mark.filterwarnings("ignore:coroutine 'Client._read' was never awaited")
"""Threads do not wait for what ``Client.send`` returns."""


class Client:
    """One request over ASGI. ``answer`` is what came back; ``reads`` says whether its reader takes
    the pieces of a long answer."""

    def __init__(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        bodies: Sequence[bytes] = (),
        *,
        stalls: bool = False,
    ) -> None:
        """``stalls``: what is announced beyond ``bodies`` never comes; else the client is gone."""
        named = {"content-length": str(sum(map(len, bodies))), **(headers or {})}
        self.scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
        }
        self.pieces, self.stalls = list(bodies), stalls
        self.said: list[Message] = []
        self.asked = 0
        self.reads = asyncio.Event()
        self.reads.set()

    async def receive(self) -> Message:
        self.asked += 1
        if self.pieces:
            return {"type": "http.request", "body": self.pieces.pop(0), "more_body": True}
        if self.stalls or self.said:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    def send(self, message: Message) -> Awaitable[None]:
        self.said.append(message)
        return self._read()

    async def _read(self) -> None:
        await self.reads.wait()

    @property
    def status(self) -> int:
        return int(self.said[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): said.decode() for name, said in self.said[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(each["body"] for each in self.said[1:])


@pytest.fixture
def app() -> Flask:
    small = Flask("small")
    small.extensions["sluice_config"] = configuration("sqlite:///unused")

    @small.post("/echo")
    def echo() -> dict[str, str]:
        return {"body": request.get_data(as_text=True), "cookie": request.headers["Cookie"]}

    @small.get("/page")
    def page() -> str:
        return "a page"

    return small


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(main())


async def ask(server: WebServer, client: Client) -> Client:
    await server(client.scope, client.receive, client.send)
    return client


def forged_webhook() -> Client:
    """Answered 401 after the body was read and its signature was computed."""
    return Client("POST", WEBHOOK, FORGED, [b'{"id": 1}'])


def test_two_hundred_bodies_that_never_come_hold_up_nobody(app: Flask) -> None:
    async def main() -> None:
        server = WebServer(app, threads=1)
        slow = [
            Client("POST", path, {"content-length": "5000", **FORGED}, [b"{"], stalls=True)
            for path in (WEBHOOK, "/echo")
            for _ in range(100)
        ]
        waiting = [asyncio.ensure_future(ask(server, each)) for each in slow]
        while not all(each.asked == 2 for each in slow):
            await asyncio.sleep(0)
        assert (await ask(server, forged_webhook())).status == 401
        assert (await ask(server, Client("GET", "/page"))).body == b"a page"
        assert not any(each.done() for each in waiting)
        for each in waiting:
            each.cancel()

    run(main)


def test_a_body_that_does_not_come_in_time_is_not_waited_for(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "BODY_WITHIN", 0.01)

    async def main() -> None:
        server = WebServer(app, threads=1)
        for path in (WEBHOOK, "/echo"):
            slow = Client("POST", path, {"content-length": "50", **FORGED}, [b"{"], stalls=True)
            answered = await ask(server, slow)
            assert (answered.status, answered.headers["connection"]) == (408, "close")

    run(main)


def test_who_announces_much_is_not_waited_for_much_longer(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "MOST_WITHIN", 0.01)

    async def main() -> None:
        length = str(refusals.LARGEST_BODY)
        slow = Client("POST", WEBHOOK, {"content-length": length, **FORGED}, [b"{"], stalls=True)
        assert (await ask(WebServer(app, threads=1), slow)).status == 408

    run(main)


def test_a_body_that_breaks_off_reaches_nobody(app: Flask) -> None:
    async def main() -> None:
        for path in (WEBHOOK, "/echo"):
            cut = Client("POST", path, {"content-length": "50", **FORGED}, [b"{"])
            assert (await ask(WebServer(app, threads=1), cut)).status == 400

    run(main)


MEGABYTES = str(17 * 1024 * 1024)
REFUSED = (
    ("POST", WEBHOOK, {"content-length": "5000"}, 401),
    ("POST", f"{WEBHOOK}/compliance", {"content-length": "5000"}, 401),
    ("POST", "/webhooks/woocommerce/some-store", {"content-length": "5000"}, 401),
    ("POST", "/webhooks/nobody/some-store", {"content-length": "5000"}, 404),
    ("GET", WEBHOOK, {"content-length": "5000"}, 405),
    ("POST", WEBHOOK, {"content-length": MEGABYTES, **FORGED}, 413),
    ("POST", WEBHOOK, {"transfer-encoding": "chunked", **FORGED}, 411),
    ("POST", WEBHOOK, {"expect": "a miracle", **FORGED}, 417),
    ("PUT", WEBHOOK, {"content-length": "50", **FORGED}, 405),
    ("POST", "/echo", {"content-length": "65537"}, 413),
    ("POST", "/echo", {"content-length": MEGABYTES, "cookie": "sluice=1"}, 413),
    ("POST", "/echo", {"transfer-encoding": "chunked"}, 411),
    ("POST", "/nowhere", {"content-length": "5000"}, 404),
    ("POST", "/page", {"content-length": "5000"}, 405),
)


@pytest.mark.parametrize(("method", "path", "headers", "status"), REFUSED)
def test_what_nobody_wants_is_refused_before_its_body_is_read(
    app: Flask, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    async def main() -> None:
        given = Client(method, path, headers, stalls=True)
        answered = await ask(WebServer(app, threads=1), given)
        assert (answered.status, answered.asked) == (status, 0)
        assert answered.headers["connection"] == "close"

    run(main)


def test_more_bodies_than_can_be_held_are_refused_but_small_ones(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "MOST_HELD", 5000)
    monkeypatch.setattr(serving, "LITTLE", 100)

    async def main() -> None:
        server = WebServer(app, threads=1)
        large = Client(
            "POST", WEBHOOK, {"content-length": "8000", **FORGED}, [b"a" * 4000], stalls=True
        )
        waiting = asyncio.ensure_future(ask(server, large))
        while large.asked < 2:
            await asyncio.sleep(0)
        second = await ask(server, Client("POST", WEBHOOK, FORGED, [b"a" * 2000]))
        assert (second.status, second.headers["retry-after"]) == (503, "1")
        assert (await ask(server, forged_webhook())).status == 401
        waiting.cancel()
        await asyncio.wait((waiting,))
        assert (await ask(server, Client("POST", WEBHOOK, FORGED, [b"a" * 2000]))).status == 401

    run(main)


def test_pages_that_hold_every_thread_of_theirs_do_not_hold_up_a_webhook(app: Flask) -> None:
    free, reached = threading.Event(), threading.Barrier(3)

    @app.get("/slow")
    def slow() -> str:
        reached.wait()
        free.wait()
        return "slow"

    async def main() -> None:
        server = WebServer(app, threads=2)
        held = [asyncio.ensure_future(ask(server, Client("GET", "/slow"))) for _ in range(2)]
        await asyncio.to_thread(reached.wait)
        assert (await ask(server, forged_webhook())).status == 401
        assert not any(each.done() for each in held)
        free.set()
        assert [(await each).body for each in held] == [b"slow", b"slow"]

    run(main)


def test_who_reads_a_long_answer_slowly_holds_no_thread_and_is_left_in_the_end(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "READ_WITHIN", 0.05)
    ended = threading.Event()

    @app.get("/long")
    def long() -> Iterator[bytes]:
        try:
            for _ in range(100):
                yield b"a" * serving.PIECE
        finally:
            ended.set()

    async def main() -> None:
        server = WebServer(app, threads=1)
        reader = Client("GET", "/long")
        reader.reads.clear()
        reading = asyncio.ensure_future(ask(server, reader))
        while len(reader.said) < 2:
            await asyncio.sleep(0)
        assert (await ask(server, Client("GET", "/page"))).body == b"a page"
        await reading
        assert ended.is_set()
        assert not reader.said[-1]["body"] or reader.said[-1]["more_body"]

    run(main)


def test_a_long_answer_comes_whole(app: Flask) -> None:
    @app.get("/long")
    def long() -> Iterator[bytes]:
        for number in range(1000):
            yield str(number).encode() * 100

    async def main() -> None:
        answered = await ask(WebServer(app, threads=1), Client("GET", "/long"))
        assert answered.body == b"".join(str(number).encode() * 100 for number in range(1000))
        assert [each["more_body"] for each in answered.said[1:]] == [True] * (
            len(answered.said) - 2
        ) + [False]

    run(main)


def test_a_body_in_pieces_and_a_header_sent_twice_reach_the_application_whole(app: Flask) -> None:
    async def main() -> None:
        given = Client("POST", "/echo", {"cookie": "a=1"}, [b"first, ", b"second"])
        given.scope["headers"].append((b"cookie", b"b=2"))
        answered = await ask(WebServer(app, threads=1), given)
        assert json.loads(answered.body) == {"body": "first, second", "cookie": "a=1; b=2"}

    run(main)


def test_a_mistake_of_ours_is_answered_and_the_next_request_too(app: Flask) -> None:
    @app.get("/broken")
    def broken() -> Iterator[bytes]:
        yield b"a"
        raise KeyError("not for the log")

    async def main() -> None:
        server = WebServer(app, threads=1)
        assert (await ask(server, Client("GET", "/broken"))).status == 500
        assert (await ask(server, Client("GET", "/page"))).status == 200

    run(main)


def test_requests_beyond_those_that_may_wait_are_told_to_come_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "MOST_WAITING", 0)

    async def main() -> None:
        answered = await ask(WebServer(app, threads=1), forged_webhook())
        assert (answered.status, answered.headers["retry-after"]) == (503, "1")

    run(main)
