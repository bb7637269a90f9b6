"""The floor under intake: verify the signature, insert one row, answer. Nothing else.

gunicorn bench.floors.flask_insert:app    # reads BENCH_DATABASE, BENCH_SECRET
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import threading

import psycopg
from flask import Flask, request

TABLE = "create table delivery (id text primary key, topic text not null, body bytea not null)"

app = Flask(__name__)
_secret = os.environ.get("BENCH_SECRET", "").encode()
_local = threading.local()


@app.post("/webhooks/shopify")
def receive() -> tuple[dict[str, str], int]:
    body = request.get_data(cache=False)
    signature = base64.b64encode(hmac.new(_secret, body, hashlib.sha256).digest())
    if not hmac.compare_digest(signature, request.headers["X-Shopify-Hmac-Sha256"].encode()):
        return {"error": "the signature is wrong"}, 401
    delivery, topic = request.headers["X-Shopify-Webhook-Id"], request.headers["X-Shopify-Topic"]
    _connection().execute("insert into delivery values (%s, %s, %s)", (delivery, topic, body))
    return {"status": "new"}, 200


def _connection() -> psycopg.Connection:
    """One for each thread, kept; every statement is its own transaction."""
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(os.environ["BENCH_DATABASE"], autocommit=True)
    connection: psycopg.Connection = _local.connection
    return connection
