"""An SMTP server that keeps every mail it gets and sends none on.

RFC 5321 as far as a client that posts mail needs it; no TLS, no sign-in.
"""

from __future__ import annotations

import asyncio
import re
import threading
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world import World

SIZE = 10 * 2**20
"""Bytes of a mail."""
PATIENCE = 60.0
"""Seconds of silence after which a client is let go."""
VERBS = {
    "EHLO": "_ehlo",
    "HELO": "_helo",
    "MAIL": "_from",
    "RCPT": "_to",
    "DATA": "_content",
    "RSET": "_reset",
    "NOOP": "_noop",
    "QUIT": "_quit",
}
ADDRESS = re.compile(r"(?:FROM|TO):\s*<([^<>\s]*)>", re.IGNORECASE)


@dataclass
class Envelope:
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)


def read(envelope: Envelope, raw: bytes, at: str) -> dict[str, str]:
    """What is kept of a mail; ``to`` are those it was handed over for."""
    message = message_from_bytes(raw, EmailMessage, policy=default)
    return {
        "from": envelope.sender or "",
        "to": ", ".join(envelope.recipients),
        "subject": str(message.get("Subject", "")),
        "at": at,
        "text": _body(message, "plain"),
        "html": _body(message, "html"),
        "raw": raw.decode("utf-8", "replace"),
    }


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


class Conversation:
    """One connection, from greeting to QUIT."""

    def __init__(self, world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.world, self.reader, self.writer = world, reader, writer
        self.envelope = Envelope()

    async def hold(self) -> None:
        await self._say("220 sandbox ESMTP")
        while line := await asyncio.wait_for(self.reader.readline(), PATIENCE):
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            await getattr(self, VERBS.get(verb.upper(), "_unknown"))(rest)
            if verb.upper() == "QUIT":
                return

    async def _say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self.writer.drain()

    async def _helo(self, rest: str) -> None:
        self.envelope = Envelope()
        await self._say("250 sandbox")

    async def _ehlo(self, rest: str) -> None:
        self.envelope = Envelope()
        await self._say("250-sandbox", f"250-SIZE {SIZE}", "250-8BITMIME", "250 SMTPUTF8")

    async def _from(self, rest: str) -> None:
        found = ADDRESS.match(rest)
        if found is None:
            await self._say("501 MAIL FROM:<address>")
        elif self.envelope.sender is not None:
            await self._say("503 One sender is enough")
        else:
            self.envelope.sender = found[1]
            await self._say("250 OK")

    async def _to(self, rest: str) -> None:
        found = ADDRESS.match(rest)
        if self.envelope.sender is None:
            await self._say("503 MAIL first")
        elif found is None or not found[1]:
            await self._say("501 RCPT TO:<address>")
        else:
            self.envelope.recipients.append(found[1])
            await self._say("250 OK")

    async def _content(self, rest: str) -> None:
        if not self.envelope.recipients:
            await self._say("503 RCPT first")
            return
        await self._say("354 End with a dot on a line of its own")
        raw = await self._take()
        if raw is None:
            await self._say("552 Too large")
        else:
            at = self.world.now().isoformat()
            self.world.mail.append(read(self.envelope, raw, at))
            await self._say("250 OK")
        self.envelope = Envelope()

    async def _take(self) -> bytes | None:
        """The mail with its dots unstuffed; None for one that is too large."""
        lines, size = [], 0
        while (line := await asyncio.wait_for(self.reader.readline(), PATIENCE)) != b".\r\n":
            if not line:
                raise ConnectionResetError("the client left in the middle of a mail")
            size += len(line)
            if size <= SIZE:
                lines.append(line.removeprefix(b"."))
        return b"".join(lines) if size <= SIZE else None

    async def _reset(self, rest: str) -> None:
        self.envelope = Envelope()
        await self._say("250 OK")

    async def _unknown(self, rest: str) -> None:
        await self._say("500 Unknown command")

    async def _noop(self, rest: str) -> None:
        await self._say("250 OK")

    async def _quit(self, rest: str) -> None:
        await self._say("221 Bye")


class MailServer(AbstractContextManager["MailServer"]):
    """``with MailServer(world) as mail: … mail.port``; port 0 takes a free one."""

    def __init__(self, world: World, port: int = 0) -> None:
        self.world, self.port = world, port
        self._bound: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> MailServer:
        self._thread.start()
        self.port = self._bound.result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._leave.set)
        self._thread.join(timeout=5)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._bound.set_exception(error)

    async def _serve(self) -> None:
        self._loop, self._leave = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._meet, "127.0.0.1", self.port, limit=2**20)
        self._bound.set_result(server.sockets[0].getsockname()[1])
        await self._leave.wait()
        server.close()  # who is still connected is cut off when the loop ends

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Conversation(self.world, reader, writer).hold()
        except (ConnectionError, TimeoutError, ValueError):
            pass  # a client that left, fell silent, or sent a line without an end
        finally:
            writer.close()
