"""What the kernel counts of a process and its children (Linux), and how servers are started."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")
START_SECONDS = 30.0


def family(pid: int) -> list[int]:
    """``pid`` and all its descendants that are alive."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = " ".join((thread / "children").read_text() for thread in threads).split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [pid, *(each for child in children for each in family(int(child)))]


def cpu_seconds(pid: int) -> float:
    """User and system time of the family, that of its dead members with it."""
    return sum(_cpu_of(each) for each in family(pid))


def _cpu_of(pid: int) -> float:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICK  # utime, stime, cutime, cstime: proc(5)


def proportional_bytes(pid: int) -> int:
    """PSS of the family: a page that n processes share counts 1/n in each."""
    return sum(_pss_of(each) for each in family(pid))


def _pss_of(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def parent_of(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("PPid:")))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], port: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """``command`` from the project's root until the block ends, once it listens on ``port``."""
    server = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    try:
        if port is not None:
            _wait_for(port, server)
        yield server
    finally:
        if server.poll() is None:
            server.terminate()
        server.communicate(timeout=30)


def _wait_for(port: int, server: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{server.args!r} does not listen on port {port}") from None
            time.sleep(0.05)
        else:
            return


def name() -> str:
    """The machine in one line."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = sys.version.split()[0]
    return (
        f"{os.cpu_count()} × {cpu}, {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"CPython {python}"
    )


def settings_of(database_url: str, **more: str) -> Mapping[str, str]:
    """The environment of our own processes."""
    return {
        "SLUICE_DATABASE_URL": database_url,
        "SLUICE_SECRET_KEYS": KEY,
        "SLUICE_APP_CLIENT_ID": CLIENT_ID,
        "SLUICE_APP_SECRETS": SECRET,
        "SLUICE_PUBLIC_URL": "https://sluice.example.com",
        "SLUICE_LOG_LEVEL": "error",
        "SLUICE_POLL_EVERY": "86400",
        **more,
    }


KEY = "9mB2YtmXI4x1TfJwYtEi5X3d8WemfpE1-wU6oU-dknE="
CLIENT_ID, SECRET = "bench-client", "bench-secret"
