"""Faults on the wire between a client and a pretend store.

The moment decides what a fault means: some break the request before the store acts on it, some
after, and a client cannot tell the two apart. ``fired`` remembers every one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from sandbox.world import World

Kind = Literal[
    "lost_answer",
    "late",
    "error_after",
    "error_before",
    "turned_away",
    "slow",
    "throttled",
    "refused",
    "html",
    "maintenance",
    "unauthorized",
    "rejected",
    "redirect",
    "certificate",
]
Match = Callable[[Request], bool] | str
Answer = Callable[[], Response]


class ConnectionTorn(ConnectionError):
    """The connection broke without an answer; the request may have been executed or not."""


class ConnectionRefused(ConnectionTorn):
    """Nobody listened; the request never left the client."""


class CertificateInvalid(ConnectionRefused):
    """The server cannot prove its name; no client that looks goes on."""


@dataclass(eq=False)
class Fault:
    """``match``: a test of the request, or text found in its path or body. ``times`` counts down;
    ``seconds`` is how long an answer is held back (slow) or its execution put off (late,
    turned_away)."""

    kind: Kind
    host: str = "*"
    match: Match = ""
    times: int = 1
    probability: float = 1.0
    seconds: float = 0.0

    def meets(self, request: Request) -> bool:
        if self.host not in ("*", host_of(request)):
            return False
        if callable(self.match):
            return self.match(request)
        return self.match in request.path or self.match in request.get_data(as_text=True)


@dataclass(frozen=True)
class Fired:
    kind: Kind
    host: str
    method: str
    path: str
    body: str = field(repr=False)


class Faults:
    def __init__(self, world: World) -> None:
        self.world = world
        self.planned: list[Fault] = []
        self.fired: list[Fired] = []
        self._lock = threading.Lock()

    def add(
        self,
        kind: Kind,
        host: str = "*",
        match: Match = "",
        times: int = 1,
        probability: float = 1.0,
        seconds: float = 0.0,
    ) -> Fault:
        if kind not in get_args(Kind):
            raise ValueError(f"unknown fault {kind!r}; there are {', '.join(get_args(Kind))}")
        fault = Fault(kind, host, match, times, probability, seconds)
        self.planned.append(fault)
        return fault

    def clear(self) -> None:
        self.planned.clear()

    def apply(self, request: Request, answer: Answer) -> Response:
        """Let the first fault that meets the request act on it; ``answer`` executes it."""
        fault = self._draw(request)
        if fault is None:
            return answer()
        outcome: Callable[[Fault, Request, Answer], Response] = getattr(self, f"_{fault.kind}")
        return outcome(fault, request, answer)

    def _draw(self, request: Request) -> Fault | None:
        with self._lock:
            for fault in self.planned:
                if not fault.meets(request) or self.world.random.random() >= fault.probability:
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self.planned.remove(fault)
                self.fired.append(
                    Fired(
                        fault.kind,
                        host_of(request),
                        request.method,
                        request.path,
                        request.get_data(as_text=True),
                    )
                )
                return fault
        return None

    def _lost_answer(self, fault: Fault, request: Request, answer: Answer) -> Response:
        answer()
        raise ConnectionTorn("the answer was lost")

    def _late(self, fault: Fault, request: Request, answer: Answer) -> Response:
        self.world.do_later(fault.seconds, answer)
        raise ConnectionTorn("no answer in time")

    def _error_after(self, fault: Fault, request: Request, answer: Answer) -> Response:
        answer()
        return bad_gateway()

    def _error_before(self, fault: Fault, request: Request, answer: Answer) -> Response:
        return bad_gateway()

    def _turned_away(self, fault: Fault, request: Request, answer: Answer) -> Response:
        """A firewall that dislikes what goes out: the request is executed all the same."""
        self.world.do_later(fault.seconds, answer) if fault.seconds else answer()
        return page("403 Forbidden", 403)

    def _slow(self, fault: Fault, request: Request, answer: Answer) -> Response:
        self.world.sleep(fault.seconds)
        return answer()

    def _throttled(self, fault: Fault, request: Request, answer: Answer) -> Response:
        shop = self.world.shops.get(host_of(request))
        return shop.throttled() if shop else too_many_requests()

    def _refused(self, fault: Fault, request: Request, answer: Answer) -> Response:
        raise ConnectionRefused("connection refused")

    def _certificate(self, fault: Fault, request: Request, answer: Answer) -> Response:
        raise CertificateInvalid("certificate verify failed")

    def _html(self, fault: Fault, request: Request, answer: Answer) -> Response:
        return page("Just a moment…", 200)

    def _maintenance(self, fault: Fault, request: Request, answer: Answer) -> Response:
        response = page("Briefly unavailable for scheduled maintenance.", 503)
        response.headers["Retry-After"] = "600"
        return response

    def _unauthorized(self, fault: Fault, request: Request, answer: Answer) -> Response:
        shop = self.world.shops.get(host_of(request))
        return shop.unauthorized() if shop else woo_unauthorized()

    def _rejected(self, fault: Fault, request: Request, answer: Answer) -> Response:
        return woo_rejected()

    def _redirect(self, fault: Fault, request: Request, answer: Answer) -> Response:
        return Response(status=301, headers={"Location": f"https://www.{request.host}/"})


def host_of(request: Request) -> str:
    """Without the port, and without the ``.localhost`` that leads a plain browser to us."""
    return request.host.partition(":")[0].lower().removesuffix(".localhost")


def page(title: str, status: int) -> Response:
    body = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{title}</body></html>"
    return Response(body, status, mimetype="text/html")


def bad_gateway() -> Response:
    return page("502 Bad Gateway", 502)


def too_many_requests() -> Response:
    response = page("429 Too Many Requests", 429)
    response.headers["Retry-After"] = "2"
    return response


def woo_unauthorized() -> Response:
    """WooCommerce 10.5: what a revoked consumer key gets."""
    body = (
        '{"code":"woocommerce_rest_authentication_error",'
        '"message":"Invalid signature - provided signature does not match.","data":{"status":401}}'
    )
    return Response(body, 401, mimetype="application/json")


def woo_rejected() -> Response:
    """WooCommerce: what a plugin that looks orders over answers to one that it does not want."""
    body = '{"code":"rest_invalid_param","message":"Not for sale.","data":{"status":400}}'
    return Response(body, 400, mimetype="application/json")
