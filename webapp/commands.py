"""The operator's commands: ``flask --app webapp sluice …``.

Secrets come by standard input, as JSON: arguments are seen by everybody on the machine.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

import stores
from orderflow import clock, keys, opening, parked
from orderflow.access import register, store_access
from orderflow.book import history
from orderflow.config import Config
from orderflow.db import reading, unit_of_work
from orderflow.models import Connection, Merchant, Vendor
from orderflow.rules import explain, settings
from orderflow.rules.judge import reconsider_all
from orderflow.rules.split import fold
from stores.base import Access, AppKeys, StoreError


@with_appcontext
def _check() -> None:
    """Before every command: a wrong key or an old database is told in one sentence."""
    opening.check(current_app.extensions["sluice_config"])


sluice = AppGroup(
    "sluice",
    help="Merchants, vendors, settings, and why an order was not sent.",
    callback=_check,
)
T = TypeVar("T")
BY = history.OPERATOR


def _merchant(session: Session, shop: str) -> Merchant:
    found = session.scalars(select(Merchant).where(Merchant.shop == shop)).one_or_none()
    if found is None:
        raise click.ClickException(f"No merchant {shop}. Add it with `sluice add-merchant`.")
    return found


def _vendor(session: Session, merchant: Merchant, name: str) -> Vendor:
    vendors = session.scalars(select(Vendor).where(Vendor.merchant_id == merchant.id))
    found = next((vendor for vendor in vendors if fold(vendor.name) == fold(name)), None)
    if found is None:
        raise click.ClickException(f"{merchant.shop} has no vendor {name!r}.")
    return found


def _access(platform: str, address: str) -> Access:
    """The way in whose secrets stand on standard input; an expiring token is renewed at once."""
    try:
        secrets = json.load(sys.stdin)
    except ValueError:
        raise click.ClickException("Give the secrets as a JSON object by standard input.") from None
    expires = secrets.pop("expires_at", None)
    access = Access(
        platform, address, secrets, datetime.fromisoformat(expires) if expires else None
    )
    config: Config = current_app.extensions["sluice_config"]
    return stores.renew(access, AppKeys(config.app_client_id, config.app_secrets[0]), clock.now())


def _asked(act: Callable[[], T]) -> T:
    try:
        return act()
    except StoreError as error:
        raise click.ClickException(f"The store says: {error.words}") from None


@sluice.command("add-merchant")
@click.argument("platform")
@click.argument("shop")
def add_merchant(platform: str, shop: str) -> None:
    """A shop that installed the app; its token comes by standard input."""
    access = _asked(lambda: _access(platform, shop))
    market = stores.open_marketplace(access)
    identity = _asked(market.identify)
    with unit_of_work() as session:
        merchant = register.add_merchant(session, access, identity, clock.now(), by=BY)
        click.echo(f"{merchant.name} ({merchant.shop})")


@sluice.command("add-vendor")
@click.argument("shop")
@click.argument("name")
@click.option("--email", default="")
@click.option("--alias", "aliases", multiple=True, help="another text in a product's vendor field")
def add_vendor(shop: str, name: str, email: str, aliases: tuple[str, ...]) -> None:
    """Somebody who sells on SHOP."""
    with unit_of_work() as session:
        try:
            vendor = register.add_vendor(
                session, _merchant(session, shop), name, clock.now(), email, by=BY
            )
            for alias in aliases:
                register.add_alias(session, vendor, alias, clock.now())
        except register.RegisterError as wrong:
            raise click.ClickException(str(wrong)) from None


@sluice.command("connect")
@click.argument("shop")
@click.argument("vendor")
@click.argument("platform")
@click.argument("address")
def connect(shop: str, vendor: str, platform: str, address: str) -> None:
    """The vendor's own store; its keys come by standard input. Its add-on is activated too."""
    access = _asked(lambda: _access(platform, address))
    identity = _asked(stores.open_store(access).identify)
    with unit_of_work() as session:
        merchant = _merchant(session, shop)
        who = _vendor(session, merchant, vendor)
        try:
            connection = register.connect(session, who, access, identity, clock.now(), by=BY)
        except register.RegisterError as wrong:
            raise click.ClickException(str(wrong)) from None
        register.activate_add_on(session, merchant, platform, active=True, now=clock.now(), by=BY)
        click.echo(f"{connection.name} ({access.address})")


@sluice.command("map")
@click.argument("shop")
@click.argument("variant_id")
@click.argument("vendor")
@click.argument("sku")
def map_variant(shop: str, variant_id: str, vendor: str, sku: str) -> None:
    """Our variant ↔ the vendor's variant that has exactly this SKU."""
    with unit_of_work() as session:
        who = _vendor(session, _merchant(session, shop), vendor)
        connection = _default(session, who)
        row = connection.access
        access = store_access.way_in(row)
        connection_id = connection.id
    found = _asked(lambda: stores.open_store(access).variants([sku]))
    if len(found) != 1:
        raise click.ClickException(f"{vendor} has {len(found)} variants with the SKU {sku!r}.")
    with unit_of_work() as session:
        connection = session.get_one(Connection, connection_id)
        register.map_variant(session, connection, variant_id, found[0], clock.now(), by=BY)


def _default(session: Session, vendor: Vendor) -> Connection:
    found = session.scalars(
        select(Connection).where(Connection.vendor_id == vendor.id, Connection.is_default.is_(True))
    ).first()
    if found is None:
        raise click.ClickException(f"{vendor.name} has no store yet; see `sluice connect`.")
    return found


@sluice.command("set")
@click.argument("shop")
@click.argument("name")
@click.argument("value")
@click.option("--vendor", default="", help="only for this vendor")
def change_setting(shop: str, name: str, value: str, vendor: str) -> None:
    """Change a setting; held orders that it releases are decided again."""
    with unit_of_work() as session:
        merchant = _merchant(session, shop)
        who = _vendor(session, merchant, vendor) if vendor else None
        try:
            values = {name: settings.parse(name, value)}
            settings.change(session, merchant, values, by=BY, now=clock.now(), vendor=who)
        except settings.SettingError as wrong:
            raise click.ClickException(str(wrong)) from None
        reconsider_all(session, merchant, clock.now(), vendor_id=who.id if who else None)


@sluice.command("explain")
@click.argument("shop")
@click.argument("number")
def explain_order(shop: str, number: str) -> None:
    """Why was this order pushed, or not? Every rule's word, and what happened so far."""
    with unit_of_work() as session:
        for line in explain.order(session, _merchant(session, shop), number):
            click.echo(line)


@sluice.command("parked")
def show_parked() -> None:
    """What was tried for two days and given up, with the last words of each."""
    with reading() as session:
        for message in parked.oldest(session):
            click.echo(
                f"{message.parked_at:%Y-%m-%d %H:%M} {message.lane} {message.kind} "
                f"{message.subject} {message.words}"
            )


@sluice.command("retry")
def retry_parked() -> None:
    """Try again what was given up, once the cause is put right."""
    with unit_of_work() as session:
        click.echo(f"{parked.retry_all(session, clock.now())} messages")


@sluice.command("rotate-keys")
def rotate_keys() -> None:
    """Encrypt everything with the newest key again; then the old ones may be dropped."""
    rotated: Any = keys.rotate_all()
    click.echo(f"{rotated} values")
