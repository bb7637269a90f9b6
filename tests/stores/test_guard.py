"""No address that a person types leads inside: not at once, not later, not by another spelling."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stores import deadline, guard, http
from stores.base import OutcomeUnknown, StoreBusy, StoreRefused
from stores.errors import BadCertificate
from tests.stores.talking_server import saying, server

PUBLIC, PUBLIC_6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
URL = "https://shop.example.com/"


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    guard.allow(())
    http.trust("")
    http.use_adapter(None)


class Names:
    """A resolver that answers as told, one answer after the other; the last one stays."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked += 1
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(0, socket.SOCK_STREAM, 0, "", (address, port)) for address in found]


class Dials:
    """Nobody is really called; the addresses that would have been are remembered."""

    def __init__(self) -> None:
        self.dialled: list[str] = []

    def __call__(self, address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        self.dialled.append(address[0])
        raise ConnectionRefusedError


Lead = Callable[..., Names]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Lead:
    """``names([…], […])``: what the store's name leads to, look-up by look-up."""

    def lead(*answers: list[str]) -> Names:
        made = Names(*answers)
        monkeypatch.setattr(guard, "getaddrinfo", made)
        return made

    return lead


@pytest.fixture
def dials(monkeypatch: pytest.MonkeyPatch) -> Dials:
    made = Dials()
    monkeypatch.setattr(deadline, "create_connection", made)
    return made


INSIDE = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",  # noqa: S104 - an address to refuse, not to listen at
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.254",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "ff0e::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::5db8:d70e",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "3fff::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not guard.is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", [PUBLIC, PUBLIC_6, "::ffff:93.184.215.14", "64:ff9b::93.184.215.14", "1.1.1.1"]
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert guard.is_public(ip_address(address))


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_never_dialled(address: str, names: Lead, dials: Dials) -> None:
    names([address])
    with pytest.raises(StoreBusy, match="could not be reached"):
        http.send("GET", URL)
    assert dials.dialled == []


def test_one_bad_address_among_good_ones_is_enough(names: Lead, dials: Dials) -> None:
    names([PUBLIC, PUBLIC_6, "::1"])
    with pytest.raises(StoreBusy):
        http.send("GET", URL)
    assert dials.dialled == []


def test_a_name_is_looked_up_once_and_just_that_answer_is_dialled(
    names: Lead, dials: Dials
) -> None:
    resolver = names([PUBLIC], ["127.0.0.1"])
    with pytest.raises(StoreBusy):
        http.send("GET", URL)
    assert (resolver.asked, dials.dialled) == (1, [PUBLIC])


def test_a_name_is_judged_again_at_the_next_call(names: Lead, dials: Dials) -> None:
    resolver = names([PUBLIC], ["127.0.0.1"])
    for _ in range(2):
        with pytest.raises(StoreBusy, match="could not be reached"):
            http.send("POST", URL)
    assert (resolver.asked, dials.dialled) == (2, [PUBLIC])


def test_no_more_than_some_addresses_are_tried(names: Lead, dials: Dials) -> None:
    names([f"93.184.215.{number}" for number in range(1, 200)])
    with pytest.raises(StoreBusy):
        http.send("GET", URL)
    assert len(dials.dialled) == deadline.MOST_DIALS


def test_inside_and_nowhere_look_the_same(names: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    said = set()
    for prepare in (lambda: names(["10.0.0.1"]), lambda: None):
        if prepare() is None:
            monkeypatch.setattr(guard, "getaddrinfo", nowhere)
        with pytest.raises(StoreBusy) as told:
            http.send("GET", URL)
        said.add(told.value.words)
    assert len(said) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example.com/",
        "https://shop.example.com:8443/",
        "https://shop.example.com:22/",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
def test_another_port_or_plain_http_is_refused_before_any_look_up(
    url: str, names: Lead, dials: Dials
) -> None:
    resolver = names([PUBLIC])
    with pytest.raises(StoreRefused, match="https"):
        http.send("GET", url)
    assert (resolver.asked, dials.dialled) == (0, [])


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "[::1]", "localhost"],
)
def test_other_spellings_of_this_machine_are_seen_through(host: str, dials: Dials) -> None:
    with pytest.raises(StoreBusy, match="could not be reached"):
        http.send("GET", f"https://{host}/")
    assert dials.dialled == []


def test_a_name_of_the_internet_may_lead_inside_and_is_refused(names: Lead, dials: Dials) -> None:
    names(["127.0.0.1"])
    with pytest.raises(StoreBusy):
        http.send("GET", "https://127.0.0.1.nip.io./")
    assert dials.dialled == []


def test_a_name_that_no_server_can_have_is_refused(dials: Dials) -> None:
    with pytest.raises(OSError, match="such a name"):
        guard.look_up(("https", f"{'a' * 70}.example.com", 443))


# -- where the operator says -----------------------------------------------------------------------


def test_the_operator_may_let_a_server_inside_in_even_by_http() -> None:
    with server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")) as address:
        guard.allow([address])
        assert http.send("GET", f"{address}/wp-json/").body == b"{}"


def test_what_the_operator_allows_is_that_port_and_scheme_alone(dials: Dials) -> None:
    guard.allow(["http://127.0.0.1:8900"])
    for url in ("http://127.0.0.1:8901/", "https://127.0.0.1:8900/", "http://localhost:8900/"):
        with pytest.raises(StoreRefused):
            http.send("GET", url)
    with pytest.raises(StoreBusy):
        http.send("GET", "https://127.0.0.1/")
    assert dials.dialled == []


# -- TLS: the address is pinned, the name is not ---------------------------------------------------


@contextmanager
def tls_server(folder: Path, name: str) -> Iterator[tuple[int, list[str]]]:
    """A server with a certificate for ``name``; its port, and the names it was greeted by."""
    greeted: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder, name))
    context.sni_callback = lambda _socket, sent, _context: greeted.append(sent or "")
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listening.accept()
                with context.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            except ssl.SSLError:
                continue
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1], greeted
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(timeout=5)


def certificate(folder: Path, name: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def trust(path: Path) -> None:
    http._session().verify = str(path)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_pinned_address_is_greeted_by_the_stores_name(
    method: str, tmp_path: Path, names: Lead
) -> None:
    resolver = names(["127.0.0.1"], ["127.0.0.2"])
    with tls_server(tmp_path, "shop.example.com") as (port, greeted):
        guard.allow([f"https://shop.example.com:{port}"])
        trust(tmp_path / "certificate.pem")
        assert http.send(method, f"https://shop.example.com:{port}/").body == b"{}"
    assert (resolver.asked, greeted) == (1, ["shop.example.com"])


def test_a_certificate_for_another_name_is_not_taken(tmp_path: Path, names: Lead) -> None:
    names(["127.0.0.1"])
    with tls_server(tmp_path, "other.example.com") as (port, _):
        guard.allow([f"https://shop.example.com:{port}"])
        trust(tmp_path / "certificate.pem")
        with pytest.raises(BadCertificate):
            http.send("GET", f"https://shop.example.com:{port}/")


def test_a_certificate_that_nobody_vouches_for_is_not_taken(tmp_path: Path, names: Lead) -> None:
    names(["127.0.0.1"])
    with tls_server(tmp_path, "shop.example.com") as (port, _):
        guard.allow([f"https://shop.example.com:{port}"])
        with pytest.raises(StoreBusy) as told:
            http.send("POST", f"https://shop.example.com:{port}/", body=b"secret")
    assert isinstance(told.value, BadCertificate)
    assert not isinstance(told.value, OutcomeUnknown)


def test_an_authority_of_the_operators_own_is_trusted_for_the_stores_it_names(
    tmp_path: Path, names: Lead
) -> None:
    names(["127.0.0.1"], ["127.0.0.1"])
    with tls_server(tmp_path, "store.lan") as (port, _):
        guard.allow([f"https://store.lan:{port}"])
        http.trust((tmp_path / "certificate.pem").read_text())
        assert http.send("GET", f"https://store.lan:{port}/wp-json/").body == b"{}"
        guard.allow([f"https://store.lan:{port}", f"https://other.lan:{port}"])
        http.trust("")
        with pytest.raises(BadCertificate):
            http.send("GET", f"https://store.lan:{port}/")


def test_an_authority_of_the_operators_own_says_nothing_of_other_stores(
    tmp_path: Path, names: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    names(["127.0.0.1"], ["127.0.0.1"])
    monkeypatch.setattr(guard, "is_allowed", lambda _origin: True)
    with tls_server(tmp_path, "shop.example.com") as (port, _):
        guard.allow(["https://store.lan"])
        http.trust((tmp_path / "certificate.pem").read_text())
        with pytest.raises(BadCertificate):
            http.send("GET", f"https://shop.example.com:{port}/")
