"""Tokens and personal data at rest: encrypted with the newest key, read with any of them.

``rotate`` re-encrypts a value with the newest key, so an old key can be dropped once every row
was rotated. The keys live in one ring for the process, set from the configuration at the start.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator
from zlib_ng import zlib_ng

_ring: MultiFernet | None = None


class SecretsError(RuntimeError):
    """No key of the ring opens this value, or there is no ring."""


def use_keys(keys: Sequence[str]) -> None:
    """Fernet keys, newest first."""
    global _ring
    _ring = MultiFernet([Fernet(key) for key in keys])


def _keys() -> MultiFernet:
    if _ring is None:
        raise SecretsError("SLUICE_SECRET_KEYS was not given to this process.")
    return _ring


def seal(plain: bytes) -> bytes:
    return _keys().encrypt(plain)


def unseal(sealed: bytes) -> bytes:
    try:
        return _keys().decrypt(sealed)
    except InvalidToken as bad:
        raise SecretsError("No key in SLUICE_SECRET_KEYS opens a stored value.") from bad


def rotate(sealed: bytes) -> bytes:
    """The same value under the newest key."""
    try:
        return _keys().rotate(sealed)
    except InvalidToken as bad:
        raise SecretsError("No key in SLUICE_SECRET_KEYS opens a stored value.") from bad


def fingerprint(token: str) -> str:
    """What is looked up: a token itself would open something in a stolen database."""
    return hashlib.sha256(token.encode()).hexdigest()


def pack(plain: bytes) -> bytes:
    """Sealed, and smaller: a JSON body shrinks to a quarter, sealed bytes would not shrink at
    all."""
    return seal(zlib_ng.compress(plain, 1))


def unpack(packed: bytes) -> bytes:
    return zlib_ng.decompress(unseal(packed))


class Sealed(TypeDecorator[bytes]):
    """Bytes that nobody reads in a stolen database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else pack(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else unpack(bytes(value))


class SealedJSON(TypeDecorator[Any]):
    """A JSON value that nobody reads in a stolen database. Assign a new value to change it."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else seal(json.dumps(value, separators=(",", ":")).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(unseal(bytes(value)))
