"""Who may enter a shop: installations, access tokens, refresh tokens, codes.

Life times of Shopify 2026-10: access token 1 h, refresh token 90 days and replaced at each use;
the one before stays good until its replacement is first used, 30 days at most.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.shopify.app import App, with_reads
from sandbox.shopify.bucket import Bucket

if TYPE_CHECKING:
    from sandbox.shopify.shop import Shop
    from sandbox.shopify.webhooks import Subscription

ACCESS_LIFE = timedelta(seconds=3600)
REFRESH_LIFE = timedelta(days=90)
REFRESH_GRACE = timedelta(days=30)
CODE_LIFE = timedelta(minutes=1)


@dataclass(eq=False)
class Installation:
    """``scopes`` include the reads that writes bring; ``granted`` are those asked for."""

    app: App
    shop: Shop
    bucket: Bucket
    id: int
    granted: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset()
    listening: dict[str, Subscription] = field(default_factory=dict)

    def grant(self, scopes: Iterable[str]) -> None:
        self.granted = tuple(dict.fromkeys(scopes))
        self.scopes = with_reads(self.granted)

    def subscription(self, topic: str) -> Subscription:
        """The app-specific subscription for a topic; it counts failures over deliveries."""
        if topic not in self.listening:
            self.listening[topic] = self.shop.webhooks.app_specific(self.app, topic)
        return self.listening[topic]


@dataclass(eq=False)
class Token:
    """``expires_at`` None: of the old kind that lives until the app is uninstalled."""

    value: str
    installation: Installation
    expires_at: datetime | None
    online: bool = False


@dataclass(eq=False)
class RefreshToken:
    value: str
    installation: Installation
    expires_at: datetime
    before: RefreshToken | None = None
    first_used_at: datetime | None = None


@dataclass(frozen=True)
class Grant:
    """What the token endpoint answers; without the last three for a token that never expires."""

    access_token: str
    scope: str
    expires_in: int | None = None
    refresh_token: str | None = None
    refresh_token_expires_in: int | None = None


@dataclass(frozen=True)
class Code:
    app: App
    scopes: tuple[str, ...]
    expires_at: datetime


class Grants:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.installations: dict[str, Installation] = {}
        self.tokens: dict[str, Token] = {}
        self.refresh_tokens: dict[str, RefreshToken] = {}
        self.codes: dict[str, Code] = {}

    def install(self, app: App, scopes: Iterable[str] | None = None) -> Installation:
        """The merchant agrees; asking again replaces the scopes."""
        installation = self.installations.get(app.client_id)
        if installation is None:
            installation = Installation(
                app, self.shop, self.shop.new_bucket(), next(self.shop.world.ids)
            )
            self.installations[app.client_id] = installation
            self.shop.world.apps.setdefault(app.client_id, app)
        installation.grant(app.scopes if scopes is None else scopes)
        return installation

    def uninstall(self, app: App) -> None:
        """All tokens of the app die at once."""
        gone = self.installations.pop(app.client_id, None)
        self.tokens = {k: v for k, v in self.tokens.items() if v.installation is not gone}
        self.refresh_tokens = {
            k: v for k, v in self.refresh_tokens.items() if v.installation is not gone
        }

    def issue(self, installation: Installation, *, expiring: bool, online: bool = False) -> Grant:
        now, value = self.shop.world.now(), "shpat_" + self._random_hex()
        scope = ",".join(installation.granted)
        if not expiring and not online:
            self.tokens[value] = Token(value, installation, None)
            return Grant(value, scope)
        self.tokens[value] = Token(value, installation, now + ACCESS_LIFE, online)
        seconds = int(ACCESS_LIFE.total_seconds())
        if online:
            return Grant(value, scope, seconds)
        refresh = self._new_refresh(installation)
        return Grant(value, scope, seconds, refresh.value, int(REFRESH_LIFE.total_seconds()))

    def refresh(self, value: str, app: App) -> Grant | None:
        """A new pair, or None for a refresh token that is dead or another app's."""
        token = self.refresh_tokens.get(value)
        if token is None or token.installation.app is not app or not self._alive(token):
            return None
        if token.before:
            self.refresh_tokens.pop(token.before.value, None)
            token.before = None
        token.first_used_at = token.first_used_at or self.shop.world.now()
        grant = self.issue(token.installation, expiring=True)
        self.refresh_tokens[grant.refresh_token or ""].before = token
        return grant

    def token(self, value: str) -> Token | None:
        token = self.tokens.get(value)
        if token is None:
            return None
        expired = token.expires_at is not None and token.expires_at <= self.shop.world.now()
        return None if expired else token

    def new_code(self, app: App, scopes: Iterable[str]) -> str:
        value = self._random_hex()
        self.codes[value] = Code(app, tuple(scopes), self.shop.world.now() + CODE_LIFE)
        return value

    def spend_code(self, value: str, app: App) -> Code | None:
        code = self.codes.pop(value, None)
        good = code and code.app is app and code.expires_at > self.shop.world.now()
        return code if good else None

    def _new_refresh(self, installation: Installation) -> RefreshToken:
        value = "shprt_" + self._random_hex()
        expires_at = self.shop.world.now() + REFRESH_LIFE
        self.refresh_tokens[value] = RefreshToken(value, installation, expires_at)
        return self.refresh_tokens[value]

    def _alive(self, token: RefreshToken) -> bool:
        now = self.shop.world.now()
        if token.first_used_at and now > token.first_used_at + REFRESH_GRACE:
            return False
        return token.expires_at > now

    def _random_hex(self) -> str:
        """From the world's dice, so that a run can be repeated."""
        return f"{self.shop.world.random.getrandbits(128):032x}"
