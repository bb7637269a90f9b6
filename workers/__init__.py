"""The back door: takes messages out of the outbox, talks to stores, writes down what they said."""

from __future__ import annotations

import socket

from flask import Flask

import stores
from orderflow.config import Config
from orderflow.house import furnish
from stores import guard, http


def create_app(config: Config) -> Flask:
    """What a worker needs of Flask: an application context with the database."""
    app = Flask("workers")
    furnish(app, config, stores.all_capabilities(), patience=20)
    if config.store_gateway:
        http.use_gateway(config.store_gateway)
    guard.allow(config.store_allow)
    http.trust(config.store_ca)
    socket.setdefaulttimeout(config.call_seconds)
    http.limit_calls(config.call_seconds)
    return app
