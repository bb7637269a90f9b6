"""deploy/nginx.conf, started as it stands but for its addresses, before the web and before a server
that keeps what reaches it."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPResponse
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from demo.programs import ROOT
from demo.stack import free_port
from tests.keeper import kept
from tests.processes.plant import HANGS, Plant
from tests.processes.test_slow_clients import signed_request
from tools.nginx import nginx

NAME = "sluice.example.com"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class Upstream:
    """Answers every request with "ok", and keeps each as it came."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as incoming:
            while head := b"".join(iter(incoming.readline, b"\r\n")):
                head += b"\r\n"
                length = int(self.headers(head).get("content-length", "0"))
                self.requests.append(head + incoming.read(length))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    @staticmethod
    def headers(request: bytes) -> dict[str, str]:
        lines = request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}

    def close(self) -> None:
        self._socket.close()


class Proxy:
    def __init__(self, folder: Path, upstream: int) -> None:
        self.folder, self.secure, self.plain = folder, free_port(), free_port()
        certify(folder)
        text = (ROOT / "deploy" / "nginx.conf").read_text()
        here = {
            "listen 443": f"listen 127.0.0.1:{self.secure}",
            "listen 80": f"listen 127.0.0.1:{self.plain}",
            "/etc/ssl/sluice": str(folder),
            "/var/log/nginx": str(folder),
            "127.0.0.1:8000": f"127.0.0.1:{upstream}",
            "\nhttp {": "\nhttp {\n"
            + "".join(f"{each}_temp_path {folder}/{each};\n" for each in TEMPORARY),
        }
        for written, meant in here.items():
            assert written in text
            text = text.replace(written, meant)
        (folder / "nginx.conf").write_text(text)

    def command(self) -> list[str]:
        more = f"daemon off; pid {self.folder}/pid; "
        more += "user root;" if os.geteuid() == 0 else ""
        return [nginx(), "-p", str(self.folder), "-c", "nginx.conf", "-e", "stderr", "-g", more]

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.secure)) == 0

    def connect(self, name: str = NAME) -> ssl.SSLSocket:
        trusting = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        trusting.check_hostname = name == NAME
        raw = socket.create_connection(("127.0.0.1", self.secure), timeout=HANGS)
        return trusting.wrap_socket(raw, server_hostname=name)

    def ask(self, request: bytes) -> HTTPResponse:
        """The answer to what is sent byte by byte; its body is read."""
        with self.connect() as there:
            there.sendall(request)
            answer = HTTPResponse(there)
            answer.begin()
            answer.read()
            return answer


def certify(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, *private))


@contextmanager
def proxy_before(port: int) -> Iterator[Proxy]:
    folder = Path(tempfile.mkdtemp(prefix="sluice-nginx-"))
    try:
        proxy = Proxy(folder, port)
        with kept(proxy.command(), folder, proxy.listens):
            yield proxy
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    made = Upstream()
    yield made
    made.close()


@pytest.fixture
def proxy(upstream: Upstream) -> Iterator[Proxy]:
    with proxy_before(upstream.port) as made:
        yield made


def head(method: str, path: str, *more: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {NAME}", *more, "", ""]).encode()


def test_a_signed_webhook_passes_the_proxy_byte_by_byte(plant: Plant) -> None:
    with proxy_before(plant.stack.port) as proxy:
        body, headers = signed_request("through-the-proxy", b' \t{"id": 1,\r\n"note": "\xc3\xa9"} ')
        said = [f"{name}: {value}" for name, value in headers.items()]
        said.append(f"Content-Length: {len(body)}")
        assert proxy.ask(head("POST", "/webhooks/shopify", *said) + body).status == 200
        assert proxy.ask(head("POST", "/webhooks/shopify", *said) + body[::-1]).status == 401
        assert proxy.ask(head("GET", "/portal/login")).status == 200
        assert proxy.ask(head("GET", "/ready")).status == 404


def test_what_the_client_says_of_where_it_comes_from_is_written_over(
    proxy: Proxy, upstream: Upstream
) -> None:
    body = bytes(range(256)) * 3
    lies = ("X-Forwarded-For: 203.0.113.9", "X-Forwarded-Host: evil", "Forwarded: for=evil")
    wants = ("X-Forwarded-Proto: http", "Connection: Upgrade", "Upgrade: websocket")
    sent = head("POST", "/webhooks/shopify", *lies, *wants, f"Content-Length: {len(body)}") + body
    assert proxy.ask(sent).status == 200
    (came,) = upstream.requests
    headers = Upstream.headers(came)
    assert came.endswith(b"\r\n\r\n" + body)
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "https"
    assert headers["host"] == NAME
    assert not {"x-forwarded-host", "forwarded", "upgrade"} & set(headers)


def test_a_chunked_body_reaches_the_web_with_its_length(proxy: Proxy, upstream: Upstream) -> None:
    chunked = head("POST", "/webhooks/shopify", "Transfer-Encoding: chunked")
    assert proxy.ask(chunked + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").status == 200
    headers = Upstream.headers(upstream.requests[0])
    assert headers["content-length"] == "5"
    assert "transfer-encoding" not in headers


@pytest.mark.parametrize(
    "path", ["/health", "/ready", "/metrics", "/status", "/status/", "//ready"]
)
def test_what_is_for_operators_is_not_public(proxy: Proxy, upstream: Upstream, path: str) -> None:
    assert proxy.ask(head("GET", path)).status == 404
    assert not upstream.requests


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [("/vendors/new", 2 * 1024**2 + 1, 413), ("/webhooks/shopify", 16 * 1024**2 + 1, 413)],
)
def test_a_body_that_is_too_large_is_refused_before_it_comes(
    proxy: Proxy, upstream: Upstream, path: str, length: int, status: int
) -> None:
    assert proxy.ask(head("POST", path, f"Content-Length: {length}")).status == status
    assert not upstream.requests


def test_slow_clients_of_one_address_are_few_and_reach_nobody(
    proxy: Proxy, upstream: Upstream
) -> None:
    with ExitStack() as opened:
        for _ in range(40):
            slow = opened.enter_context(proxy.connect())
            slow.sendall(head("POST", "/vendors/new", "Content-Length: 9") + b"a")
        asked = (proxy.ask(head("GET", "/orders")).status for _ in range(30))
        assert 429 in asked  # once the last of the slow ones was heard
        assert proxy.ask(head("POST", "/webhooks/shopify", "Content-Length: 0")).status == 200
        assert not [each for each in upstream.requests if b"/vendors/new" in each]


def test_logins_are_few_a_minute_and_looking_at_the_form_is_none(proxy: Proxy) -> None:
    tries = [proxy.ask(head("POST", "/portal/login", "Content-Length: 0")) for _ in range(12)]
    assert tries[0].status == 200
    assert tries[-1].status == 429
    assert proxy.ask(head("GET", "/portal/login")).status == 200


def test_plain_http_is_sent_to_https_and_other_names_get_nothing(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.plain), timeout=HANGS) as there:
        there.sendall(head("GET", "/portal/login?next=1"))
        answer = HTTPResponse(there)
        answer.begin()
    assert answer.status == 308
    assert answer.headers["Location"] == f"https://{NAME}/portal/login?next=1"
    with proxy.connect("other.example.com") as there:
        there.sendall(b"GET / HTTP/1.1\r\nHost: other.example.com\r\n\r\n")
        assert there.recv(100) == b""


def test_no_query_is_logged_for_it_may_hold_an_id_token(proxy: Proxy) -> None:
    proxy.ask(head("GET", "/orders?id_token=hush"))
    log = proxy.folder / "sluice.log"
    assert "GET /orders 200" in log.read_text()
    assert "hush" not in log.read_text() + (proxy.folder / "error.log").read_text()
