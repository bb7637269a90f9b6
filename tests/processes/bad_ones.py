"""One bad thing beside many good ones: each is a context in which it stays bad, and gives a look
that says whether it still is. ``tests/processes/test_isolation.py`` asks that the others go on
without it, ``bench/isolation.py`` measures how much later they are.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import requests
from sqlalchemy import select

from demo.pretend import Sandbox, SandboxRefused
from demo.stack import CLIENT_ID
from demo.stage import HARBOUR
from orderflow import clock, outbox
from orderflow.models import Merchant, Message
from tests.processes.plant import CREATES, Plant, wait_for

QUAY = "quay.myshopify.com"
"""The tenant that has a backlog."""
SHOPS = (HARBOUR, QUAY)
GOOD = {"Alfa": "alfa.myshopify.com", "Bravo": "bravo.example.com"}
BAD = {"Hanging": "hanging.myshopify.com", "Lying": "lying.example.com", "Busy": "busy.example.com"}
VENDORS = {**GOOD, **BAD}
EVERY = 0.5
"""Seconds between two times that somebody does the bad thing again."""
POISON = "poison"
IsBad = Callable[[], bool]
BadOne = Callable[[Plant], AbstractContextManager[IsBad]]


@contextmanager
def again_and_again(act: Callable[[], object], every: float = EVERY) -> Iterator[None]:
    """In a thread, until the block ends. What the sandbox refuses is done once more."""
    stopping = threading.Event()

    def run() -> None:
        while not stopping.wait(every):
            with suppress(SandboxRefused, requests.RequestException):
                act()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def another(plant: Plant) -> Sandbox:
    """A door of the thread's own."""
    return Sandbox(int(plant.sandbox.url.rpartition(":")[2]))


@contextmanager
def one_order(plant: Plant) -> Iterator[IsBad]:
    """Its webhooks hold numbers that no order has, and come twice a second."""
    plant.sandbox.post("/lies", host=HARBOUR, name="hook_numbers_out_of_measure", match=POISON)
    sandbox = another(plant)
    order = sandbox.act("customer.buys", shop=HARBOUR, lines=[["Alfa", 1]], note=POISON)
    notes = iter(range(10**6))

    def edit() -> None:
        note = f"{POISON} {next(notes)}"
        sandbox.act("merchant.changes", shop=HARBOUR, order=order["id"], note=note)

    with again_and_again(edit):
        yield lambda: "numbers_out_of_measure" in str(plant.sandbox.get("/lies")["hosts"])
    plant.sandbox.post("/lies/stop")


@contextmanager
def one_store_that_hangs(plant: Plant) -> Iterator[IsBad]:
    host = BAD["Hanging"]
    plant.slow(host, "", 30, times=10**6)
    before = len(plant.standing(host))
    with again_and_again(lambda: plant.buy("Hanging")):
        wait_for("calls that hang", lambda: plant.fired(host) > 1)
        yield lambda: len(plant.standing(host)) == before
    plant.sandbox.post("/faults/clear")


@contextmanager
def one_store_that_lies(plant: Plant) -> Iterator[IsBad]:
    host = BAD["Lying"]
    for name in ("garbage", "retry_after_infinite", "quadratic_error", "endless_pages"):
        plant.sandbox.post("/lies", host=host, name=name, share=0.4)
    with again_and_again(lambda: plant.buy("Lying")):
        yield lambda: bool(plant.sandbox.get("/lies")["hosts"][host]["on"])
    plant.sandbox.post("/lies/stop")


@contextmanager
def one_message(plant: Plant) -> Iterator[IsBad]:
    """It names what does not exist, in the lanes of the good ones."""
    with plant.unit() as session:
        for merchant in session.scalars(select(Merchant)):
            for kind, subject in (("fetch", "fetch:poison"), ("webhook", "webhook:poison")):
                about = {"order": None, "webhook": 0}
                lane = merchant.access.lane
                outbox.put(session, lane, kind, subject, about, now=clock.now())

    def is_there() -> bool:
        with plant.unit() as session:
            poison = select(Message.id).where(Message.subject.endswith(POISON)).limit(1)
            return session.scalar(poison) is not None

    yield is_there


@contextmanager
def one_tenant(plant: Plant, orders: int = 150) -> Iterator[IsBad]:
    """A backlog of orders of a vendor whose store takes a second for each, and a storm of webhooks
    about them."""
    host = BAD["Busy"]
    plant.slow(host, CREATES["woocommerce"], 1, times=10**6)
    sandbox = another(plant)
    made: list[int] = []

    def storm() -> None:
        if len(made) < orders:
            made.append(sandbox.act("customer.buys", shop=QUAY, lines=[["Busy", 1]])["id"])
            return
        number = made[len(made) % orders]
        made.append(number)
        sandbox.act("merchant.changes", shop=QUAY, order=number, note=f"Note {len(made)}")

    before = len(plant.standing(host))
    with again_and_again(storm, 0.01):
        wait_for("a backlog", lambda: len(made) >= orders // 2)
        yield lambda: len(plant.standing(host)) - before < orders
    plant.sandbox.post("/faults/clear")


@contextmanager
def one_visitor(plant: Plant, browsers: int = 2) -> Iterator[IsBad]:
    """Opens the list of orders, over and over."""
    answered: list[int] = []

    def look() -> None:
        token = another(plant).get(f"/id-token/{QUAY}/{CLIENT_ID}")["id_token"]
        headers = {"Authorization": f"Bearer {token}", "HX-Request": "true"}
        answer = requests.get(f"{plant.stack.url}/orders", headers=headers, timeout=30)
        answered.append(answer.status_code)

    with ExitStack() as stack:
        for _ in range(browsers):
            stack.enter_context(again_and_again(look, 0))
        wait_for("the visitor", lambda: answered)
        yield lambda: answered[-1] == 200


@contextmanager
def one_connection(plant: Plant, sockets: int = 32) -> Iterator[IsBad]:
    """Announces a body, and sends one byte of it; where it is closed, another one comes."""
    host, port = "127.0.0.1", plant.stack.port
    head = f"POST /webhooks/shopify HTTP/1.1\r\nHost: {host}\r\nContent-Length: 90000\r\n\r\n{{"
    opened: list[socket.socket] = []

    def connect() -> None:
        with suppress(OSError):
            made = socket.create_connection((host, port), 1)
            made.sendall(head.encode())
            opened.append(made)

    def keep_open() -> None:
        for each in [each for each in opened if is_closed(each)]:
            opened.remove(each)
            each.close()
        for _ in range(sockets - len(opened)):
            connect()

    keep_open()
    with again_and_again(keep_open):
        yield lambda: bool(opened)
    for each in opened:
        each.close()


def is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@contextmanager
def one_worker(plant: Plant) -> Iterator[IsBad]:
    """Stopped in the middle of its work, with all that it holds."""
    pids = plant.workers_of()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield lambda: all("\nState:\tT" in status_of(pid) for pid in pids)
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def status_of(pid: int) -> str:
    """Linux, proc(5)."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/status").read_text()
    return ""


@contextmanager
def redis_away(plant: Plant) -> Iterator[IsBad]:
    plant.programs.kill("redis")
    try:
        yield lambda: not plant.programs.runs("redis")
    finally:
        plant.start_redis()


BAD_ONES: Mapping[str, BadOne] = MappingProxyType(
    {
        "one order": one_order,
        "one store that hangs": one_store_that_hangs,
        "one store that lies": one_store_that_lies,
        "one message": one_message,
        "one tenant": one_tenant,
        "one visitor": one_visitor,
        "one worker": one_worker,
        "Redis": redis_away,
        "one web connection": one_connection,
    }
)
