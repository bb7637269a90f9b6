"""Finds processes by their parent, and sends them signals. Linux only."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def children_of(parent: int) -> list[int]:
    """The living children of a process, and theirs."""
    by_parent: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            _state, above, *_ = entry.read_text().rpartition(")")[2].split()
            by_parent.setdefault(int(above), []).append(int(entry.parent.name))
    found: list[int] = []
    left = [parent]
    while left:
        here = by_parent.get(left.pop(), [])
        found += here
        left += here
    return found


def send(number: int, pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def minds_sigterm(pid: int) -> bool:
    """Whether the program has come so far that it ends its work when asked (proc(5))."""
    with suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text()
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
        return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
    return False
