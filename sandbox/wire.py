"""Ways to and from a World: HTTP for webhooks, and an in-process road for ``requests``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Response

from sandbox.faults import ConnectionRefused, ConnectionTorn

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

TIMEOUT = (1.0, 5.0)
"""Seconds to connect and to answer in full; Shopify 2026-10."""

_local = threading.local()


def http_post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Post a webhook; the status, or 0 when no answer came. Redirects are not followed."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
    try:
        answer = _local.session.post(
            url, data=body, headers=dict(headers), timeout=TIMEOUT, allow_redirects=False
        )
    except requests.RequestException:
        return 0
    return int(answer.status_code)


def post_into(app: WSGIApplication) -> Callable[[str, Mapping[str, str], bytes], int]:
    """A ``World.post`` that hands webhooks to a WSGI application in this process."""
    client = Client(app)

    def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
        parts = urlsplit(url)
        base, path = f"{parts.scheme}://{parts.netloc}", parts._replace(scheme="", netloc="")
        answer = client.post(path.geturl(), base_url=base, data=body, headers=dict(headers))
        return answer.status_code

    return post


class WsgiTransport(BaseAdapter):
    """Mount on a ``requests.Session`` to reach a World without a socket.

    ``ConnectionTorn`` becomes a ReadTimeout, ``ConnectionRefused`` a ConnectionError.
    """

    def __init__(self, app: WSGIApplication) -> None:
        super().__init__()
        self.app = app

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        environ = EnvironBuilder(
            request.path_url.partition("?")[0],
            base_url="/".join((request.url or "").split("/")[:3]),
            query_string=request.path_url.partition("?")[2],
            method=request.method or "GET",
            headers=list(request.headers.items()),
            data=request.body,
        ).get_environ()
        try:
            answer = Response.from_app(self.app, environ, buffered=True)
        except ConnectionRefused as error:
            raise requests.ConnectionError(error, request=request) from error
        except ConnectionTorn as error:
            raise requests.ReadTimeout(error, request=request) from error
        return _as_requests(answer, request)

    def close(self) -> None: ...


def _as_requests(answer: Response, request: requests.PreparedRequest) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status_code
    response.reason = answer.status.partition(" ")[2]
    response.headers.update(answer.headers)
    response.raw = BytesIO(b"".join(_chunks(answer)))
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    response.request = request
    response.url = request.url or ""
    return response


def _chunks(answer: Response) -> Iterable[bytes]:
    return answer.iter_encoded()
