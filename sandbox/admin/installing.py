"""Installing as Shopify manages it: the merchant agrees to the scopes, and nobody calls the app.

The app learns of it when its page is first opened; a change of scopes is told by
app/scopes_update. Shopify 2026-10.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.wrappers import Response

from sandbox.admin import markup
from sandbox.admin.words import WORDS
from sandbox.shopify import endpoint

if TYPE_CHECKING:
    from sandbox.shopify.app import App
    from sandbox.shopify.shop import Shop

SCOPES_UPDATE = "app/scopes_update"


def offer_url(app: App) -> str:
    return "/admin/oauth/install?" + urlencode({"client_id": app.client_id})


def apps(shop: Shop) -> Response:
    rows = Markup().join(_row(shop, each) for each in shop.world.apps.values())
    empty = Markup("<p>{}</p>").format(WORDS[shop.staff_locale]["no_apps"])
    title = WORDS[shop.staff_locale]["apps"]
    content = markup.fill("apps.html", shop, rows=rows or empty)
    return markup.page(shop, title, content)


def _row(shop: Shop, app: App) -> Markup:
    installed = app.client_id in shop.grants.installations
    template = "installed.html" if installed else "installable.html"
    return markup.fill(template, shop, name=app.name, key=app.client_id, offer=offer_url(app))


def offer(shop: Shop, app: App) -> Response:
    return _consent(shop, app, "installs", "access", "install", app.scopes)


def update(shop: Shop, app: App) -> Response:
    missing = missing_scopes(shop, app)
    return _consent(shop, app, "updates", "updates_words", "update", missing)


def _consent(
    shop: Shop, app: App, title: str, words: str, button: str, scopes: Iterable[str]
) -> Response:
    said = WORDS[shop.staff_locale]
    content = markup.fill(
        "consent.html",
        shop,
        title=said[title],
        name=app.name,
        access=said[words],
        scopes=markup.items(scopes),
        button=said[button],
        key=app.client_id,
    )
    return markup.page(shop, said[title], content)


def missing_scopes(shop: Shop, app: App) -> list[str]:
    """What the app came to need after it was installed."""
    held = shop.grants.installations[app.client_id].scopes
    return [each for each in app.scopes if each not in held]


def install(shop: Shop, app: App) -> None:
    """Install, or agree to new scopes; optional scopes that were granted stay."""
    before = shop.grants.installations.get(app.client_id)
    if before is None:
        shop.grants.install(app)
    else:
        optional = [each for each in before.granted if each in app.optional_scopes]
        grant(shop, app, [*app.scopes, *optional])


def grant(shop: Shop, app: App, scopes: Iterable[str]) -> None:
    """New scopes for an installed app, and app/scopes_update when that changed anything."""
    installation = shop.grants.installations[app.client_id]
    previous = installation.granted
    installation.grant(scopes)
    if set(installation.granted) != set(previous) and SCOPES_UPDATE in app.topics:
        body = {
            "id": installation.id,
            "previous": list(previous),
            "current": list(installation.granted),
            "updated_at": shop.now().isoformat(),
        }
        shop.send_webhook(app, SCOPES_UPDATE, endpoint.as_json(body))
