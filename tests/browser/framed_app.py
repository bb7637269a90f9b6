"""A tiny app for the admin to frame: every page has a menu, a form and App Bridge first of all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlencode

import jwt
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox.world import World

KEY, SECRET = "client-1", "a-made-up-client-secret-of-length"
HOST = "app.example.com"
POLICY = (
    "default-src 'self'; script-src 'self' http://127.0.0.1:{sandbox}; img-src data:; connect-src *"
)
RETRY = {"X-Shopify-Retry-Invalid-Session-Request": "1"}

PAGE = """<!DOCTYPE html><html lang="en"><head>
<meta name="shopify-api-key" content="{key}">
<script src="http://127.0.0.1:{sandbox}/app-bridge.js"></script>
<script src="/app.js"></script>
<link rel="icon" href="data:,"><title>Page {path}</title></head><body>
<s-app-nav>
  <s-link href="/" rel="home">Home</s-link><s-link href="/orders">Orders</s-link>
  <s-link href="/settings">Settings &lt;3</s-link>
</s-app-nav>
<main><h1>{path}</h1>
<form data-save-bar data-discard-confirmation>
  <label>Name <input name="name" value="{name}"></label>
  <label>Kind <select name="kind"><option>one<option>two</select></label>
  <label><input type="checkbox" name="on" checked> On</label>
</form>
<p><a href="/orders?id=7">An order</a></p>
<ui-save-bar id="bar"><button variant="primary" id="bar-save">Save</button>
<button id="bar-discard">Discard</button></ui-save-bar>
<ui-modal id="modal"><ui-title-bar title="Sure?"></ui-title-bar><p>A question</p></ui-modal>
</main></body></html>"""

LATE = """<!DOCTYPE html><title>Late</title><link rel="icon" href="data:,">
<meta name="shopify-api-key" content="{key}"><script src="/app.js"></script>
<script src="http://127.0.0.1:{sandbox}/app-bridge.js"></script>"""

SCRIPT = """
document.addEventListener("shopify:navigate", async (event) => {
  const href = event.target.getAttribute("href");
  await swap(await fetch(href, { headers: { "HX-Request": "true" } }));
  history.pushState(null, "", href);
});
document.addEventListener("submit", async (event) => {
  event.preventDefault();
  await swap(await fetch("/save", { method: "POST", body: new FormData(event.target) }));
});
async function swap(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
}
"""


@dataclass
class FramedApp:
    """``calls``: (path, Authorization) of everything that was fetched; ``strangers``: (method,
    host) of what was asked of us under another name."""

    world: World
    sandbox: int = 0  # the port of the sandbox
    port: int = 0
    name: str = "before"
    bounces: int = 0
    refusals: int = 0
    reauthorize: str = ""
    calls: list[tuple[str, str]] = field(default_factory=list)
    strangers: list[tuple[str, str]] = field(default_factory=list)
    saved: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def wsgi(self, environ: Any, start_response: Any) -> Any:
        return self.answer(Request(environ))(environ, start_response)

    def answer(self, request: Request) -> Response:
        if request.path == "/app.js":
            return Response(SCRIPT, mimetype="text/javascript")
        if request.path == "/bounce":
            tag = f"<script data-api-key={KEY} src=http://127.0.0.1:{self.sandbox}/app-bridge.js>"
            return Response(f"<link rel=icon href=data:,>{tag}</script>", mimetype="text/html")
        if request.path == "/late":
            return Response(LATE.format(key=KEY, sandbox=self.sandbox), mimetype="text/html")
        if not request.host.startswith(HOST):
            self.strangers.append((request.method, request.host.partition(":")[0]))
        bearer = request.headers.get("Authorization", "")
        if not bearer:
            return self.document(request)
        self.calls.append((request.path, bearer))
        if self.reauthorize:
            header = {"X-Shopify-API-Request-Failure-Reauthorize-Url": self.reauthorize}
            return Response(status=401, headers=header)
        if not self.knows(bearer.removeprefix("Bearer ")):
            return Response(status=401, headers=RETRY)
        if request.method == "POST":
            self.saved.append(request.form.to_dict())
            self.name = request.form.get("name", self.name)
        return self.page(request.path)

    def document(self, request: Request) -> Response:
        if self.knows(request.args.get("id_token", "")):
            return self.page(request.path)
        self.bounces += 1
        query = {key: value for key, value in request.args.items() if key != "id_token"}
        back = f"{self.url}{request.path}?{urlencode(query)}"
        return redirect("/bounce?" + urlencode({**query, "shopify-reload": back}))

    def page(self, path: str) -> Response:
        values = {"key": KEY, "sandbox": self.sandbox, "path": path, "name": escape(self.name)}
        response = Response(PAGE.format(**values), mimetype="text/html")
        response.headers["Content-Security-Policy"] = POLICY.format(sandbox=self.sandbox)
        return response

    def knows(self, token: str) -> bool:
        if self.refusals:
            self.refusals -= 1
            return False
        try:
            claims = jwt.decode(
                token, SECRET, ["HS256"], audience=KEY,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )  # fmt: skip
        except jwt.InvalidTokenError:
            return False
        return bool(claims["exp"] > self.world.now().timestamp())


class Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None: ...


@contextmanager
def serving(app: FramedApp) -> Iterator[FramedApp]:
    http = ThreadedWSGIServer("127.0.0.1", 0, app.wsgi, handler=Quiet)
    app.port = int(http.server_port)
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield app
    finally:
        http.shutdown()
        http.server_close()
        thread.join(timeout=5)
