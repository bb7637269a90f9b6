"""Everything the environment decides, read once at the start; the only file that looks there.

Each field is the variable ``SLUICE_`` + its name in capitals. A secret may also be read from a
file: ``SLUICE_SECRET_KEYS_FILE=/run/secrets/keys``. An unknown or bad value stops the start.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

from cryptography.fernet import Fernet
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from orderflow import config_checks as checks

PREFIX = "SLUICE_"


class ConfigError(SystemExit):
    """The configuration is wrong; the message is one sentence that names the variable."""


def _commas(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


class Config(BaseModel):
    """Durations are in seconds unless a name says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    database_url: Annotated[str, Field(description="sqlite:///… or postgresql+psycopg://…")]
    secret_keys: Annotated[
        tuple[str, ...],
        Field(min_length=1, description="Fernet keys, newest first, separated by commas"),
    ]
    app_client_id: Annotated[str, Field(min_length=1, description="the app's client id")]
    app_secrets: Annotated[
        tuple[str, ...],
        Field(min_length=1, description="the app's client secrets, newest first"),
    ]
    public_url: Annotated[
        str, Field(pattern=r"^https?://[^\s/]+$", description="where the app answers, no path")
    ]
    portal_url: Annotated[
        str | None,
        Field(pattern=r"^https?://[^\s/]+$", description="a host of the portal's own, no path"),
    ] = None
    redis_url: Annotated[
        str | None, Field(description="the doorbell; without it workers look at the database")
    ] = None
    store_gateway: Annotated[
        str | None, Field(description="send every store call to this loopback address (sandbox)")
    ] = None
    store_allow: Annotated[
        tuple[str, ...],
        Field(description="stores that may stand inside, or answer by http: https://store.lan"),
    ] = ()
    store_ca: Annotated[
        str, Field(description="a private authority (PEM) that signs for stores in STORE_ALLOW")
    ] = ""
    app_listing_url: Annotated[
        str | None,
        Field(pattern=r"^https?://\S+$", description="the app's listing, for vendors to install"),
    ] = None
    app_bridge: Annotated[
        str | None, Field(pattern=r"^https?://\S+$", description="where App Bridge is loaded from")
    ] = None
    admin_origins: Annotated[
        str | None, Field(description="who may frame a merchant's page, with {shop} in it")
    ] = None
    mail_url: Annotated[
        str | None,
        Field(pattern=r"^smtps?://\S+$", description="smtp://user:password@host:port for all mail"),
    ] = None
    mail_from: Annotated[str, Field(description="the sender of all mail")] = (
        "Sluice <no-reply@example.com>"
    )
    metrics_token: Annotated[
        str | None, Field(min_length=16, description="opens /metrics and /status to an operator")
    ] = None
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"
    web_address: Annotated[str, Field(min_length=1, description="where the web listens")] = (
        "127.0.0.1"
    )
    web_port: Annotated[int, Field(ge=1, le=65535, description="its TCP port")] = 8000
    web_workers: Annotated[int, Field(ge=1, description="web workers, one for each core")] = 1
    web_proxies: Annotated[
        int, Field(ge=0, description="proxies before the web whose X-Forwarded-For is believed")
    ] = 1
    web_proxy_networks: Annotated[
        tuple[str, ...],
        Field(description="from where those proxies connect; no others' word counts"),
    ] = ("127.0.0.0/8", "::1/128")
    web_threads: Annotated[int, Field(ge=1, description="threads of each web worker")] = 8
    poll_every: Annotated[int, Field(ge=5, description="between two polls of one store")] = 180
    reconcile_every: Annotated[int, Field(ge=5, description="between two order reads")] = 300
    look_waits: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...],
        Field(min_length=1, description="waits before each look-up after an unknown outcome"),
    ] = (5, 30, 120, 600)
    lease_seconds: Annotated[int, Field(ge=2, description="a silent worker loses its lane")] = 10
    claim_seconds: Annotated[int, Field(ge=4, description="longer than the longest call")] = 150
    call_seconds: Annotated[int, Field(ge=1, description="the longest call to a store")] = 65
    stop_seconds: Annotated[
        int, Field(ge=1, description="a worker asked to stop has so long to finish its calls")
    ] = 25

    @property
    def portal_address(self) -> str:
        """Where vendors find the portal."""
        return self.portal_url or self.public_url

    _split = field_validator(
        "secret_keys",
        "app_secrets",
        "look_waits",
        "store_allow",
        "web_proxy_networks",
        mode="before",
    )(_commas)

    @field_validator("store_allow")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not re.fullmatch(r"https?://[^\s/?#@]+", origin):
                raise ValueError("holds something else than origins such as https://store.lan")
        return origins

    @field_validator("store_ca")
    @classmethod
    def _certificates(cls, authorities: str) -> str:
        try:
            if authorities:
                ssl.create_default_context().load_verify_locations(cadata=authorities)
        except (ssl.SSLError, ValueError) as bad:
            raise ValueError("holds no certificate in PEM form") from bad
        return authorities

    @field_validator("secret_keys")
    @classmethod
    def _real_keys(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        for key in keys:
            try:
                Fernet(key)
            except ValueError as bad:
                raise ValueError("is no Fernet key; make one with `make key`") from bad
        return keys

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must start with sqlite:/// or postgresql+psycopg://")
        return url


def load(environment: Mapping[str, str] | None = None) -> Config:
    """The configuration, or ConfigError with one sentence that says what to put right."""
    values = _collect(os.environ if environment is None else environment)
    try:
        config = Config.model_validate(values)
    except ValidationError as wrong:
        raise ConfigError(_sentence(wrong)) from None
    if config.claim_seconds <= 2 * config.call_seconds:
        raise ConfigError(
            f"{PREFIX}CLAIM_SECONDS must be more than twice {PREFIX}CALL_SECONDS, "
            "or a second worker would start while the first still waits for a store."
        )
    for field, check in _CHECKS.items():
        given = getattr(config, field)
        for value in given if isinstance(given, tuple) else (given,):
            wrong_with_it = check(value) if value is not None else ""
            if wrong_with_it:
                raise ConfigError(f"{PREFIX}{field.upper()} {wrong_with_it}.")
    return config


_CHECKS: Mapping[str, Callable[[str], str]] = {
    "database_url": checks.database,
    "secret_keys": checks.key,
    "app_secrets": checks.secret,
    "public_url": checks.public_address,
    "portal_url": checks.public_address,
    "redis_url": checks.redis,
    "store_gateway": checks.gateway,
    "mail_url": checks.mail,
    "metrics_token": checks.secret,
    "web_address": checks.listening,
    "web_proxy_networks": checks.network,
}
"""Of what the environment holds; a Config that is made in the code may be for a test."""


def _collect(environment: Mapping[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX) or not value:
            continue
        field = name.removeprefix(PREFIX).lower()
        if field.endswith("_file"):
            field, value = field.removesuffix("_file"), _read(name, value)
        if field in values:
            both = f"{PREFIX}{field.upper()}"
            raise ConfigError(f"{both} and {both}_FILE are both set; keep one of them.")
        values[field] = value
    if "redis_url" not in values and environment.get("REDIS_URL"):
        values["redis_url"] = environment["REDIS_URL"]
    return values


def _read(name: str, path: str) -> str:
    try:
        held = Path(path).read_text(encoding="utf-8").strip()
    except OSError as missing:
        raise ConfigError(f"{name} names a file that cannot be read: {missing.strerror}.") from None
    except ValueError:
        raise ConfigError(f"{name} names a file that holds no text.") from None
    if not held:
        raise ConfigError(f"{name} names a file that is empty.")
    return held


def _sentence(wrong: ValidationError) -> str:
    first = wrong.errors()[0]
    field = str(first["loc"][0])
    name = PREFIX + field.upper()
    if first["type"] == "missing":
        what = Config.model_fields[field].description
        return f"{name} is not set: {what}. See docs/configuration.md."
    if first["type"] == "extra_forbidden":
        return f"{name} is not a setting of Sluice; see docs/configuration.md for those there are."
    return f"{name} {first['msg'].removeprefix('Value error, ')}."
