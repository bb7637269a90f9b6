"""The merchant's door: the app inside the shop's admin, and the app factory."""

from __future__ import annotations

import socket
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate

import stores
from orderflow import config as configuration
from orderflow.config import Config
from orderflow.db import db
from orderflow.house import furnish
from portal import keys as store_keys
from portal import pages as portal_pages
from portal import webhooks as store_webhooks
from stores import guard, http
from webapp import admin, answers, commands, failures, files, headers, health, language, webhooks
from webapp.refusals import LARGEST_BODY

ANSWER_WITHIN = 4
"""Seconds; a marketplace takes a webhook for lost after five."""
MIGRATIONS = Path(__file__).parent.parent / "migrations"


def create_app(config: Config | None = None) -> Flask:
    """The web application; without ``config`` it is read from the environment."""
    settings = config or configuration.load()
    app = failures.Web("webapp", root_path=str(Path(__file__).parent))
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    furnish(app, settings, stores.all_capabilities(), patience=ANSWER_WITHIN)
    if settings.store_gateway:
        http.use_gateway(settings.store_gateway)
    guard.allow(settings.store_allow)
    http.trust(settings.store_ca)
    socket.setdefaulttimeout(settings.call_seconds)
    http.limit_calls(settings.call_seconds)
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    for blueprint in (webhooks.pages, health.pages, store_webhooks.pages, store_keys.pages):
        app.register_blueprint(blueprint)
    answers.htmx.init_app(app)
    language.speak(app)
    headers.guard(app)
    files.mark(app)
    portal_pages.open_pages(app, settings)
    admin.open_pages(app)
    app.cli.add_command(commands.sluice)
    return app
