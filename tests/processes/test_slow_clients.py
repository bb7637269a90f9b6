"""Two hundred clients that are slow in every way, and the web that serves the others."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from contextlib import suppress

import pytest
import requests

from demo.stack import CLIENT_SECRET
from demo.stage import HARBOUR
from tests.processes.plant import HANGS, Plant
from tests.processes.slow_clients import ANNOUNCED, connected, two_hundred


def signed_request(delivery: str, body: bytes) -> tuple[bytes, dict[str, str]]:
    """A webhook of Harbour's shop: its body and its headers."""
    signature = hmac.new(CLIENT_SECRET.encode(), body, hashlib.sha256).digest()
    return body, {
        "X-Shopify-Topic": "shop/update",
        "X-Shopify-Shop-Domain": HARBOUR,
        "X-Shopify-Webhook-Id": delivery,
        "X-Shopify-Hmac-Sha256": base64.b64encode(signature).decode(),
    }


def signed_webhook(plant: Plant, delivery: str) -> requests.Response:
    body, headers = signed_request(delivery, json.dumps({"id": 1}).encode())
    url = f"{plant.stack.url}/webhooks/shopify"
    return requests.post(url, data=body, headers=headers, timeout=HANGS)


def test_two_hundred_slow_clients_hold_up_no_webhook_and_are_left_in_the_end(plant: Plant) -> None:
    with two_hundred(plant.stack.port) as slow:
        assert len(slow) == 200
        assert signed_webhook(plant, "among-slow-clients").json() == {"status": "new"}
        for each in slow:
            each.settimeout(HANGS)
            with suppress(ConnectionResetError):
                while each.recv(1024 * 1024):
                    pass


REFUSED = (
    (b"POST /webhooks/shopify HTTP/1.1\r\n" + ANNOUNCED, 401),
    (b"POST /webhooks/nobody/store HTTP/1.1\r\n" + ANNOUNCED, 404),
    (b"POST /nowhere HTTP/1.1\r\n" + ANNOUNCED, 404),
    (b"POST /health HTTP/1.1\r\n" + ANNOUNCED, 405),
    (b"POST /portal/login HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n", 411),
    (b"POST /portal/login HTTP/1.1\r\nHost: here\r\nContent-Length: 99999999\r\n", 413),
    (b"POST /portal/login HTTP/1.1\r\n" + ANNOUNCED + b"Expect: gold\r\n", 417),
)


@pytest.mark.parametrize(("head", "status"), REFUSED)
def test_a_body_that_nobody_wants_is_refused_before_it_comes(
    plant: Plant, head: bytes, status: int
) -> None:
    with connected(plant.stack.port, head + b"\r\n") as client:
        client.settimeout(HANGS)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
        assert answer.startswith(b"HTTP/1.1 %d " % status)
