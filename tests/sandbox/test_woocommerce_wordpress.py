"""What WordPress itself does to a REST request: method override, JSONP, ``?rest_route=``."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.sandbox.woo_cast import HOST, Scene

OVERRIDES = [
    ("?_method={}", {}),
    ("?_method={}", {"X-HTTP-Method-Override": "GET"}),
    ("", {"X-HTTP-Method-Override": "{}"}),
]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def override(scene: Scene, query: str, headers: dict[str, str], method: str, **more: Any) -> Any:
    """A POST to the only order that is to count as ``method``."""
    order_id = scene.create()["id"]
    filled = {name: value.format(method) for name, value in headers.items()}
    return scene.ask("POST", f"orders/{order_id}{query.format(method)}", headers=filled, **more)


@pytest.mark.parametrize(("query", "headers"), OVERRIDES)
def test_a_post_deletes_where_it_says_so(scene: Scene, query: str, headers: dict[str, str]) -> None:
    answer = override(scene, query, headers, "DELETE")
    assert answer.status_code == 200
    assert [each.status for each in scene.store.orders.values()] == ["trash"]


@pytest.mark.parametrize(("query", "headers"), OVERRIDES)
def test_a_post_updates_where_it_says_so(scene: Scene, query: str, headers: dict[str, str]) -> None:
    answer = override(scene, query, headers, "put", body={"customer_note": "x"})
    assert answer.get_json()["customer_note"] == "x"


def test_a_post_with_an_override_needs_the_right_of_the_method_it_stands_for(scene: Scene) -> None:
    order_id = scene.create()["id"]
    reader = scene.store.issue_key("read")
    read = scene.ask("POST", f"orders/{order_id}?_method=GET", auth=reader)
    assert read.get_json()["id"] == order_id
    assert scene.ask("POST", f"orders/{order_id}?_method=DELETE", auth=reader).status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_an_order_is_updated_by_each_of_three_methods(scene: Scene, method: str) -> None:
    order_id = scene.create()["id"]
    answer = scene.ask(method, f"orders/{order_id}", {"customer_note": method})
    assert answer.get_json()["customer_note"] == method


def unwrapped(answer: TestResponse, callback: str) -> Any:
    text = answer.get_data(as_text=True)
    assert answer.mimetype == "application/javascript"
    assert text.startswith(f"/**/{callback}(")
    assert text.endswith(")")
    return json.loads(text[len(callback) + 5 : -1])


def test_jsonp_wraps_the_answer_in_the_callback(scene: Scene) -> None:
    order_id = scene.create()["id"]
    answer = scene.ask("GET", f"orders/{order_id}?_jsonp=my.app_1")
    assert answer.status_code == 200
    assert unwrapped(answer, "my.app_1")["id"] == order_id


def test_jsonp_wraps_errors_too(scene: Scene) -> None:
    answer = scene.ask("GET", "orders/999?_jsonp=cb")
    assert answer.status_code == 404
    assert unwrapped(answer, "cb")["code"] == "woocommerce_rest_shop_order_invalid_id"


@pytest.mark.parametrize("callback", ["alert(1)", "a-b", "a b", "é"])
def test_a_callback_that_is_no_name_is_refused(scene: Scene, callback: str) -> None:
    answer = scene.ask("GET", "orders", query_string={"_jsonp": callback})
    assert answer.status_code == 400
    assert json.loads(answer.data)["code"] == "rest_callback_invalid"


def test_a_site_may_forbid_jsonp(scene: Scene) -> None:
    scene.store.jsonp = False
    answer = scene.ask("GET", "orders?_jsonp=cb")
    assert (answer.status_code, answer.mimetype) == (400, "application/json")
    assert answer.get_json()["code"] == "rest_callback_disabled"


@pytest.mark.parametrize("path", ["orders", "orders/{}", "orders/{}/notes", "webhooks", "products"])
def test_an_unknown_query_parameter_is_ignored(scene: Scene, path: str) -> None:
    filled = path.format(scene.create()["id"])
    plain, changed = scene.ask("GET", filled), scene.ask("GET", f"{filled}?_=abc&nonsense[]=1")
    assert plain.status_code == 200
    assert plain.get_json() == changed.get_json()


@pytest.mark.parametrize("path", ["/", "/shop/", "/my-account/orders/", "/index.php", "/wp-json/"])
def test_rest_route_is_answered_at_every_path(scene: Scene, path: str) -> None:
    answer = scene.client.get(f"{path}?rest_route=/", base_url=f"https://{HOST}")
    assert answer.get_json()["name"] == scene.store.name


@pytest.mark.parametrize(("version", "status"), [("10.9.2", 401), ("11.1.0", 200)])
def test_keys_count_for_rest_route_from_11_1_on(version: str, status: int) -> None:
    scene = Scene(version=version)
    answer = scene.client.get(
        "/?rest_route=/wc/v3/orders", base_url=f"https://{HOST}", auth=scene.key
    )
    assert answer.status_code == status


def test_an_index_below_another_path_is_not_found(scene: Scene) -> None:
    answer = scene.client.get("/shop/wp-json/", base_url=f"https://{HOST}")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
