"""Starts programs, and stops them when whoever asked for them is gone, however that came about.

    python -I warden.py     one JSON request a line on standard input, one JSON answer a line

    {"start": "web", "rank": 0, "command": […], "env": {…}, "cwd": "…", "log": "…"}
                                    with "user": 65534 as that user, whom only root can become
    {"look": "web"}                 its pid, and its status: null while it runs
    {"stop": "web"}                 politely; {"stop": "web", "signal": 9}: not politely

When the input ends, what still runs is stopped in the order of the ranks.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

PATIENCE = 10.0
"""Seconds a program has to stop after it was asked politely."""

Running = dict[str, tuple[int, "subprocess.Popen[bytes]"]]


def start(running: Running, asked: dict[str, Any]) -> dict[str, Any]:
    """Each program gets a session of its own, by which its children are found later."""
    user = asked.get("user")
    who: dict[str, Any] = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    with open(asked["log"], "ab") as log:
        program = subprocess.Popen(
            asked["command"],
            env=asked["env"],
            cwd=asked["cwd"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **who,
        )
    running[asked["start"]] = (asked["rank"], program)
    return {"pid": program.pid}


def look(running: Running, asked: dict[str, Any]) -> dict[str, Any]:
    if asked["look"] not in running:
        return {"pid": 0, "status": 0}
    _, program = running[asked["look"]]
    return {"pid": program.pid, "status": program.poll()}


def stop(running: Running, asked: dict[str, Any]) -> dict[str, Any]:
    _, program = running.pop(asked["stop"])
    ask(program, asked.get("signal", signal.SIGTERM))
    return {"status": end(program, children=asked.get("children", True))}


def ask(program: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError):
        program.send_signal(number)


def end(program: subprocess.Popen[bytes], *, children: bool = True) -> int:
    """The status of a program that was asked to stop; what does not heed is killed."""
    try:
        program.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
    if children:
        kill_session(program.pid)
    return program.returncode


def stop_all(running: Running) -> None:
    """Rank by rank; those of one rank stop at the same time."""
    for rank in sorted({each for each, _ in running.values()}):
        programs = [program for each, program in running.values() if each == rank]
        for program in programs:
            ask(program, signal.SIGTERM)
        for program in programs:
            end(program)


def kill_session(session: int) -> None:
    """Whatever a program left behind. Linux only: elsewhere a program stops its own children."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = entry.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                os.kill(int(entry.parent.name), signal.SIGKILL)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # SIG_IGN would be inherited by the programs
    running: Running = {}
    requests = {"start": start, "look": look, "stop": stop}
    for line in sys.stdin:
        asked = json.loads(line)
        act = next(requests[name] for name in requests if name in asked)
        try:
            answer = act(running, asked)
        except OSError as error:
            answer = {"error": str(error)}
        with suppress(BrokenPipeError):
            print(json.dumps(answer), flush=True)
    stop_all(running)


if __name__ == "__main__":
    main()
