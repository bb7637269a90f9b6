"""An adapter before the pretend stores that changes what they answer."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import requests

from sandbox.world import World
from tests.wsgi_adapter import WsgiAdapter

Body = bytes | Mapping[str, Any]
Twist = Callable[[dict[str, Any]], Body]


class TwistingAdapter(WsgiAdapter):
    """``twists`` change the JSON of an operation's answer, by its GraphQL name; ``statuses`` put
    a whole other answer in its place, without asking the store. ``calls`` are those made."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.twists: dict[str, Twist] = {}
        self.statuses: dict[str, tuple[int, bytes]] = {}
        self.calls: list[str] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        operation = _operation(request)
        self.calls.append(operation)
        if operation in self.statuses:
            return _answer(request, *self.statuses[operation])
        answer = super().send(request, *args, **options)
        if operation in self.twists:
            twisted = self.twists[operation](json.loads(answer.content))
            body = twisted if isinstance(twisted, bytes) else json.dumps(twisted).encode()
            return _answer(request, answer.status_code, body)
        return answer


def _operation(request: requests.PreparedRequest) -> str:
    """``CreateOrder`` for a document that begins with ``mutation CreateOrder(…``."""
    try:
        words = json.loads(request.body or b"")["query"].split()
    except (ValueError, KeyError, TypeError):
        return str(request.url)
    return str(words[1].partition("(")[0])


def _answer(request: requests.PreparedRequest, status: int, body: bytes) -> requests.Response:
    made = requests.Response()
    made.status_code, made.raw, made.request = status, io.BytesIO(body), request
    made.url = request.url or ""
    return made
