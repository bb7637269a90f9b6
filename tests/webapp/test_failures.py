"""What nobody foresaw is told in the reader's language; a mistake of ours stands in the log."""

from __future__ import annotations

import re
from typing import Any

import pytest
from structlog.testing import capture_logs
from werkzeug.exceptions import TooManyRequests
from werkzeug.test import TestResponse

from orderflow.read import search
from tests.house import HARBOUR, STRANGER, configuration
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor
from tests.webapp.tongues import Bilingual
from webapp import create_app
from webapp.refusals import LARGEST_BODY

BUYER = "robin@example.com"
FRAMED = f"frame-ancestors https://{HARBOUR} https://admin.shopify.com"


@pytest.fixture
def broken(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> Floor:
    """The list of orders breaks, over something that it quotes."""

    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"no such buyer: {BUYER}")

    monkeypatch.setattr(search, "page", breaks)
    return floor


def is_banner(answer: TestResponse) -> bool:
    """A piece that goes above the page as it stands, whose address stays too."""
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text
    where = (answer.headers["HX-Retarget"], answer.headers["HX-Push-Url"])
    return where == ("#trouble", "false")


def reference(answer: TestResponse) -> str:
    (found,) = re.findall(r"reference: ([0-9a-f]{8})<", answer.text)
    return str(found)


def test_a_mistake_of_ours_is_a_page_with_a_reference_that_stands_in_the_log(
    broken: Floor, capsys: pytest.CaptureFixture[str]
) -> None:
    for ask in (broken.door.open, broken.door.get):
        with capture_logs() as lines:
            answer = ask("/orders")
        assert answer.status_code == 500
        assert FRAMED in answer.headers["Content-Security-Policy"]
        assert "Something went wrong" in answer.text or is_banner(answer)
        assert "id_token" not in answer.text
        (told,) = lines
        assert told["reference"] == reference(answer)
        assert (told["error"], told["endpoint"]) == ("RuntimeError", "orders.show")
        assert any(re.fullmatch(r"webapp/orders\.py:\d+", place) for place in told["where"])
        assert BUYER not in f"{told}{answer.text}"
        assert "Traceback" not in answer.text + capsys.readouterr().err


def test_it_is_told_in_french(broken: Floor) -> None:
    reader = Bilingual(broken)
    assert reader.left("/orders", 500) == set()
    french = Door(broken.house, broken.harbour, locale="fr").open("/orders")
    assert '<html lang="fr">' in french.text
    assert reader.left("/help", 405, sent="1") == set()
    assert reader.left("/products/x/unmap", 404, sent="1") == set()


def test_a_file_that_breaks_off_does_not_look_whole(broken: Floor) -> None:
    with capture_logs() as lines:
        answer = broken.door.get("/orders.csv")
        begun, _, said = answer.text.partition("\0")
    assert begun.startswith("\ufeffOrder,")
    assert 'role="alert"' in said
    assert [(line["event"], line["reference"] in said) for line in lines] == [
        ("answer_broke_off", True)
    ]


def test_what_is_not_there_is_a_page_where_it_was_gone_to_and_else_a_banner(floor: Floor) -> None:
    for answer in (floor.door.open("/nowhere"), floor.door.get("/nowhere")):
        assert answer.status_code == 404
        assert "<h1>Not found</h1>" in answer.text
    assert is_banner(floor.door.post("/vendors/gone", name="typed"))
    assert (
        "frame-ancestors https://harbour"
        in floor.door.open("/nowhere").headers["Content-Security-Policy"]
    )


def test_who_is_not_in_the_admin_gets_no_page_of_it(floor: Floor) -> None:
    assert "s-app-nav" not in floor.house.client.get("/nowhere").text
    assert "s-app-nav" not in floor.house.client.get("/webhooks/shopify").text


def test_what_a_page_does_not_do_is_said_with_what_it_does(floor: Floor) -> None:
    answer = floor.door.post("/help", typed="1")
    assert (answer.status_code, is_banner(answer)) == (405, True)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_too_much_at_once_and_too_often_are_said(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = floor.door.post("/vendors/new", name="a" * LARGEST_BODY)
    assert (answer.status_code, is_banner(answer)) == (413, True)

    def too_often(*_: Any, **__: Any) -> None:
        raise TooManyRequests(retry_after=7)

    monkeypatch.setattr(search, "page", too_often)
    answer = floor.door.get("/orders")
    assert (answer.status_code, is_banner(answer)) == (429, True)
    assert answer.headers["Retry-After"] == "7"


def test_a_session_that_ended_leaves_what_was_typed(floor: Floor) -> None:
    headers = floor.door.headers() | {"Authorization": "Bearer old"}
    answer = floor.house.client.post("/vendors/new", headers=headers, data={"name": "typed"})
    assert (answer.status_code, is_banner(answer)) == (401, True)


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://127.0.0.1:1/x"]
)
def test_a_database_that_is_away_is_said_and_asked_again_soon(floor: Floor, url: str) -> None:
    door = Door(floor.house, floor.harbour)
    door.client = create_app(configuration(url)).test_client()
    with capture_logs() as lines:
        page, banner = door.open("/orders"), door.get("/orders")
    assert "<h1>We cannot answer just now</h1>" in page.text
    assert is_banner(banner)
    for answer in (page, banner):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert FRAMED in answer.headers["Content-Security-Policy"]
        assert STRANGER not in answer.headers["Content-Security-Policy"]
    assert [line["reference"] for line in lines] == [reference(page), reference(banner)]
    assert {line["event"] for line in lines} == {"database_away"}
