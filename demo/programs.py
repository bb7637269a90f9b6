"""Programs that live as long as we do: our side of the warden's pipe."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WARDEN = Path(__file__).with_name("warden.py")
RANKS = {"web": 0, "worker": 0, "clock": 0, "sandbox": 1, "redis": 2, "postgres": 3}
"""The order in which they stop: nobody may miss what somebody of a later rank still offers."""


class ProgramFailed(RuntimeError):
    """A program did not start, or ended by itself; the message says where its log is."""


class Programs(AbstractContextManager["Programs"]):
    """``folder`` gets a log for each program. A program's kind is its name without digits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._warden = subprocess.Popen(
            [sys.executable, "-I", str(WARDEN)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a Ctrl-C in the terminal is ours, the warden hears it from us
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Returns when everything has stopped."""
        if self._warden.stdin:
            self._warden.stdin.close()
        self._warden.wait()
        if self._warden.stdout:
            self._warden.stdout.close()

    def start(
        self,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        user: int | None = None,
        folder: Path = ROOT,
    ) -> int:
        """The program's pid. ``user``: a uid, where the program must not be root."""
        rank = RANKS[name.rstrip("0123456789")]
        more = {"rank": rank, "command": list(command), "env": dict(env), "cwd": str(folder)}
        return int(self._ask(start=name, log=str(self.log(name)), user=user, **more)["pid"])

    def stop(self, name: str, number: int = signal.SIGTERM) -> int:
        """Ask politely, by the signal ``number``; the exit status."""
        return int(self._ask(stop=name, signal=int(number))["status"])

    def kill(self, name: str, *, children: bool = True) -> None:
        """``kill -9``; without ``children`` what it forked lives on."""
        self._ask(stop=name, signal=int(signal.SIGKILL), children=children)

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def pid(self, name: str) -> int:
        return int(self._ask(look=name)["pid"])

    def runs(self, name: str) -> bool:
        return self._ask(look=name)["status"] is None

    def wait_until(self, name: str, ready: Callable[[], bool], seconds: float = 30) -> None:
        """Until ``ready``. ProgramFailed when the program ends before, or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.runs(name) or time.monotonic() > deadline:
                said = self.log(name).read_text(errors="replace").strip().splitlines()[-3:]
                raise ProgramFailed("\n  ".join([f"{name} does not run. It said:", *said]))
            time.sleep(0.03)

    def _ask(self, **asked: Any) -> dict[str, Any]:
        if not (self._warden.stdin and self._warden.stdout):
            raise ProgramFailed("the warden has no pipes")
        with self._lock:
            self._warden.stdin.write(json.dumps(asked) + "\n")
            self._warden.stdin.flush()
            answer: dict[str, Any] = json.loads(self._warden.stdout.readline() or "{}")
        if "error" in answer or not answer:
            raise ProgramFailed(answer.get("error", "the warden is gone"))
        return answer
