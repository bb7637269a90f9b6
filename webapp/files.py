"""Static files: each address carries what is in the file, so a browser may keep it for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

FOR_EVER = "public, max-age=31536000, immutable"


def mark(app: Flask) -> None:
    app.url_defaults(_with_version)
    app.after_request(_let_keep)


def _with_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static":
        values.setdefault("v", _version(str(current_app.static_folder), values["filename"]))


def _let_keep(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code == 200:
        folder, values = str(current_app.static_folder), request.view_args or {}
        if request.args.get("v") == _version(folder, values["filename"]):
            response.headers["Cache-Control"] = FOR_EVER
    return response


@cache
def _version(folder: str, name: str) -> str:
    """Of a file as it was when it was first asked for; a release starts new processes."""
    return hashlib.sha256((Path(folder) / name).read_bytes()).hexdigest()[:12]
