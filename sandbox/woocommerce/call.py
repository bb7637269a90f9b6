"""One REST request on its way to an endpoint, and what endpoints have in common."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request

from sandbox.woocommerce.answers import Answer, RestError
from sandbox.woocommerce.models import JSON, Key
from sandbox.woocommerce.php import as_lists, is_integer, parse_query, truth

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore


@dataclass
class Call:
    """``params`` are the query's and the body's together, as WordPress merges them."""

    store: WooStore
    method: str
    path: str
    query_string: str
    params: dict[str, Any]
    ids: tuple[str, ...]
    key: Key | None
    default_status: str = ""

    @property
    def id(self) -> int:
        return int(self.ids[0])

    @property
    def dp(self) -> int | None:
        """Decimals asked for by ``?dp=``."""
        value: Any = self.params.get("dp")
        return int(value) if is_integer(value) else None

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.params.get(name)
        return default if value is None else truth(value)

    def number(self, name: str, default: int) -> int:
        value = self.params.get(name)
        return default if value is None else int(value)


Endpoint = Callable[[Call], Answer]


def read_body(request: Request) -> JSON:
    """JSON or a form; any other content type is not read, so the body is empty."""
    kind = request.mimetype
    if kind == "application/json" or kind.endswith("+json"):
        return _json_body(request.get_data())
    if kind == "application/x-www-form-urlencoded" or (not kind and request.content_length):
        form = parse_query(request.get_data().decode())
        return {name: as_lists(value) for name, value in form.items()}
    return {}


def _json_body(raw: bytes) -> JSON:
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise RestError(
            "rest_invalid_json",
            "Invalid JSON body passed.",
            json_error_code=4,
            json_error_message="Syntax error",
        ) from error
    return body if isinstance(body, dict) else {}


def only_fields(body: Any, wanted: str) -> Any:
    """``_fields=id,billing.email``: keep these keys, in the body's own order."""
    names = [each.strip() for each in wanted.split(",") if each.strip()]
    if isinstance(body, list):
        return [only_fields(each, wanted) for each in body]
    kept: JSON = {}
    for key, value in body.items():
        inner = [name[len(key) + 1 :] for name in names if name.startswith(f"{key}.")]
        if key in names:
            kept[key] = value
        elif inner and isinstance(value, dict):
            kept[key] = only_fields(value, ",".join(inner))
    return kept
