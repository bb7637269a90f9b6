"""R17: two hundred clients are slow in every way; how long does a signed webhook take?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from itertools import count

import requests

from bench.deliveries import PATH, SHOP, TOPIC
from bench.figure import Figure
from bench.machine import SECRET
from bench.servers import Intake, ours
from tests.postgres import private_postgres
from tests.processes.slow_clients import two_hundred

MOST = 1.0
"""Seconds."""
PAUSE = 0.05
"""Seconds between two webhooks."""
_numbers = count(8_000_000_000_000_000)


def r17(rounds: int, seconds: float) -> list[Figure]:
    """``seconds`` must be fewer than those after which the web leaves the slow ones."""
    with private_postgres(durable=True) as postgres, ours(postgres) as us:
        longest_of(us, 1)  # what is loaded at the first time
        calm = [longest_of(us, seconds) for _ in range(rounds)]
        slow = [among_slow_clients(us, seconds) for _ in range(rounds)]
    return [
        Figure(
            "R17",
            "the longest webhook among 200 slow clients",
            "s",
            tuple((each, MOST) for each in slow),
            at_most=1.0,
        ),
        Figure("R17", "the longest without them", "s", tuple((each, MOST) for each in calm)),
    ]


def among_slow_clients(us: Intake, seconds: float) -> float:
    with two_hundred(us.port):
        return longest_of(us, seconds)


def longest_of(us: Intake, seconds: float) -> float:
    """One webhook after the other, each on a connection of its own. RuntimeError when one is not
    taken."""
    until, longest = time.monotonic() + seconds, 0.0
    while time.monotonic() < until:
        begun = time.monotonic()
        answer = post(us.port)
        longest = max(longest, time.monotonic() - begun)
        if answer.status_code != 200:
            raise RuntimeError(f"a webhook was answered {answer.status_code}")
        time.sleep(PAUSE)
    return longest


def post(port: int) -> requests.Response:
    number = next(_numbers)
    body = json.dumps({"id": number, "name": f"#{number}"}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
    headers = {
        "X-Shopify-Topic": TOPIC,
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-Webhook-Id": str(number),
        "X-Shopify-Hmac-Sha256": base64.b64encode(signature).decode(),
    }
    return requests.post(f"http://127.0.0.1:{port}{PATH}", data=body, headers=headers, timeout=60)
