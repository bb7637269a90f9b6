"""Where a page of a list goes on: sealed, so that an address tells no number of ours."""

from __future__ import annotations

import json
from typing import Any

from flask import request

from orderflow.secrets import SecretsError, seal, unseal


def pack(place: Any) -> str:
    """``place`` as text for an address; empty for the end of the list."""
    return "" if place is None else seal(json.dumps(place).encode()).decode()


def row() -> int | None:
    """The row before which the page of a list by id begins."""
    place = here()
    return place if isinstance(place, int) else None


def here() -> Any:
    """Where the page that is asked for begins; None at the start, and for what we never gave."""
    try:
        return json.loads(unseal(request.args.get("after", "").encode()))
    except (SecretsError, ValueError):
        return None
