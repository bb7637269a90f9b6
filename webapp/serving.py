"""Between the HTTP server and the application: nobody who is slow holds a thread.

    head ─► refused? ─► body, by a deadline ─► a thread works ─► answer, as fast as it is read
            (refusals)   (no thread waits)      (webhooks have     (no thread waits)
                                                 their own)

Granian (ASGI) reads and writes HTTP/1.1 outside Python. It has a deadline for the head of a request
but none for its body, and as a WSGI server it keeps a thread for each body that is on its way. So
bodies are read here, in the event loop, and the application, which is WSGI, gets them whole.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import structlog
from flask import Flask

from orderflow import logs
from webapp import headers, refusals, webhooks
from webapp.asgi import Outgoing, Receive, Scope, Send, environ_of, head_of
from webapp.refusals import Head

T = TypeVar("T")
BODY_WITHIN: Final = 10.0
BODY_RATE: Final = 100 * 1024
MOST_WITHIN: Final = 40.0
"""A body must have come within BODY_WITHIN seconds, and one more for each BODY_RATE bytes, but
in no more than MOST_WITHIN: who announces much holds a connection no longer for that."""
READ_WITHIN: Final = 30.0
"""Seconds that the reader of a long answer may take for the next piece of it."""
PIECE: Final = 64 * 1024
"""Bytes of a long answer that are made and sent at a time; a shorter one is sent at once."""
MOST_HELD: Final = 256 * 1024 * 1024
"""Bytes of bodies that are held at a time; beyond it those over LITTLE bytes are refused."""
LITTLE: Final = 1024 * 1024
MOST_WAITING: Final = 400
"""Requests of a kind that are worked at or wait for a thread; beyond it they are refused."""

JSON: Final = (("Content-Type", "application/json"), *headers.ALWAYS)
CLOSE: Final = ("Connection", "close")

log = structlog.get_logger()


class Gone(Exception):
    """The client closed the connection."""


class TooMuch(Exception):
    """More bodies are on their way than this process can hold."""


class Failed(Exception):
    """The application raised what it should have answered; it is in the log."""


@dataclass(slots=True)
class Lane:
    """Threads for one kind of request, so that no kind waits for another."""

    threads: ThreadPoolExecutor
    under_way: int = 0
    context: contextvars.Context = field(default_factory=contextvars.copy_context)

    async def run(
        self, function: Callable[..., T], *args: Any, context: contextvars.Context | None = None
    ) -> T:
        """What ``function`` returns in one of the threads. Raises Failed for what it raised."""
        loop = asyncio.get_running_loop()
        within = context or self.context.copy()
        self.under_way += 1
        try:
            future = loop.run_in_executor(self.threads, lambda: within.run(function, *args))
            await asyncio.wait((future,))
        finally:
            self.under_way -= 1
        error = future.exception()
        if error is not None:
            log.error("request_failed", error=type(error).__name__, where=logs.trail(error))
            raise Failed
        return future.result()


class Pieces:
    """A WSGI answer's body, read in pieces of PIECE bytes or more."""

    def __init__(self, made: Iterable[bytes]) -> None:
        self._made = made
        self._pieces: Iterator[bytes] = iter(made)
        self.ready: list[bytes] = []

    def next(self) -> bytes:
        """The next piece; ``b""`` when there is none."""
        if self.ready:
            return self.ready.pop(0)
        piece = bytearray()
        for more in self._pieces:
            piece += more
            if len(piece) >= PIECE:
                break
        return bytes(piece)

    def close(self) -> None:
        close = getattr(self._made, "close", None)
        if close is not None:
            close()


class WebServer:
    """The ASGI application around the Flask ``app``, with ``threads`` for pages and as many for
    webhooks. All but the work itself happens in the one thread of the event loop."""

    def __init__(self, app: Flask, threads: int) -> None:
        self._app = app
        self._pages = Lane(ThreadPoolExecutor(threads, "page"))
        self._webhooks = Lane(ThreadPoolExecutor(threads, "webhook"))
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head, answer = head_of(scope), Outgoing(send)
        refused = refusals.refusal(head)
        if refused is not None:
            tell(answer, refused.status, refused.words)
            return
        hook = webhooks.find(head.path)
        lane = self._pages if hook is None else self._webhooks
        if lane.under_way >= MOST_WAITING:
            tell(answer, 503, "too many requests at a time; try again")
            return
        pieces: list[bytes] = []
        try:
            read = hook is not None or not head.length or refusals.has_reader(self._app, head)
            if read:
                await self._read(head.length, receive, pieces)
            if hook is not None:
                await lane.run(self._take, hook, head, b"".join(pieces), answer)
            else:
                environ = environ_of(scope, head, b"".join(pieces))
                await self._serve(lane, environ, receive, answer, close=not read)
        except TimeoutError:
            tell(answer, 408, "the body did not come in time")
        except TooMuch:
            tell(answer, 503, "too much is sent at a time; try again")
        except Failed:
            tell(answer, 500, "the mistake is ours; try again")
        except Gone:
            tell(answer, 400, "the body is shorter than was announced")
        finally:
            self._held -= sum(map(len, pieces))

    async def _read(self, length: int, receive: Receive, pieces: list[bytes]) -> None:
        """The whole body into ``pieces``. Raises TimeoutError, Gone and TooMuch."""
        if not length:
            return
        got = 0
        async with asyncio.timeout(min(BODY_WITHIN + length / BODY_RATE, MOST_WITHIN)):
            while got < length:
                message = await receive()
                piece: bytes = message.get("body", b"")
                if message["type"] != "http.request" or not (piece or message["more_body"]):
                    raise Gone
                pieces.append(piece)
                got += len(piece)
                self._held += len(piece)
                if self._held > MOST_HELD and got > LITTLE:
                    raise TooMuch

    # -- a webhook ------------------------------------------------------------------------------

    def _take(self, hook: webhooks.Hook, head: Head, body: bytes, answer: Outgoing) -> None:
        """Without Flask's way of a request, which takes as long as all the rest of a webhook."""
        with self._app.app_context():
            said, status = hook(head.headers, body)
        answer.whole(status, JSON, json.dumps(said).encode())

    # -- a page ---------------------------------------------------------------------------------

    async def _serve(
        self,
        lane: Lane,
        environ: dict[str, Any],
        receive: Receive,
        answer: Outgoing,
        *,
        close: bool,
    ) -> None:
        context = lane.context.copy()
        rest = await lane.run(self._begin, environ, answer, close, context=context)
        if rest is None:
            return
        gone = asyncio.ensure_future(_gone(receive))
        try:
            piece = rest.next()
            while piece and not gone.done():
                async with asyncio.timeout(READ_WITHIN):
                    await answer.piece(piece, more=True)
                piece = await lane.run(rest.next, context=context)
            if not gone.done():
                await answer.piece(b"", more=False)
        except TimeoutError:
            log.warning("reader_too_slow", path=environ["PATH_INFO"])
        finally:
            gone.cancel()
            with suppress(Failed):
                await lane.run(rest.close, context=context)

    def _begin(self, environ: dict[str, Any], answer: Outgoing, close: bool) -> Pieces | None:
        """Ask the application. A short answer is sent; of a long one, what is to be sent."""
        told: list[tuple[int, list[tuple[str, str]]]] = []

        def start(status: str, said: list[tuple[str, str]], _error: Any = None) -> Any:
            told[:] = [(int(status[:3]), [*said, CLOSE] if close else said)]

        pieces = Pieces(self._app(environ, start))
        first = pieces.next()
        second = pieces.next() if first else b""
        status, said = told[0]
        if not second:
            pieces.close()
            answer.whole(status, said, first)
            return None
        pieces.ready = [first, second]
        answer.begin(status, said)
        return pieces


def tell(answer: Outgoing, status: int, words: str) -> None:
    """A short answer after which the connection is closed, unless an answer has begun."""
    if not answer.begun:
        again = [("Retry-After", "1")] if status == 503 else []
        answer.whole(status, [*JSON, CLOSE, *again], json.dumps({"error": words}).encode())


async def _gone(receive: Receive) -> None:
    """Returns when the client has closed the connection, or the answer is sent."""
    while (await receive())["type"] != "http.disconnect":
        pass
