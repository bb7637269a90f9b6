"""Each bench in a tiny version: it runs and yields its ratios. How fast, ``make bench`` says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bench import browsing, intake, load, lying, memory, order_cost, pages, pushing
from bench.deliveries import order_body, pile_up, sign
from bench.figure import Figure, in_turn, keep_raw, table
from bench.servers import flask_insert
from tests.postgres import private_postgres
from tests.webapp.pages import PAGES


def ratios(figures: list[Figure]) -> list[float]:
    return [figure.ratio for figure in figures]


def test_the_order_that_is_posted_has_the_size_it_is_said_to_have() -> None:
    body, order_id = order_body()
    assert 10_500 < len(body) < 10_700
    assert str(order_id).encode() in body


def test_every_delivery_has_ids_of_its_own_and_its_own_signature(tmp_path: Path) -> None:
    pile = pile_up(tmp_path, 20)
    lines = [line.split() for line in pile.lines.read_text().splitlines()]
    assert [len(set(column)) for column in zip(*lines, strict=True)] == [20, 20, 20]
    order, _, signature = lines[-1]
    assert sign(pile.template.read_bytes().replace(b"@ORDER@", order.encode())) == signature


def test_intake_is_compared_with_a_flask_view() -> None:
    figures = intake.r1(rounds=1, seconds=1)
    assert len(figures) == 6
    assert min(ratios(figures)) > 0


def test_our_own_client_does_where_there_is_no_wrk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(load, "generator", lambda: "our own client")
    with private_postgres() as postgres, flask_insert(postgres) as floor:
        assert intake.take(floor, pile_up(tmp_path, 5000), 0.5).rate > 0


def test_where_there_is_no_node_its_bench_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert intake.r2(rounds=1, seconds=1) == []
    assert "R2 is left out" in capsys.readouterr().err


def test_of_lying_stores_only_the_honest_ones_count_and_each_order_from_when_it_was_due() -> None:
    due = {"liar": [1.0], "honest": [10.0, 20.0, 30.0]}
    stood = [("liar", 500.0), ("honest", 21.0), ("honest", 10.5)]
    seen = lying.seen_of(["honest"], due, stood, 120.0)
    assert (seen.wanted, seen.lags) == (3, (0.5, 1.0))
    assert 0.5 < seen.p99 <= 1.0


def test_pushing_is_compared_with_the_ceiling_of_the_bucket() -> None:
    speed, throttled = pushing.r4(rounds=1, seconds=1)
    assert speed.ours > 0
    assert throttled.ratio < 1


def test_an_order_is_measured_with_a_short_and_a_longer_past() -> None:
    figures = order_cost.r6(rounds=1, seconds=1, long=30)
    assert {figure.what.split("'s ")[1].split(",")[0] for figure in figures} == {
        "statements",
        "commits",
        "calls",
        "points",
        "sent",
        "seconds",
    }
    assert min(ratios(figures)) > 0


def test_every_page_is_measured_with_few_and_with_many_orders() -> None:
    figures = pages.r7(rounds=1, seconds=1, many=40, few=20)
    assert len(figures) == 3 * len(PAGES)
    sizes = [figure.ratio for figure in figures if figure.unit == "bytes"]
    assert min(sizes) > 0.9


def test_pages_are_seen_by_a_slow_browser() -> None:
    lcp, cls, inp, size = browsing.r11(rounds=1, seconds=1, orders=3, most=2)
    assert min(lcp.ours, inp.ours) > 0
    assert cls.ours < 1
    assert 10_000 < size.ours < 60_000


def test_the_memory_of_a_worker_and_its_fork_is_seen() -> None:
    assert memory.most_memory(lanes=2, orders=2) > 1


def test_a_figure_is_the_median_of_what_each_round_says() -> None:
    figure = Figure("X", "thing", "s", ((1.0, 2.0), (9.0, 10.0), (3.0, 4.0)), at_most=0.8)
    assert (figure.ours, figure.theirs, figure.ratio, figure.verdict) == (3.0, 4.0, 0.75, "yes")
    assert "0.750" in table([figure])


def test_who_goes_first_changes_from_round_to_round() -> None:
    heard: list[str] = []
    in_turn(2, lambda: heard.append("us"), lambda: heard.append("them"))
    assert heard == ["us", "them", "them", "us"]


def test_raw_rounds_are_kept(tmp_path: Path) -> None:
    keep_raw(tmp_path / "results", [Figure("X", "thing", "s", ((1.0, 2.0),))])
    assert json.loads((tmp_path / "results" / "X.json").read_text())[0]["rounds"] == [[1.0, 2.0]]
