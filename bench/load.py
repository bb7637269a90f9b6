"""Load: sixteen connections that post as fast as they are answered.

By ``wrk`` where it is on the path; else by a client of our own, which costs more CPU of its own.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.deliveries import MARK, Pile
from bench.machine import ROOT

CONNECTIONS = 16
SAID = re.compile(r"answered=(\d+) bad=(\d+) seconds=([\d.]+)")


@dataclass(frozen=True, slots=True)
class Load:
    """``bad`` counts answers other than 2xx and broken connections."""

    answered: int
    bad: int
    seconds: float


def generator() -> str:
    return "wrk" if shutil.which("wrk") else "our own client"


def post(port: int, pile: Pile, seconds: float) -> Load:
    """Post the pile from its beginning, for whole ``seconds``."""
    if generator() == "wrk":
        return _wrk(port, pile, seconds)
    return asyncio.run(_own(port, pile, seconds))


def _wrk(port: int, pile: Pile, seconds: float) -> Load:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--timeout", "10s"]
    command += ["-s", str(ROOT / "bench" / "deliveries.lua"), f"http://127.0.0.1:{port}", "--"]
    command += [str(pile.template), str(pile.lines), str(pile.head)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = SAID.search(said)
    if found is None:
        raise RuntimeError(f"wrk said:\n{said}")
    return Load(int(found[1]), int(found[2]), float(found[3]))


async def _own(port: int, pile: Pile, seconds: float) -> Load:
    following, begun = _requests(pile), time.perf_counter()
    talks = [_talk(port, following, begun + seconds) for _ in range(CONNECTIONS)]
    counts = await asyncio.gather(*talks)
    took = time.perf_counter() - begun
    return Load(sum(all_ for all_, _ in counts), sum(bad for _, bad in counts), took)


def _requests(pile: Pile) -> Iterator[bytes]:
    pieces, head = pile.template.read_bytes().split(MARK), pile.head.read_bytes()
    with pile.lines.open("rb") as lines:
        for line in lines:
            order, delivery, signature = line.split()
            yield b"".join(
                (
                    head,
                    b"X-Shopify-Webhook-Id: " + delivery + b"\r\n",
                    b"X-Shopify-Hmac-Sha256: " + signature + b"\r\n\r\n",
                    order.join(pieces),
                )
            )


async def _talk(port: int, following: Iterator[bytes], end: float) -> tuple[int, int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = bad = 0
    while time.perf_counter() < end:
        writer.write(next(following))
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        await reader.readexactly(int(length[1]) if length else 0)
        answered += 1
        bad += head.split()[1][:1] != b"2"
    writer.close()
    return answered, bad
