"""Where a store may stand: on the public internet, or where the operator says.

People type addresses of stores, and a name that is public today may lead inside this network
tomorrow, or at the second look-up. So each connection looks the name up once, every address it has
must be public, and one of those very addresses is dialled; the name stays for TLS and ``Host``.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM, getaddrinfo
from urllib.parse import urlsplit

PORTS = {"https": 443, "http": 80}
GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = IPv6Network("2002::/16")
TEREDO = IPv6Network("2001::/32")
NO_ONES = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),
    TEREDO,
)
"""Special by their registries, though Python may call them global."""

Origin = tuple[str, str, int]
_allowed: frozenset[Origin] = frozenset()


class NotPublic(OSError):
    """The name leads somewhere that is not on the public internet. Nothing was sent."""


def allow(origins: Iterable[str]) -> None:
    """``https://store.lan`` or ``http://10.0.0.5:8080``: the operator's own, wherever they are."""
    global _allowed
    _allowed = frozenset(origin_of(origin) for origin in origins)


def origin_of(url: str) -> Origin:
    """Scheme, host and port. ValueError for what has none."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("This is not the address of a server.")
    return parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme]


def is_allowed(origin: Origin) -> bool:
    """Whether the operator named it: by http, at another port, or inside, as it says there."""
    return origin in _allowed


def allowed(scheme: str) -> list[str]:
    """The origins that the operator named, of one scheme, as addresses begin with them."""
    found = sorted(origin for origin in _allowed if origin[0] == scheme)
    return [
        f"{scheme}://{host}" + ("" if port == PORTS[scheme] else f":{port}")
        for _, host, port in found
    ]


def may_call(url: str) -> bool:
    """https at its own port; anything else only where the operator says."""
    origin = origin_of(url)
    return origin[0] == "https" and origin[2] == PORTS["https"] or is_allowed(origin)


def look_up(origin: Origin) -> list[str]:
    """The addresses to dial for ``origin``, all of them checked. OSError: there is none, or
    NotPublic."""
    _, host, port = origin
    try:
        rows = getaddrinfo(host, port, type=SOCK_STREAM)
    except UnicodeError:
        raise NotPublic("no server has such a name") from None
    found = list(dict.fromkeys(str(row[4][0]) for row in rows))
    if not is_allowed(origin) and not all(map(_is_public_text, found)):
        raise NotPublic("the name leads to an address that is not public")
    return found


def _is_public_text(address: str) -> bool:
    return is_public(ip_address(address.partition("%")[0]))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Not private, loopback, link-local, shared, multicast or reserved; nor an IPv6 address that
    stands for such an IPv4 one."""
    inner = _hidden_in(address) if isinstance(address, IPv6Address) else None
    if inner is not None:
        return is_public(inner)
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    special = address.is_multicast or any(address in network for network in NO_ONES)
    return address.is_global and not special


def _hidden_in(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is meant by a mapped, 6to4 or NAT64 one."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in SIX_TO_FOUR:
        return IPv4Address(address.packed[2:6])
    return IPv4Address(address.packed[12:]) if address in NAT64 else None
