"""The second step of a login: a code of an authenticator app (RFC 6238), or a recovery code."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp

from orderflow.models import Person
from orderflow.secrets import fingerprint

ISSUER = "Sluice"
STEP = 30
DRIFT = (0, -1, 1)
"""Steps that a phone's clock may be off."""
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def is_on(person: Person) -> bool:
    return person.totp_secret is not None


def offer(person: Person) -> str:
    """A secret for the person's app, as an address to be shown; it counts when it is confirmed."""
    if person.totp_offered is None:
        person.totp_offered = pyotp.random_base32()
    return address(person)


def address(person: Person) -> str:
    """What a QR code says to an authenticator app."""
    totp = pyotp.TOTP(person.totp_offered or "")
    return totp.provisioning_uri(name=person.email, issuer_name=ISSUER)


def confirm(person: Person, code: str, now: datetime) -> list[str]:
    """The app shows the right code: it is asked for from now on. The recovery codes, told once;
    none: the code was wrong."""
    step = _step(person.totp_offered, code, now) if person.totp_offered else None
    if step is None:
        return []
    person.totp_secret, person.totp_offered, person.totp_step = person.totp_offered, None, step
    return recovery_codes(person)


def recovery_codes(person: Person) -> list[str]:
    """New ones; those from before are void."""
    codes = ["-".join(_word() for _ in range(4)) for _ in range(RECOVERY_CODES)]
    person.recovery_codes = [_kept(code) for code in codes]
    return codes


def switch_off(person: Person) -> None:
    person.totp_secret, person.totp_offered, person.recovery_codes = None, None, []


def passes(person: Person, code: str, now: datetime) -> bool:
    """Whether the code opens. Each opens once."""
    step = _step(person.totp_secret, code, now)
    if step is not None and step > person.totp_step:
        person.totp_step = step
        return True
    kept = _kept(code)
    if kept not in person.recovery_codes:
        return False
    person.recovery_codes = [each for each in person.recovery_codes if each != kept]
    return True


def _step(secret: str | None, code: str, now: datetime) -> int | None:
    """The 30 seconds to which the code belongs, if they are now or next to now."""
    if secret is None:
        return None
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    typed = "".join(code.split()).encode()
    for drift in DRIFT:
        if hmac.compare_digest(totp.generate_otp(current + drift).encode(), typed):
            return current + drift
    return None


def _kept(code: str) -> str:
    return fingerprint("".join(code.lower().split()).replace("-", ""))


def _word() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(5))
