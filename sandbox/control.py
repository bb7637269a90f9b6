"""The sandbox's own door at 127.0.0.1: JSON to steer it, small pages to look at it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox import mailbox, pages, snapshot
from sandbox.admin.door import app_bridge
from sandbox.build import add_app, add_shop, add_site, change_app
from sandbox.faults import Fired
from sandbox.liar import LIES
from sandbox.people import People
from sandbox.shopify.fulfilment import Refusal

if TYPE_CHECKING:
    from sandbox.world import World

Json = Mapping[str, Any]
Answer = Response | Mapping[str, Any]

SHOWN = 200
"""Lies told that are shown of each host."""

ROUTES = Map(
    [
        Rule("/", endpoint="index", methods=["GET"]),
        Rule("/shops/<host>", endpoint="store", methods=["GET"]),
        Rule("/sites/<host>", endpoint="store", methods=["GET"]),
        Rule("/mail", endpoint="mails", methods=["GET"]),
        Rule("/mail/<int:number>", endpoint="mail", methods=["GET"]),
        Rule("/mail", endpoint="add_mail", methods=["POST"]),
        Rule("/health", endpoint="health", methods=["GET"]),
        Rule("/state/<host>", endpoint="state", methods=["GET"]),
        Rule("/deliveries", endpoint="deliveries", methods=["GET"]),
        Rule("/deliveries", endpoint="set_deliveries", methods=["POST"]),
        Rule("/faults", endpoint="faults", methods=["GET"]),
        Rule("/faults", endpoint="add_fault", methods=["POST"]),
        Rule("/faults/clear", endpoint="clear_faults", methods=["POST"]),
        Rule("/lies", endpoint="lies", methods=["GET"]),
        Rule("/lies", endpoint="tell_lie", methods=["POST"]),
        Rule("/lies/draw", endpoint="draw_lies", methods=["POST"]),
        Rule("/lies/stop", endpoint="stop_lies", methods=["POST"]),
        Rule("/people/<verb>", endpoint="people", methods=["POST"]),
        Rule("/clock/advance", endpoint="advance", methods=["POST"]),
        Rule("/run-due", endpoint="run_due", methods=["POST"]),
        Rule("/apps", endpoint="apps", methods=["POST"]),
        Rule("/apps/<client_id>", endpoint="deploy", methods=["POST"]),
        Rule("/shops", endpoint="shops", methods=["POST"]),
        Rule("/sites", endpoint="sites", methods=["POST"]),
        Rule("/id-token/<host>/<client_id>", endpoint="id_token", methods=["GET"]),
        Rule("/open/<host>/<client_id>", endpoint="open_app", methods=["GET"]),
        Rule("/app-bridge.js", endpoint="app_bridge", methods=["GET"]),
    ]
)


def handle(world: World, request: Request) -> Response:
    try:
        name, values = ROUTES.bind_to_environ(request.environ).match()
        given = request.get_json(silent=True, force=True) if request.method == "POST" else None
        act: Callable[..., Answer] = getattr(Control(world, request), name)
        answer = act(given or {}, **values) if request.method == "POST" else act(**values)
    except HTTPException as error:
        return _json({"error": error.description}, error.code or 500)
    except (LookupError, ValueError, TypeError, Refusal) as error:
        return _json({"error": f"{type(error).__name__}: {error}"}, 400)
    return answer if isinstance(answer, Response) else _json(answer)


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content, default=str), status, mimetype="application/json")


class Control:
    """One method for each route; those of POST take the JSON body first."""

    def __init__(self, world: World, request: Request) -> None:
        self.world, self.request = world, request

    def health(self) -> Answer:
        return {"ok": True, "now": self.world.now().isoformat()}

    def index(self) -> Answer:
        hosts = [*self.world.shops, *self.world.sites]
        return pages.index([snapshot.of_host(self.world, host) or {} for host in hosts])

    def store(self, host: str) -> Answer:
        port = self.request.host.partition(":")[2]
        admin = f"http://{host}.localhost:{port}/admin/apps" if host in self.world.shops else ""
        return pages.store(self._seen(host), admin)

    def state(self, host: str) -> Answer:
        return self._seen(host)

    def _seen(self, host: str) -> dict[str, Any]:
        seen = snapshot.of_host(self.world, host)
        if seen is None:
            raise NotFound(f"no store at {host}")
        return seen

    def mails(self) -> Answer:
        return mailbox.all_of(self.world.mail, self.request)

    def mail(self, number: int) -> Answer:
        return mailbox.one_of(self.world.mail, number, self.request)

    def add_mail(self, given: Json) -> Answer:
        self.world.mail.append(dict(given))
        return {"kept": len(self.world.mail)}

    def deliveries(self) -> Answer:
        sent = [
            {
                "topic": each.delivery.topic,
                "url": each.delivery.url,
                "status": each.status,
                "at": each.at.isoformat(),
            }
            for each in self.world.deliveries.sent()
        ]
        return {"queued": len(self.world.deliveries.queue), "sent": sent}

    def set_deliveries(self, given: Json) -> Answer:
        """``duplicate`` and ``drop`` (probabilities) and ``shuffle`` (true or false)."""
        deliveries = self.world.deliveries
        deliveries.duplicate = float(given.get("duplicate", deliveries.duplicate))
        deliveries.drop = float(given.get("drop", deliveries.drop))
        deliveries.shuffle = bool(given.get("shuffle", deliveries.shuffle))
        return {"ok": True}

    def faults(self) -> Answer:
        faults = self.world.faults
        planned = [{**vars(each), "match": str(each.match)} for each in faults.planned]
        return {"planned": planned, "fired": [_shown(each) for each in faults.fired]}

    def add_fault(self, given: Json) -> Answer:
        self.world.faults.add(**given)
        return {"planned": len(self.world.faults.planned)}

    def clear_faults(self, given: Json) -> Answer:
        self.world.faults.clear()
        return {"planned": 0}

    def lies(self) -> Answer:
        """What each lie is, which are on, and the newest that were told, by host."""
        return {
            "known": {each.name: each.about for each in LIES.values()},
            "hosts": {
                host: {"on": each.switched_on, "told": [vars(one) for one in each.told[-SHOWN:]]}
                for host, each in self.world.liars.items()
            },
        }

    def tell_lie(self, given: Json) -> Answer:
        """``host`` and ``name``; ``for_seconds``, ``share``, ``times``, ``match`` and the options
        of the lie as in ``Liar.tell``."""
        rest = {key: value for key, value in given.items() if key not in ("host", "name")}
        liar = self.world.liar(given["host"])
        liar.tell(given["name"], **rest)
        return {"on": liar.switched_on}

    def draw_lies(self, given: Json) -> Answer:
        """``host``, ``seed``, and ``rates`` and ``options`` by name."""
        liar = self.world.liar(given["host"])
        liar.draw(int(given["seed"]), given["rates"], given.get("options"))
        return {"on": liar.switched_on}

    def stop_lies(self, given: Json) -> Answer:
        """All of them; of one ``host``, of one ``name``."""
        hosts = [given["host"]] if "host" in given else list(self.world.liars)
        for host in hosts:
            self.world.liar(host).stop(given.get("name", ""))
        return {"on": [name for host in hosts for name in self.world.liar(host).switched_on]}

    def people(self, given: Json, verb: str) -> Answer:
        return {"result": _brief(People(self.world).call(verb, given))}

    def advance(self, given: Json) -> Answer:
        advance = getattr(self.world.clock, "advance", None)
        if advance is None:
            raise ValueError("this world's clock cannot be moved")
        advance(float(given["seconds"]))
        return self.health()

    def run_due(self, given: Json) -> Answer:
        self.world.tick()
        return self.health()

    def apps(self, given: Json) -> Answer:
        return {"id": add_app(self.world, given).id}

    def deploy(self, given: Json, client_id: str) -> Answer:
        """Change an app as its developer does, such as its ``scopes``; shops keep it installed."""
        change_app(self.world.apps[client_id], given)
        return {"id": self.world.apps[client_id].id}

    def shops(self, given: Json) -> Answer:
        return add_shop(self.world, given)

    def sites(self, given: Json) -> Answer:
        return add_site(self.world, given)

    def id_token(self, host: str, client_id: str) -> Answer:
        return {"id_token": self.world.shops[host].id_token(self.world.apps[client_id])}

    def open_app(self, host: str, client_id: str) -> Answer:
        """Where the shop's admin would lead its frame."""
        where = self.world.shops[host].app_page(self.world.apps[client_id])
        return Response(status=302, headers={"Location": where})

    def app_bridge(self) -> Answer:
        return app_bridge()


def _shown(fired: Fired) -> dict[str, str]:
    return {"kind": fired.kind, "host": fired.host, "method": fired.method, "path": fired.path}


def _brief(result: Any) -> Any:
    """Things by their ids: enough for the next request."""
    if isinstance(result, list):
        return [_brief(each) for each in result]
    names = ("id", "name", "status")
    found = {name: getattr(result, name) for name in names if hasattr(result, name)}
    lines = [{"id": each.id, "sku": each.sku} for each in getattr(result, "lines", ()) if
             hasattr(each, "sku")]  # fmt: skip
    return {**found, "lines": lines} if found else result
