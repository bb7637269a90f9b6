"""The demo runs wherever the repository lies, as often as one likes, and leaves nobody behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from demo.programs import ROOT
from tests.processes.plant import wait_for

PARTS = ("demo", "migrations", "orderflow", "portal", "sandbox", "stores", "webapp", "workers")


def test_the_demo_runs_once_and_counts_nothing_twice_and_nothing_lost(tmp_path: Path) -> None:
    with demo_in(ROOT, tmp_path, once=True) as (demo, said):
        assert demo.wait(90) == 0
    told = json.loads(said.read_text().splitlines()[-1])
    assert (told["duplicates"], told["lost"]) == (0, 0)
    assert len(told["vendor_orders"]) == 5
    assert {each["state"] for each in told["vendor_orders"]} == {"placed"}
    assert told["parcels"] == told["shipments"] == told["fulfilments"] == 3


def test_from_a_folder_with_a_space_and_without_redis_it_stays_until_ctrl_c(tmp_path: Path) -> None:
    place = tmp_path / "a place with spaces"
    for part in (*PARTS, "tests/bodies"):
        shutil.copytree(ROOT / part, place / part, ignore=shutil.ignore_patterns("__pycache__"))
    with demo_in(place, tmp_path, "--without-redis") as (demo, said):
        wait_for("the addresses", lambda: "Ctrl-C" in said.read_text(), 60)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30) == 0
    assert "Orders twice: 0. Orders lost: 0." in said.read_text()
    assert not programs_in(tmp_path)


def test_a_demo_that_is_killed_leaves_no_program_running(tmp_path: Path) -> None:
    with demo_in(ROOT, tmp_path) as (demo, said):
        wait_for("the story", lambda: "\n1. " in said.read_text(), 60)
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
