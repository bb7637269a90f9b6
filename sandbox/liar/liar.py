"""The liar of one store: which lies are on, how they are drawn, and which were told."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from sandbox.liar.lie import LIES, Lie, Platform, Telling

if TYPE_CHECKING:
    from sandbox.world import World

MOST_TOLD = 10_000
OPERATION = re.compile(r"(?:query|mutation)[ \\\\n]+(\w+)")


@dataclass(frozen=True)
class Told:
    """A lie that was told, and to which request or webhook."""

    name: str
    method: str
    path: str
    at: datetime


@dataclass(eq=False)
class Switch:
    """A lie that is on, until a moment, for a share of the calls, a number of times, or where
    ``match`` stands in the path, in the body or, without one, in the query."""

    lie: Lie
    share: float
    until: datetime | None
    times: int | None
    match: str
    options: Mapping[str, Any] = field(default_factory=dict)


class Liar:
    """``told`` remembers every lie, newest last. With the same ``seed`` and the same calls the
    same lies are told."""

    def __init__(self, world: World, host: str, platform: Platform, seed: int = 0) -> None:
        self.world, self.host, self.platform = world, host, platform
        self.told: list[Told] = []
        self.memory: dict[str, Any] = {}
        self._switches: list[Switch] = []
        self._rates: dict[str, float] = {}
        self._options: dict[str, Mapping[str, Any]] = {}
        self._lock = threading.RLock()
        self.seed(seed)

    def seed(self, seed: int) -> None:
        self._seed = seed
        self._calls: Counter[str] = Counter()

    def _dice(self, call: str) -> random.Random:
        """Dice of their own for each call: what threads ask in another order gets the same."""
        self._calls[call] += 1
        seed = f"{self._seed} {self.host} {call} {self._calls[call]}"
        return random.Random(seed)  # noqa: S311 - a seeded dice, not a secret

    @property
    def names(self) -> list[str]:
        """The lies that this store can tell."""
        return [name for name, lie in LIES.items() if self.platform in lie.platforms]

    def tell(
        self,
        name: str,
        *,
        for_seconds: float | None = None,
        share: float = 1.0,
        times: int | None = None,
        match: str = "",
        **options: Any,
    ) -> None:
        """Switch a lie on. ``options`` are those of the lie, such as ``pattern``."""
        lie = self._known(name)
        until = None if for_seconds is None else self.world.now() + timedelta(seconds=for_seconds)
        with self._lock:
            self._switches.append(Switch(lie, share, until, times, match, options))

    def draw(
        self,
        seed: int,
        rates: Mapping[str, float],
        options: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """From now on each call draws one lie or none: ``rates`` are probabilities by name, and
        together at most 1; ``options`` are those of single lies by name."""
        for name in rates:
            self._known(name)
        if sum(rates.values()) > 1:
            raise ValueError("the rates add up to more than 1")
        with self._lock:
            self._rates, self._options = dict(rates), dict(options or {})
            self.seed(seed)

    def stop(self, name: str = "") -> None:
        """No more of this lie, or of any; what a cache kept is forgotten."""
        with self._lock:
            self._switches = [each for each in self._switches if name and each.lie.name != name]
            self._rates = {key: rate for key, rate in self._rates.items() if name and key != name}
            self.memory.clear()

    @property
    def switched_on(self) -> list[str]:
        now = self.world.now()
        return [each.lie.name for each in self._switches if _lasts(each, now)] + list(self._rates)

    def _known(self, name: str) -> Lie:
        lie = LIES.get(name)
        if lie is None or self.platform not in lie.platforms:
            raise ValueError(f"no such lie for {self.platform}: {name!r}")
        return lie

    def answer(self, request: Request, execute: Callable[[], Response]) -> Response:
        """The store's answer, or a lie in its place. Without a lie it is handed on untouched."""
        remember_buyer(self, request)
        true: list[Response] = []

        def once() -> Response:
            if not true:
                true.append(execute())
            return true[0]

        body = request.get_data(as_text=True) or request.query_string.decode(errors="replace")
        dice, switches = self._candidates(f"{request.method} {request.path}", body)
        for switch in switches:
            telling = Telling(
                self, self.platform, dice, switch.options, request=request, execute=once
            )
            made = switch.lie.reply(telling)
            if made is not None and self._count(switch, request.method, request.path):
                return made
        return once()

    def webhook(self, topic: str, body: bytes) -> bytes:
        """The body of a webhook that is about to be signed, or a lie in its place."""
        dice, switches = self._candidates(topic, body.decode(errors="replace"))
        for switch in switches:
            if not switch.lie.webhooks or switch.lie.content is None:
                continue
            telling = Telling(self, self.platform, dice, switch.options, topic=topic)
            made = switch.lie.content(body, telling)
            if made is not None and self._count(switch, "WEBHOOK", topic):
                return made
        return body

    def _candidates(self, call: str, body: str) -> tuple[random.Random, list[Switch]]:
        """The lies that may be told now, and the dice of this call."""
        now = self.world.now()
        with self._lock:
            self._switches = [each for each in self._switches if _lasts(each, now)]
            dice = self._dice(f"{call} {OPERATION.findall(body)[:1]}")
            found = [
                each
                for each in self._switches
                if (not each.match or each.match in call or each.match in body)
                and (each.share >= 1 or dice.random() < each.share)
            ]
            drawn = self._draw(dice) if self._rates else None
        if drawn:
            options = self._options.get(drawn.name, {})
            found.append(Switch(drawn, 1.0, None, None, "", options))
        return dice, found

    def _draw(self, dice: random.Random) -> Lie | None:
        at = dice.random()
        for name, rate in self._rates.items():
            if at < rate:
                return LIES[name]
            at -= rate
        return None

    def _count(self, switch: Switch, method: str, path: str) -> bool:
        """Note a lie that is being told; False when its number was used up meanwhile."""
        with self._lock:
            if switch.times is not None:
                if switch.times <= 0:
                    return False
                switch.times -= 1
            if len(self.told) < MOST_TOLD:
                self.told.append(Told(switch.lie.name, method, path, self.world.now()))
            return True


def _lasts(switch: Switch, now: datetime) -> bool:
    return (switch.until is None or now < switch.until) and switch.times != 0


def remember_buyer(liar: Liar, request: Request) -> None:
    """Keep the newest body that carries an address, for lies that quote the buyer."""
    body = request.get_data(as_text=True)
    if request.method != "GET" and ("address1" in body or "address_1" in body):
        liar.memory["buyer"] = body
