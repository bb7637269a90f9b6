"""Where a request comes from: its network, its browser, and whether our own page sent it."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from flask import current_app, request
from werkzeug.exceptions import BadRequest

from orderflow.config import Config
from orderflow.members.sessions import Origin

UNKNOWN = "?"
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
"""What a browser says of itself, before what it says to be taken for another."""
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


class ForeignForm(BadRequest):
    """A form of ours that another site sent."""


def origin() -> Origin:
    """As a person's list of sessions shows it: not the whole address."""
    return Origin(_network(24, 48), device())


def limited() -> str:
    """Whose tries are counted together: an address, or what one line of IPv6 has of them."""
    return _network(32, 64)


def device() -> str:
    said = request.headers.get("User-Agent", "")
    named = [
        next((name for mark, name in known if mark in said), UNKNOWN)
        for known in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(named)


def _network(four: int, six: int) -> str:
    try:
        address = ip_address(_address())
    except ValueError:
        return UNKNOWN
    bits = four if address.version == 4 else six
    return str(ip_network((address, bits), strict=False))


def _address() -> str:
    """The visitor's, as the first of our own proxies saw it: whatever stands before that in the
    header may be made up, and so may all of it where it comes from no proxy of ours."""
    config: Config = current_app.extensions["sluice_config"]
    if not _from_a_proxy(config):
        return request.remote_addr or ""
    told = [
        each.strip() for each in ",".join(request.headers.getlist("X-Forwarded-For")).split(",")
    ]
    if told[0] and len(told) >= config.web_proxies:
        return told[-config.web_proxies]
    return request.remote_addr or ""


def _from_a_proxy(config: Config) -> bool:
    """Whether the other end of the connection is where our proxies are."""
    try:
        peer = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    within = any(peer in ip_network(each) for each in config.web_proxy_networks)
    return bool(config.web_proxies) and within


def refuse_foreign_form() -> None:
    """A second lock beside the CSRF token. Browsers say which site sent a form; our pages name no
    referrer, so ``Origin`` is null where ``Sec-Fetch-Site`` is told instead."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    config: Config = current_app.extensions["sluice_config"]
    site, sender = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        foreign = site not in ("same-origin", "none")
    elif sender == "null":
        foreign = config.portal_address.startswith("https:")
    else:
        foreign = sender is not None and sender != config.portal_address
    if foreign:
        raise ForeignForm("This form was sent by another site.")
