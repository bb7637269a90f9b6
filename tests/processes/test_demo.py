"""The demo runs wherever the repository lies, as often as one likes, and leaves nobody behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import requests

from demo.programs import ROOT
from tests.processes.plant import wait_for

PARTS = ("demo", "migrations", "orderflow", "portal", "sandbox", "stores", "webapp", "workers")
FRAMED = re.compile(r'<iframe[^>]* data-source="([^"]+)"')
BRIDGE = re.compile(r'<script src="([^"]+/app-bridge\.js)"')


def test_the_demo_runs_once_and_counts_nothing_twice_and_nothing_lost(tmp_path: Path) -> None:
    with demo_in(ROOT, tmp_path, once=True) as (demo, said):
        assert demo.wait(90) == 0
    story = said.read_text()
    told = json.loads(story.splitlines()[-1])
    assert (told["duplicates"], told["lost"]) == (0, 0)
    assert len(told["vendor_orders"]) == 5
    assert {each["state"] for each in told["vendor_orders"]} == {"placed"}
    assert told["parcels"] == 3
    assert told["shipments"] == told["fulfilments"] == 4, "one was typed in, in the portal"
    assert told["mails"] == 7
    assert "the page asks: 2 held orders would be pushed" in story
    assert "orders@alfa.example.com: New order #1001 from Harbour" in story


def test_from_a_folder_with_a_space_and_without_redis_it_stays_until_ctrl_c(tmp_path: Path) -> None:
    place = tmp_path / "a place with spaces"
    for part in (*PARTS, "tests/bodies"):
        shutil.copytree(ROOT / part, place / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "shopify.app.toml", place)
    with demo_in(place, tmp_path, "--without-redis") as (demo, said):
        wait_for("the addresses", lambda: "/status " in said.read_text())
        admin, *others = printed(said)
        assert_framed(admin)
        assert len(others) == 7
        assert all("<h1" in opened(address).text for address in others)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30) == 0
    assert "Orders twice: 0. Orders lost: 0." in said.read_text()
    assert said.read_text().endswith("All have stopped.\n")
    assert not programs_in(tmp_path)


def printed(said: Path) -> list[str]:
    """The addresses to open."""
    _, _, listed = said.read_text().partition("Open these")
    return [line.split()[0] for line in listed.splitlines() if line.startswith("  http")]


def assert_framed(admin: str) -> None:
    """The admin's page frames the app's home, which allows it, and which finds its App Bridge."""
    place = urlsplit(admin)
    home = opened(unescape(FRAMED.findall(opened(admin).text)[0]))
    assert "Nothing needs you right now." in home.text
    policy = home.headers["Content-Security-Policy"].split("; ")
    assert f"frame-ancestors {place.scheme}://{place.netloc}" in policy
    assert "javascript" in opened(BRIDGE.findall(home.text)[0]).headers["Content-Type"]


def opened(address: str) -> requests.Response:
    """As a browser does it, to which every name under localhost is this machine."""
    place = urlsplit(address)
    here = place._replace(netloc=re.sub(r"[^@:]+\.localhost", "127.0.0.1", place.netloc))
    host = {"Host": place.netloc.rpartition("@")[2]}
    answer = requests.get(here.geturl(), headers={**host, "Accept": "text/html"}, timeout=10)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return answer


def test_a_demo_that_is_killed_leaves_no_program_running(tmp_path: Path) -> None:
    with demo_in(ROOT, tmp_path) as (demo, said):
        wait_for("the story", lambda: "\n1. " in said.read_text())
        assert len(programs_in(tmp_path)) > 5
    wait_for("the end of all programs", lambda: not programs_in(tmp_path))


@contextmanager
def demo_in(
    place: Path, folder: Path, *words: str, once: bool = False
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A demo, killed when the block ends, and the file with what it says."""
    env = {**os.environ, "TMPDIR": str(folder), "ONCE": "1" if once else ""}
    env.pop("PYTHONPATH", None)
    said = folder / "said.txt"
    command = [sys.executable, "-m", "demo", *words]
    with open(said, "w") as out:
        demo = subprocess.Popen(command, cwd=place, env=env, stdout=out)
    try:
        yield demo, said
    finally:
        demo.kill()
        demo.wait()


def programs_in(folder: Path) -> list[int]:
    """Processes that were started with ``folder`` for their temporary files. Linux only."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"TMPDIR={folder}\0".encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
    return found
