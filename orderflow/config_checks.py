"""What ``config.load`` asks of values beyond their form: addresses that are safe, secrets that
nobody guesses. Each function returns what is wrong, to follow the name of the variable, or ""."""

from __future__ import annotations

import base64
import ipaddress
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

SHORTEST_SECRET = 12
FEWEST_SIGNS = 6
"""Different characters of a secret; a random one of that length has more."""
PLACEHOLDERS = ("changeme", "placeholder", "yoursecret", "yourclientsecret", "yourkey", "example")
HTTPS = "must begin with https://; http:// is for addresses on this machine only"


def is_here(host: str) -> bool:
    """Whether ``host`` is this machine: its loopback, or a name that browsers take to it."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def public_address(url: str) -> str:
    parts = _split(url)
    if parts is None or not parts.hostname:
        return "is no address such as https://sluice.example.com"
    return "" if parts.scheme == "https" or is_here(parts.hostname) else HTTPS


def gateway(url: str) -> str:
    """Pretend stores get real secrets, so they stand on this machine."""
    parts = _split(url)
    here = parts is not None and parts.scheme == "http" and is_here(parts.hostname or "")
    return "" if here else "must be http:// and an address on this machine"


def redis(url: str) -> str:
    """Whoever reaches Redis wakes workers and reads which lanes there are."""
    parts = _split(url)
    if parts is None or parts.scheme not in ("redis", "rediss", "unix"):
        return "must be redis://, rediss:// or unix://"
    if parts.scheme == "unix":
        return "" if parts.path else "names no file"
    if not parts.hostname:
        return "names no host"
    if is_here(parts.hostname):
        return ""
    if parts.scheme != "rediss":
        return "must begin with rediss:// (TLS), because Redis is not on this machine"
    return "" if parts.password else "must hold a password, because Redis is not on this machine"


def database(url: str) -> str:
    try:
        made = make_url(url)
    except (ArgumentError, ValueError):
        return "is no address of a database"
    if made.get_backend_name() == "sqlite" and made.database in (None, "", ":memory:"):
        return "names no file: what is in memory is lost, and no other process sees it"
    if made.get_backend_name() != "sqlite" and not made.database:
        return "names no database after the host"
    return ""


def mail(url: str) -> str:
    parts = _split(url)
    return "" if parts is not None and parts.hostname else "names no mail server"


def listening(address: str) -> str:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return "must be an IP address such as 127.0.0.1"
    return ""


def network(value: str) -> str:
    try:
        ipaddress.ip_network(value)
    except ValueError:
        return "must hold networks such as 10.0.0.0/24"
    return ""


def secret(value: str) -> str:
    plain = "".join(letter for letter in value.lower() if letter.isalnum())
    if any(placeholder in plain for placeholder in PLACEHOLDERS):
        return "still holds the placeholder of an example"
    if len(value) < SHORTEST_SECRET:
        return f"holds a secret of fewer than {SHORTEST_SECRET} characters"
    if len(set(value)) < FEWEST_SIGNS:
        return "holds a secret that anybody could guess"
    return ""


def key(value: str) -> str:
    """Of a Fernet key: 32 bytes, which are random unless somebody typed them."""
    if len(set(base64.urlsafe_b64decode(value))) < FEWEST_SIGNS:
        return "holds a key that anybody could guess; make one with `make key`"
    return ""


def _split(url: str) -> SplitResult | None:
    """None: it is no address, or its port is none."""
    try:
        parts = urlsplit(url)
        return parts if parts.port is None or parts.port else None
    except ValueError:
        return None
