"""What every door needs before it opens: logs, keys, doorbell, database, what stores can."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask

from orderflow import doorbell, logs, secrets
from orderflow.config import Config
from orderflow.db import init_database
from orderflow.rules.facts import Abilities, know_platform
from stores.base import Capabilities


def furnish(
    app: Flask, config: Config, platforms: Mapping[str, Capabilities], *, patience: float
) -> None:
    """Make ``app`` a door of this house. ``patience``: seconds it may wait for the database."""
    prepare(app, config)
    for platform, can in platforms.items():
        able = Abilities(can.test_orders, can.custom_lines, can.edit_lines)
        know_platform(platform, able)
    init_database(app, config, patience)


def prepare(app: Flask, config: Config) -> None:
    """What holds for the whole process, and what ``app`` is told of ``config``."""
    logs.start(config.log_level)
    secrets.use_keys(config.secret_keys)
    doorbell.use_redis(config.redis_url)
    app.extensions["sluice_config"] = config
