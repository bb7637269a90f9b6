"""What a lie is, the table of all lies, and the decorators that enter one into it."""

from __future__ import annotations

import inspect
import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from werkzeug.test import create_environ
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from sandbox.liar.liar import Liar

Platform = Literal["shopify", "woocommerce"]
BOTH: tuple[Platform, ...] = ("shopify", "woocommerce")
WOOCOMMERCE: tuple[Platform, ...] = ("woocommerce",)
SHOPIFY: tuple[Platform, ...] = ("shopify",)

TellAnswer = Callable[["Telling"], Response | None]
TellContent = Callable[[bytes, "Telling"], bytes | None]
TellValue = Callable[[str, Any, "Telling"], Any]


@dataclass(eq=False)
class Telling:
    """One moment at which a lie may be told: a request that waits for its answer, or a webhook
    that is about to leave (then ``topic`` is set, and the request is an empty one). ``spent``:
    characters that a lie added to this answer so far."""

    liar: Liar
    platform: Platform
    rng: random.Random
    options: Mapping[str, Any]
    request: Request = field(default_factory=lambda: Request(create_environ()))
    topic: str = ""
    spent: int = 0
    execute: Callable[[], Response] = Response

    @cached_property
    def truth(self) -> Response:
        """The store's true answer; the store acts on the request when this is first read."""
        return self.execute()

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def path(self) -> str:
        """The path of a REST route, also where it is given as ``?rest_route=``."""
        return str(self.request.args.get("rest_route") or self.request.path)

    @cached_property
    def asked(self) -> str:
        return self.request.get_data(as_text=True)

    @property
    def creates(self) -> bool:
        """Whether an order is to be created."""
        if self.platform == "shopify":
            return "orderCreate(" in self.asked
        return self.method == "POST" and self.path.rstrip("/").endswith("/orders")

    @property
    def reads(self) -> bool:
        if self.platform == "shopify":
            return self.method == "POST" and not self.mutates
        return self.method == "GET"

    @property
    def mutates(self) -> bool:
        """Whether a GraphQL request is a mutation."""
        try:
            query = json.loads(self.asked).get("query", "")
        except (ValueError, AttributeError):
            return False
        return isinstance(query, str) and query.lstrip().startswith("mutation")

    def option(self, name: str, default: Any) -> Any:
        return self.options.get(name, default)


@dataclass(frozen=True)
class Lie:
    """``answer`` makes a whole answer (None: nothing to lie about). ``content`` changes the body
    of a true answer and, with ``webhooks``, of a webhook."""

    name: str
    about: str
    platforms: tuple[Platform, ...]
    answer: TellAnswer | None = None
    content: TellContent | None = None
    webhooks: bool = False
    module: str = field(default="", repr=False)

    def reply(self, telling: Telling) -> Response | None:
        if self.answer:
            return self.answer(telling)
        if self.content is None:
            return None
        truth = telling.truth
        changed = self.content(truth.get_data(), telling)
        return None if changed is None else with_body(truth, changed)


LIES: dict[str, Lie] = {}


def _enter(code: Callable[..., Any], name: str, about: str = "", **parts: Any) -> None:
    if name in LIES:
        raise ValueError(f"there is a lie {name!r} already")
    told = about or inspect.cleandoc(code.__doc__ or "")
    LIES[name] = Lie(name, " ".join(told.split()), module=code.__module__, **parts)


def answers(platforms: tuple[Platform, ...] = BOTH) -> Callable[[TellAnswer], TellAnswer]:
    """Enter a lie that makes a whole answer."""

    def enter(tell: TellAnswer) -> TellAnswer:
        _enter(tell, tell.__name__, platforms=platforms, answer=tell)
        return tell

    return enter


def add_answer(name: str, about: str, tell: TellAnswer, platforms: tuple[Platform, ...]) -> None:
    """Enter a lie of a family, whose members share their code."""
    _enter(tell, name, about, platforms=platforms, answer=tell)


def contents(
    *, platforms: tuple[Platform, ...] = BOTH, webhooks: bool = False
) -> Callable[[TellContent], TellContent]:
    """Enter a lie that changes the bytes of an answer (and of webhooks)."""

    def enter(tell: TellContent) -> TellContent:
        name = tell.__name__
        _enter(tell, name, platforms=platforms, content=tell, webhooks=webhooks)
        return tell

    return enter


def values(
    *, platforms: tuple[Platform, ...] = BOTH, webhooks: bool = True
) -> Callable[[TellValue], TellValue]:
    """Enter a lie that changes values of the JSON: it is asked for each value with its key, from
    the outside in, and hands back the same value or another."""

    def enter(tell: TellValue) -> TellValue:
        add_values(tell.__name__, "", tell, platforms, webhooks=webhooks)
        return tell

    return enter


def add_values(
    name: str,
    about: str,
    tell: TellValue,
    platforms: tuple[Platform, ...],
    *,
    webhooks: bool = True,
) -> None:
    def content(body: bytes, telling: Telling) -> bytes | None:
        head, inner, tail = unwrapped(body)
        told = parsed(inner)
        if told is None:
            return None
        changed = dump(walk(told, tell, telling))
        return None if changed == dump(told) else head + changed + tail

    _enter(tell, name, about, platforms=platforms, content=content, webhooks=webhooks)


# -- tools ----------------------------------------------------------------------------------------


JSONP = re.compile(rb"(/\*\*/\w+\()(.*)(\))", re.DOTALL)


def unwrapped(body: bytes) -> tuple[bytes, bytes, bytes]:
    """What stands before the JSON of an answer, the JSON, and what stands behind it: WordPress
    wraps it in a call where a client asks for that (``?_jsonp=``)."""
    found = JSONP.fullmatch(body)
    return (found[1], found[2], found[3]) if found else (b"", body, b"")


def parsed(body: bytes) -> Any:
    try:
        told = json.loads(body)
    except ValueError:
        return None
    return told if isinstance(told, dict | list) else None


def dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def walk(value: Any, tell: TellValue, telling: Telling, key: str = "") -> Any:
    """``value`` with everything in it replaced by what ``tell`` makes of it. Entries of a list
    have the key of the list with ``[]`` behind it."""
    told = tell(key, value, telling)
    if told is not value:
        return told
    if isinstance(value, dict):
        return {name: walk(each, tell, telling, name) for name, each in value.items()}
    if isinstance(value, list):
        inner = f"{key}[]"
        return [walk(each, tell, telling, inner) for each in value]
    return value


def with_body(answer: Response, body: bytes | str) -> Response:
    """The same answer with another body."""
    made = Response(body, answer.status_code, headers=answer.headers.to_wsgi_list())
    made.headers["Content-Length"] = str(len(made.get_data()))
    return made


def as_json(value: Any, status: int = 200) -> Response:
    return Response(dump(value), status, mimetype="application/json")


def refusal(telling: Telling, status: int, message: str, code: str = "") -> Response:
    """An error of the platform with these words."""
    if telling.platform == "shopify":
        told = {"message": message, "extensions": {"code": code or "INTERNAL_SERVER_ERROR"}}
        return as_json({"errors": [told]} if status == 200 else {"errors": message}, status)
    return as_json(
        {"code": code or "rest_error", "message": message, "data": {"status": status}}, status
    )
