"""What every chapter needs: the stage, patience, and how a pushed order is told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from demo.book import Book, Order
from demo.merchant import Merchant
from demo.pretend import Sandbox
from demo.stage import Say
from demo.vendor import Vendor

T = TypeVar("T")
EMAIL = "robin@example.com"
"""The buyer's; no vendor may see it."""


class StoryFailed(RuntimeError):
    """Something that should have happened did not; the message is a sentence."""


@dataclass(frozen=True)
class Stage:
    """Everything the story plays on."""

    sandbox: Sandbox
    book: Book
    merchant: Merchant
    vendor: Vendor
    url: str
    status_url: str
    say: Say


def wait_for(what: str, look: Callable[[], T | None], seconds: float = 30) -> T:
    """What ``look`` finds, as soon as it finds something. StoryFailed after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise StoryFailed(f"Waited {seconds:.0f} s in vain for {what}.")
        time.sleep(0.1)


def order_when(stage: Stage, order_id: object, what: str, test: Callable[[Order], bool]) -> Order:
    def look() -> Order | None:
        order = stage.book.order(str(order_id))
        return order if order and test(order) else None

    return wait_for(what, look)


def states(*states: str) -> Callable[[Order], bool]:
    return lambda order: bool(order.parts) and {p.state for p in order.parts} <= set(states)


def pieces(count: int) -> str:
    return "1 piece" if count == 1 else f"{count} pieces"


def tell_pushed(stage: Stage, order: Order) -> None:
    for part in order.parts:
        for push in part.pushes:
            theirs = stage.sandbox.order(push.host, push.id)
            if EMAIL in json.dumps(theirs):
                raise StoryFailed(f"The buyer's e-mail stands in {part.vendor}'s order.")
            stage.say(f"Pushed: {part.vendor}'s {push.platform} store has it as {push.name},")
            stage.say(f"  {theirs['total']}, for {theirs['email']}: no word of the buyer's e-mail.")
