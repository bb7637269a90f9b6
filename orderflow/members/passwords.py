"""Passwords: which ones are taken, and how they are kept (Argon2id)."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

SHORTEST, LONGEST = 8, 200
COMMON = Path(__file__).parent / "common_passwords.txt"
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class WeakPassword(ValueError):
    """``code``: *short*, *long*, *common* or *address*."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def keep(password: str, email: str) -> str:
    """What is stored of a new password. Raises WeakPassword."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        raise WeakPassword("short")
    if len(plain) > LONGEST:
        raise WeakPassword("long")
    if plain.lower() in _common():
        raise WeakPassword("common")
    if plain.lower() in (email, email.partition("@")[0]):
        raise WeakPassword("address")
    return _hasher.hash(plain)


def fits(stored: str | None, password: str) -> bool:
    """Whether it is that password. Without a stored one it takes as long, and is none."""
    plain = _plain(password[: LONGEST + 1])
    try:
        return _hasher.verify(stored or _nobodys(), plain) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_dated(stored: str) -> bool:
    """Whether it was kept with other costs than today's."""
    return _hasher.check_needs_rehash(stored)


def renewed(password: str) -> str:
    """One that was just proved, kept with today's costs."""
    return _hasher.hash(_plain(password))


def _plain(password: str) -> str:
    """The same letters are the same password, whatever keyboard made them (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="utf-8").split())
