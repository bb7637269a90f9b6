"""Shopify's search syntax, and the index behind it that lags the truth."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import eq, ge, gt, le, lt
from typing import Any

from sandbox.shopify.order import Order

Doc = Mapping[str, Any]

TERM = re.compile(
    r"""(?P<negated>-|NOT\s+)?
        (?:(?P<field>[A-Za-z_][\w.]*):(?P<op>>=|<=|>|<|=)?)?
        (?P<value>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+)""",
    re.VERBOSE,
)
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "": eq,
    "=": eq,
    ">": gt,
    ">=": ge,
    "<": lt,
    "<=": le,
}
EXACT = ("source_identifier", "tag")


class BadSearch(ValueError):
    """A search that the sandbox does not know; the words say which part."""


@dataclass(frozen=True)
class Term:
    field: str
    op: str
    value: str
    negated: bool


Search = list[list[Term]]
"""Alternatives (OR) of terms that must all hold."""


def parse(query: str) -> Search:
    """``sku:'A-1' OR sku:'B'``; terms side by side must all hold. No parentheses."""
    if "(" in re.sub(r"'[^']*'|\"[^\"]*\"", "", query):
        raise BadSearch("parentheses in a search are not in the sandbox")
    alternatives: Search = [[]]
    for found in TERM.finditer(query):
        if found["value"] == "OR" and not found["field"]:
            alternatives.append([])
        elif found["value"] != "AND" or found["field"]:
            alternatives[-1].append(_term(found))
    return alternatives


def _term(found: re.Match[str]) -> Term:
    value = found["value"]
    if value[0] in "'\"" and value[-1] == value[0] and len(value) > 1:
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    return Term(found["field"] or "", found["op"] or "", value, bool(found["negated"]))


def matches(doc: Doc, search: Search) -> bool:
    return any(all(_holds(doc, term) for term in terms) for terms in search)


def _holds(doc: Doc, term: Term) -> bool:
    return _meets(doc, term) is not term.negated


def _meets(doc: Doc, term: Term) -> bool:
    if not term.field:
        return any(_words(term.value, each) for each in doc.values() if isinstance(each, str))
    if term.field not in doc:
        raise BadSearch(f"search by {term.field!r} is not in the sandbox")
    actual = doc[term.field]
    if isinstance(actual, datetime):
        return COMPARE[term.op](actual, _moment(term.value))
    if isinstance(actual, int):
        return COMPARE[term.op](actual, _number(term.value))
    return _contains(actual, term)


def _contains(actual: Any, term: Term) -> bool:
    values = [actual] if isinstance(actual, str) else list(actual or ())
    if term.field in ("sku", "barcode", "title", "vendor"):
        return any(_words(term.value, each) for each in values)
    return any(each.casefold() == term.value.casefold() for each in values)


def _words(wanted: str, text: str) -> bool:
    """Tokenised and case-insensitive: ``abc-1`` finds ``ABC-1-RED`` as well."""
    if wanted.endswith("*"):
        return text.casefold().startswith(wanted[:-1].casefold())
    needle, hay = (re.findall(r"\w+", each.casefold()) for each in (wanted, text))
    return bool(needle) and any(
        hay[at : at + len(needle)] == needle for at in range(len(hay) - len(needle) + 1)
    )


@lru_cache(maxsize=256)
def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadSearch(f"not a time: {value!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(value: str) -> int:
    digits = value.rpartition("/")[2]
    return int(digits) if digits.isdecimal() else -1


def order_doc(order: Order) -> dict[str, Any]:
    """What the search knows of an order."""
    closed = "closed" if order.closed_at else "open"
    status = ["cancelled"] if order.cancelled_at else [closed]
    return {
        "id": order.id,
        "name": [order.name, order.name.removeprefix("#")],
        "tag": tuple(order.tags),
        "source_identifier": order.source_identifier or "",
        "source_name": order.source_name,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "processed_at": order.processed_at,
        "status": [*status, "any", *(["not_closed"] if not order.closed_at else [])],
        "financial_status": order.financial_status.lower(),
        "fulfillment_status": _fulfilment_words(order),
        "email": order.email or "",
        "po_number": order.po_number or "",
        "sku": [line.sku for line in order.lines],
        "test": str(order.test).lower(),
    }


def _fulfilment_words(order: Order) -> list[str]:
    status = order.fulfillment_status
    words = {"FULFILLED": ["shipped", "fulfilled"], "PARTIALLY_FULFILLED": ["partial"]}
    return words.get(status, ["unfulfilled", "unshipped"])


class OrderIndex:
    """Shopify's order search: what it knows of an order is ``lag`` seconds old."""

    def __init__(self, clock: Callable[[], datetime], lag: float) -> None:
        self.clock = clock
        self.lag = lag
        self.docs: dict[int, dict[str, Any]] = {}
        self._coming: deque[tuple[datetime, dict[str, Any]]] = deque()
        self._ids: dict[tuple[str, str], set[int]] = defaultdict(set)

    def put(self, order: Order) -> None:
        self._coming.append((self.clock() + timedelta(seconds=self.lag), order_doc(order)))
        self._catch_up()

    def find(self, query: str) -> list[dict[str, Any]]:
        """Docs of the orders that match, in no order."""
        self._catch_up()
        if not query.strip():
            return list(self.docs.values())
        search = parse(query)
        return [doc for doc in self._candidates(search) if matches(doc, search)]

    def _catch_up(self) -> None:
        now = self.clock()
        while self._coming and self._coming[0][0] <= now:
            self._learn(self._coming.popleft()[1])

    def _learn(self, doc: dict[str, Any]) -> None:
        for key in self._keys(self.docs.get(doc["id"])):
            self._ids[key].discard(doc["id"])
        for key in self._keys(doc):
            self._ids[key].add(doc["id"])
        self.docs[doc["id"]] = doc

    def _keys(self, doc: dict[str, Any] | None) -> Iterable[tuple[str, str]]:
        if doc is None:
            return
        yield "source_identifier", doc["source_identifier"].casefold()
        for tag in doc["tag"]:
            yield "tag", tag.casefold()

    def _candidates(self, search: Search) -> Iterable[dict[str, Any]]:
        if len(search) == 1:
            for term in search[0]:
                if term.field in EXACT and not term.negated and not term.op:
                    ids = self._ids.get((term.field, term.value.casefold()), ())
                    return [self.docs[each] for each in ids]
        return self.docs.values()
