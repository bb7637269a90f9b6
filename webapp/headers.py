"""What every answer says to the browser: who may frame it, and what may run in it."""

from __future__ import annotations

from flask import Flask, current_app, g
from werkzeug.wrappers import Response

from orderflow.config import Config
from webapp import session

ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Strict-Transport-Security", "max-age=63072000"),
)


def guard(app: Flask) -> None:
    app.after_request(_add)
    app.context_processor(lambda: {"nonce": session.nonce})


def _add(response: Response) -> Response:
    for name, said in ALWAYS:
        response.headers.setdefault(name, said)
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", _policy())
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _policy() -> str:
    config: Config = current_app.extensions["sluice_config"]
    bridge = (config.app_bridge or session.APP_BRIDGE).rsplit("/", 1)[0]
    script = f"'self' {bridge}/" + (f" 'nonce-{g.nonce}'" if "nonce" in g else "")
    return (
        f"default-src 'self'; script-src {script}; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' https:; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors {session.frame_ancestors()}"
    )
