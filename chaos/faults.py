"""What breaks, and when: three threads, each with a seed's dice of its own, break processes, what
they stand on, and the wire to the stores. Each kind comes once before any comes again."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from typing import get_args

import redis
import requests

from chaos.cluster import Cluster
from chaos.processes import children_of, minds_sigterm, send
from demo.pretend import Sandbox
from demo.stage import HARBOUR
from sandbox.faults import Kind
from sandbox.liar import LIES
from tests.processes.plant import CREATES

Act = Callable[[], str]
Make = Callable[[random.Random], Act]
Kinds = Sequence[tuple[str, Make]]

WIRE_THREAD = "wire"
WIRE = sorted(set(get_args(Kind)) - {"unauthorized", "rejected", "certificate"})
"""Left out is what rightly stops a store, or an order, until a person does something."""
CHANGES_ORDERS = frozenset(
    {
        "amounts_without_decimals",
        "empty_list",
        "fees_dropped",
        "floats_for_integers",
        "huge_amounts",
        "huge_integers",
        "line_dropped",
        "lists_as_null",
        "lists_as_number",
        "lists_as_object",
        "lists_as_text",
        "lists_emptied",
        "lists_nested",
        "lists_of_numbers",
        "meta_as_null",
        "meta_as_number",
        "meta_as_text",
        "meta_dropped",
        "meta_emptied",
        "meta_nested",
        "meta_of_numbers",
        "negative_numbers",
        "not_a_number",
        "other_address",
        "other_currency",
        "other_tax",
        "other_total",
        "quantity_one",
        "status_shipped",
        "status_unheard_of",
        "texts_as_numbers",
        "tracking_in_line_meta",
        "tracking_per_item",
    }
)
"""Lies that are told of orders and cannot be told from the truth: what they cause is no fault."""
LONG_OR_HOSTILE = frozenset(
    {
        "cached_not_found",
        "cached_reads",
        "cached_reads_by_path",
        "cached_reads_without_jsonp",
        "cached_reads_without_underscore",
        "links_data",
        "links_javascript",
        "links_quote_buyer",
        "links_userinfo",
        "links_with_breaks",
        "quadratic_user_error",
        "huge_user_error",
        "refusal_quotes_buyer",
        "retry_after_date",
        "retry_after_gigasecond",
        "titles_quote_buyer",
    }
)
"""Refusals of an order, texts that stay on it, and waits that outlast the quiet."""
SMALLER = {"huge_error": {"size": 40_000}, "huge_texts": {"size": 40_000}}


def lies_of(platform: str) -> list[str]:
    """What a store of that platform may say here."""
    left_out = CHANGES_ORDERS | LONG_OR_HOSTILE
    return sorted(
        name
        for name, lie in LIES.items()
        if platform in lie.platforms and name not in left_out and not name.startswith("hook_")
    )


class Faults:
    """``counts`` what was done, by kind; ``log`` when; ``wrong`` what should not have been."""

    def __init__(self, cluster: Cluster, seed: int) -> None:
        self.cluster, self.seed = cluster, seed
        self.counts: Counter[str] = Counter()
        self.log: list[str] = []
        self.wrong: list[str] = []
        self.opened = threading.Event()
        """Each vendor's store has lost the answers that it was to lose first."""
        self._stopping = threading.Event()
        self._started = time.monotonic()
        self._threads = [
            threading.Thread(target=self._run, args=(name, kinds))
            for name, kinds in (
                ("processes", self._processes()),
                ("ground", self._ground()),
                (WIRE_THREAD, self._wire()),
            )
        ]

    def start(self) -> None:
        self._sandbox().post("/deliveries", drop=1)
        for each in self._threads:
            each.start()

    def stop(self) -> None:
        """Returns when all that was broken is whole again."""
        self._stopping.set()
        for each in self._threads:
            each.join()
        sandbox = self._sandbox()
        sandbox.post("/faults/clear")
        sandbox.post("/lies/stop")
        sandbox.post("/deliveries", drop=0, duplicate=0, shuffle=False)

    def _run(self, name: str, kinds: Kinds) -> None:
        dice = random.Random(f"{name} {self.seed}")
        if name == WIRE_THREAD:
            self._first_answers_lost()
        for what, make in self._rounds(dice, kinds):
            if self._stopping.wait(dice.uniform(0.5, 4)):
                return
            begun = time.monotonic() - self._started
            about = make(dice)()
            self.counts[what] += 1
            ended = time.monotonic() - self._started
            self.log.append(f"{begun:6.1f}–{ended:.1f} s  {what} {about}")

    @staticmethod
    def _rounds(dice: random.Random, kinds: Kinds) -> Iterator[tuple[str, Make]]:
        while True:
            yield from dice.sample(kinds, len(kinds))

    def _pause(self, seconds: float) -> None:
        """Shorter, if the faults are to end."""
        self._stopping.wait(seconds)

    def _sandbox(self) -> Sandbox:
        """A door of this thread's own."""
        return Sandbox(int(self.cluster.sandbox.url.rpartition(":")[2]))

    # -- processes ---------------------------------------------------------------------------------

    def _processes(self) -> Kinds:
        return [
            ("worker killed", lambda dice: self._killed("worker", dice)),
            ("worker killed, its fork not", lambda dice: self._killed("worker", dice, fork=True)),
            ("worker frozen", lambda dice: self._frozen("worker", dice, 12)),
            ("web killed", lambda dice: self._killed("web", dice)),
            ("web frozen", lambda dice: self._frozen("web", dice, 4)),
            ("clock killed", lambda dice: self._killed("clock", dice)),
            ("clock frozen", lambda dice: self._frozen("clock", dice, 6)),
            ("every worker killed", lambda dice: self._all_killed("worker", dice)),
        ]

    def _some(self, kind: str, dice: random.Random) -> str:
        return dice.choice([each for each in self.cluster.size.names if each.startswith(kind)])

    def _killed(self, kind: str, dice: random.Random, *, fork: bool = False) -> Act:
        name, pause = self._some(kind, dice), dice.uniform(0, 3)

        def act() -> str:
            self.cluster.down.add(name)
            self.cluster.programs.kill(name, children=not fork)
            self._pause(pause)
            self.cluster.start_one(name)
            self._until_at_work([name])
            return name

        return act

    def _all_killed(self, kind: str, dice: random.Random) -> Act:
        names = [each for each in self.cluster.size.names if each.startswith(kind)]
        pause = dice.uniform(0, 3)

        def act() -> str:
            self.cluster.down.update(names)
            for name in names:
                self.cluster.programs.kill(name)
            self._pause(pause)
            for name in names:
                self.cluster.start_one(name)
            self._until_at_work(names)
            return ", ".join(names)

        return act

    def _until_at_work(self, names: Sequence[str]) -> None:
        """On a slow machine nothing would happen but kills."""
        while not self._stopping.wait(0.1):
            if all(minds_sigterm(self.cluster.programs.pid(name)) for name in names):
                return

    def _frozen(self, kind: str, dice: random.Random, longest: float) -> Act:
        name, seconds = self._some(kind, dice), dice.uniform(1, longest)

        def act() -> str:
            leader = self.cluster.programs.pid(name)
            pids = [leader, *children_of(leader)]
            send(signal.SIGSTOP, pids)
            self._pause(seconds)
            send(signal.SIGCONT, pids)
            return f"{name} for {seconds:.0f} s"

        return act

    # -- what they stand on ------------------------------------------------------------------------

    def _ground(self) -> Kinds:
        return [
            ("Redis away", self._redis_away),
            ("Redis emptied", lambda dice: self._redis_emptied),
            ("Redis frozen", self._redis_frozen),
            ("PostgreSQL restarted", lambda dice: self._restarted),
            ("PostgreSQL killed", lambda dice: self._crashed),
            ("PostgreSQL frozen", self._database_frozen),
        ]

    def _redis_away(self, dice: random.Random) -> Act:
        seconds = dice.uniform(2, 20)

        def act() -> str:
            self.cluster.programs.kill("redis")
            self._pause(seconds)
            self.cluster.start_redis()
            return f"for {seconds:.0f} s"

        return act

    def _redis_emptied(self) -> str:
        with redis.Redis.from_url(self.cluster.stack.settings["redis_url"]) as client:
            client.flushall()
        return ""

    def _redis_frozen(self, dice: random.Random) -> Act:
        seconds = dice.uniform(1, 8)

        def act() -> str:
            pid = self.cluster.programs.pid("redis")
            send(signal.SIGSTOP, [pid])
            self._pause(seconds)
            send(signal.SIGCONT, [pid])
            return f"for {seconds:.0f} s"

        return act

    def _restarted(self) -> str:
        self.cluster.database.restart()
        return ""

    def _crashed(self) -> str:
        self.cluster.database.crash()
        return ""

    def _database_frozen(self, dice: random.Random) -> Act:
        seconds = dice.uniform(1, 6)

        def act() -> str:
            self.cluster.database.freeze()
            self._pause(seconds)
            self.cluster.database.thaw()
            return f"for {seconds:.0f} s"

        return act

    # -- the wire ----------------------------------------------------------------------------------

    def _wire(self) -> Kinds:
        broken = [("wire broken", self._broken)] * 6
        return [
            *broken,
            ("lies", self._lies),
            ("lies", self._lies),
            ("webhooks lost, doubled and shuffled", self._webhooks),
            ("webhooks forged", lambda dice: self._forged),
        ]

    def _first_answers_lost(self) -> None:
        """No webhook arrives until each vendor's store has lost answers to orders that it made: all
        of them are found without being told."""
        for host, kind in zip(self.cluster.vendors.values(), cycle(("lost_answer", "error_after"))):
            match = CREATES["shopify" if host.endswith(".myshopify.com") else "woocommerce"]
            self._sandbox().post("/faults", kind=kind, host=host, match=match)
            self.counts["wire broken"] += 1
        while self._sandbox().get("/faults")["planned"] and not self._stopping.wait(0.3):
            pass
        self._sandbox().post("/deliveries", drop=0)
        self.opened.set()
        self.counts["webhooks lost, doubled and shuffled"] += 1

    def _host(self, dice: random.Random) -> str:
        """Rather a vendor's than a merchant's."""
        vendors = sorted(self.cluster.vendors.values())
        return dice.choice([*vendors, *vendors, *self.cluster.shops])

    def _broken(self, dice: random.Random) -> Act:
        host, kind, times = self._host(dice), dice.choice(WIRE), dice.randint(1, 5)
        shopify = host.endswith(".myshopify.com")
        match = dice.choice(("", CREATES["shopify" if shopify else "woocommerce"]))
        seconds = dice.uniform(1, 4)

        def act() -> str:
            self._sandbox().post(
                "/faults", kind=kind, host=host, match=match, times=times, seconds=seconds
            )
            return f"{kind} × {times} at {host}"

        return act

    def _lies(self, dice: random.Random) -> Act:
        host = self._host(dice)
        platform = "shopify" if host.endswith(".myshopify.com") else "woocommerce"
        names = dice.sample(lies_of(platform), 3)
        seconds = dice.uniform(2, 8)

        def act() -> str:
            for name in names:
                self._sandbox().post(
                    "/lies",
                    host=host,
                    name=name,
                    for_seconds=seconds,
                    share=0.3,
                    **SMALLER.get(name, {}),
                )
            self._pause(seconds)
            return f"{', '.join(names)} at {host} for {seconds:.0f} s"

        return act

    def _webhooks(self, dice: random.Random) -> Act:
        seconds = dice.uniform(3, 10)

        def act() -> str:
            self._sandbox().post("/deliveries", drop=0.3, duplicate=0.3, shuffle=True)
            self._pause(seconds)
            self._sandbox().post("/deliveries", drop=0, duplicate=0, shuffle=False)
            return f"for {seconds:.0f} s"

        return act

    def _forged(self) -> str:
        """A body that the shop never sent must be turned away, whatever else is broken."""
        headers = {
            "X-Shopify-Topic": "orders/create",
            "X-Shopify-Shop-Domain": HARBOUR,
            "X-Shopify-Hmac-Sha256": "c29tZWJvZHkgZWxzZSdz",
            "X-Shopify-Webhook-Id": f"forged-{time.monotonic_ns()}",
            "Content-Type": "application/json",
        }
        body = b'{"id": 666, "name": "#666", "line_items": []}'
        try:
            answer = requests.post(
                f"{self.cluster.stack.url}/webhooks/shopify", body, headers=headers, timeout=10
            )
        except requests.RequestException as away:
            return f"answered with {type(away).__name__}"
        if answer.ok:
            self.wrong.append(f"a forged webhook was answered {answer.status_code}")
        return f"answered {answer.status_code}"
