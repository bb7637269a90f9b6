"""What a store says: JSON with its headers, REST errors, and HTML where WordPress gives up."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Response

from sandbox.woocommerce.php import to_json

EXPOSED = "X-WP-Total, X-WP-TotalPages, Link"
NGINX_502 = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n"
    "</body>\r\n</html>\r\n"
)


class RestError(Exception):
    """A REST error answer. ``extra`` goes into ``data``; a bare ``data`` replaces it whole."""

    def __init__(
        self, code: str | int, message: str, status: int = 400, *, bare: Any = None, **extra: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        inner = {"status": status, **extra} if bare is None else bare
        self.body: dict[str, Any] = {"code": code, "message": message, "data": inner}


@dataclass
class Answer:
    """What an endpoint hands back: a body for JSON, and what makes its headers."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def invalid_param(name: str, message: str, code: str, about: str | None = None) -> RestError:
    """400 rest_invalid_param for one parameter; ``about`` is the path inside it."""
    detail = {"code": code, "message": message, "data": {"param": about} if about else None}
    return RestError(
        "rest_invalid_param",
        f"Invalid parameter(s): {name}",
        params={name: message},
        details={name: detail},
    )


def missing_param(name: str) -> RestError:
    return RestError("rest_missing_callback_param", f"Missing parameter(s): {name}", params=[name])


def no_route() -> RestError:
    return RestError(
        "rest_no_route", "No route was found matching the URL and request method.", 404
    )


def json_response(
    body: Any, status: int, home: str, headers: Mapping[str, str] | None = None
) -> Response:
    response = Response(to_json(body), status, content_type="application/json; charset=UTF-8")
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Link"] = f'<{home}/wp-json/>; rel="https://api.w.org/"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    response.headers["Cache-Control"] = "no-cache, must-revalidate, max-age=0, no-store, private"
    response.headers.update(headers or {})
    return response


def html_response(markup: str, status: int = 200, **headers: str) -> Response:
    response = Response(markup, status, content_type="text/html; charset=UTF-8")
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


def wp_die(
    message: str, status: int, *, title: str, as_json: bool = False, **headers: str
) -> Response:
    """WordPress gives up: an HTML page, or JSON with code ``wp_die`` for clients that want JSON.

    ``message`` is HTML.
    """
    if as_json:
        body = {"code": "wp_die", "message": message, "data": {"status": status}}
        response = Response(
            to_json({**body, "additional_errors": []}), status, mimetype="application/json"
        )
        response.headers.update({name.replace("_", "-"): each for name, each in headers.items()})
        return response
    page = (
        f'<!DOCTYPE html>\n<html lang="en-US">\n<head>\n<title>{html.escape(title)}</title>\n'
        f'</head>\n<body id="error-page">\n\t<div class="wp-die-message">{message}</div></body>\n'
        "</html>\n"
    )
    return html_response(page, status, **headers)


def redirect(location: str, status: int = 302) -> Response:
    response = html_response("", status, X_Redirect_By="WordPress")
    response.headers["Location"] = location
    response.autocorrect_location_header = False
    return response


def links(url: str, allow: str, up: str = "") -> dict[str, Any]:
    """The ``_links`` of an object at ``url``; ``allow`` lists the methods."""
    own = {"href": url, "targetHints": {"allow": allow.split()}}
    found: dict[str, Any] = {"self": [own], "collection": [{"href": url.rpartition("/")[0]}]}
    if up:
        found["up"] = [{"href": up}]
    return found
