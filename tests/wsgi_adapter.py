"""The road from ``stores.http`` into a pretend world in this process."""

from __future__ import annotations

from typing import Any

import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError

from sandbox.faults import CertificateInvalid, ConnectionRefused
from sandbox.wire import WsgiTransport


class WsgiAdapter(WsgiTransport):
    """Raises for a connection that does not come about what ``requests`` raises for a real one."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        try:
            return super().send(request, *args, **options)
        except requests.ConnectionError as error:
            if isinstance(error.__cause__, CertificateInvalid):
                raise requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED]") from error
            if not isinstance(error.__cause__, ConnectionRefused):
                raise
            reason = NewConnectionError(HTTPConnection("nowhere"), "connection refused")
            raise requests.ConnectionError(
                MaxRetryError(None, request.url or "", reason)  # type: ignore[arg-type]
            ) from error
