"""The nginx that the tests start; where there is none, apt brings one, without root.

    python -m tools.nginx        prints the path of its program

nginx on PATH ──► else from the distribution's archive, unpacked in .tools/nginx: if it were
installed, it would start a server of its own.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bootstrap import TOOLS, Failed, private_apt, run

FOLDER = TOOLS / "nginx"
OURS = FOLDER / "run"
PROGRAM = "usr/sbin/nginx"
ADVICE = "Install nginx, or try again with a network."
RUN = """#!/bin/sh
# nginx, with the libraries that were unpacked beside this file.
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="{libraries}"
exec "$here/unpacked/{program}" "$@"
"""


def nginx() -> str:
    """The path of a program that runs, brought here first when that is needed."""
    found = find()
    if found:
        return found
    TOOLS.mkdir(exist_ok=True)
    with open(TOOLS / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the tests' workers may ask together
        return find() or bring()


def find() -> str | None:
    installed = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    return next((path for path in (installed, str(OURS)) if path and answers(path)), None)


def answers(program: str) -> bool:
    try:
        return subprocess.run([program, "-v"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def bring() -> str:
    if shutil.which("apt-get") is None:
        raise Failed(f"There is no nginx here, and no apt to bring one. {ADVICE}")
    print("nginx: taking it from the distribution's archive", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="nginx-", dir=TOOLS) as scratch:
        unpack(Path(scratch))
    found = find()
    if found is None:
        raise Failed(f"The distribution's nginx does not run here. {ADVICE}")
    return found


def unpack(scratch: Path) -> None:
    """Lay nginx, and what it needs that is not installed here, side by side in FOLDER."""
    apt = private_apt(scratch)
    run([*apt, "update"], f"The distribution's archive does not answer. {ADVICE}")
    wanted = ["install", "--download-only", "-y", "--no-install-recommends", "nginx"]
    run([*apt, *wanted], f"nginx could not be downloaded. {ADVICE}")
    unpacked = scratch / "nginx" / "unpacked"
    unpacked.mkdir(parents=True)
    for package in scratch.glob("cache/archives/*.deb"):
        run(["dpkg-deb", "-x", str(package), str(unpacked)], f"{package.name} is damaged.")
    libraries = sorted({path.parent.relative_to(unpacked) for path in unpacked.rglob("*.so*")})
    script = unpacked.parent / OURS.name
    here = ":".join(f"$here/unpacked/{library}" for library in libraries)
    script.write_text(RUN.format(libraries=here, program=PROGRAM))
    script.chmod(0o755)
    shutil.rmtree(FOLDER, ignore_errors=True)
    unpacked.parent.rename(FOLDER)


if __name__ == "__main__":
    try:
        print(nginx())
    except Failed as failure:
        sys.exit(f"nginx: {failure}")
