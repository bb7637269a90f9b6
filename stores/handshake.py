"""How the owner of a store lets us in: the contract of each platform's ``connect``.

    ``address`` ─► ``look_over`` ─► ``approval_page``, where the owner agrees
        ├── the browser comes back with a proof: ``returned``
        └── or the store posts us a key first (``posts_keys``): ``read_keys``, then ``returned``
    ``redeem`` the proof ─► ``prove`` that it works ─► … ─► ``give_up``

``address``, ``approval_page``, ``returned`` and ``read_keys`` make no call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from stores.base import Access, AppKeys, Identity

HURDLES = (
    "address",
    "address_port",
    "address_http",
    "unreachable",
    "certificate",
    "redirects",
    "wrong_path",
    "maintenance",
    "broken",
    "barred",
    "firewall",
    "header",
    "unreadable",
    "permalinks",
    "not_a_shop",
    "no_plugin",
    "too_old",
    "read_only",
    "rights",
    "locked",
    "other_store",
)
LIMITS = ("no_tracking", "slow_look_up", "old_storage", "no_tls")


class Hurdle(ValueError):
    """Why a store cannot be connected as it is: one of HURDLES, with the names it is about."""

    def __init__(self, code: str, *names: str) -> None:
        super().__init__(code)
        self.code, self.names = code, names


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses of ours: where the browser comes back to, and where a store may post a key."""

    back: str
    keys: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What the browser brought back: our ``token``, whether the owner agreed, and, where the
    platform signs them, the store it comes from and the proof to redeem there."""

    token: str
    agreed: bool
    address: str = ""
    proof: Mapping[str, str] = field(repr=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manner:
    """``posts_keys``: the store hands its key to us, not to the browser. ``listed``: the platform
    has a shop of apps to install from, and then forbids asking for addresses. ``revokes``: we can
    end our access ourselves. ``rights``: what is asked for, as codes. ``example``: an address."""

    posts_keys: bool
    listed: bool
    revokes: bool
    rights: tuple[str, ...]
    example: str


class Handshake(Protocol):
    """The ``connect`` module of a platform."""

    @property
    def MANNER(self) -> Manner: ...  # noqa: N802 - a constant of the module

    def address(self, typed: str) -> str:
        """What a person typed, as ``Access.address`` has it. Raises Hurdle."""

    def look_over(self, address: str) -> None:
        """Before the owner is sent there: Hurdle for all that can be seen from outside."""

    def approval_page(
        self, address: str, app: AppKeys, token: str, places: Places, *, keeps_market: bool
    ) -> str:
        """Where the owner agrees. ``token`` is of ``[A-Za-z0-9_-]``. ``keeps_market``: the store
        is a merchant's shop as well, and must not lose the rights it gave as such."""

    def returned(
        self, query: Sequence[tuple[str, str]], secrets: Sequence[str], now: datetime
    ) -> Returned:
        """ValueError for anything that the platform would not send. ``secrets``: the app's."""

    def read_keys(self, body: bytes) -> tuple[str, Mapping[str, str]]:
        """Our token, and the proof to redeem. ValueError where nobody posts keys."""

    def redeem(
        self, address: str, proof: Mapping[str, str], app: AppKeys, now: datetime
    ) -> Access: ...

    def prove(self, access: Access) -> Identity:
        """That it opens this very store, with all the rights we need. Raises Hurdle."""

    def give_up(self, access: Access, hooks: str) -> None:
        """Stop the webhooks to ``hooks`` and end our access, as far as the platform lets us."""
